"""Reports: a page that shows what was heard in a data set."""

from emotts.reporting.run import AUDIO, report

__all__ = ["AUDIO", "report"]
