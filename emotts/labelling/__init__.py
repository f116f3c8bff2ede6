"""Labelling and embedding whole data sets: resumable, in bounded memory.

The order of a job, and of the modules:

    sources → items → shards → reading → labeller → parts → centring → writers
"""

from emotts.executor import Executor
from emotts.labelling.items import Item
from emotts.labelling.plan import Progress
from emotts.labelling.run import label
from emotts.labelling.sources import Sources

__all__ = ["Executor", "Item", "Progress", "Sources", "label"]
