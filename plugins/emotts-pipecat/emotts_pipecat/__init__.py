"""emotts as a text-to-speech service of pipecat."""

from emotts_pipecat.service import EmottsTTSService, SentenceChosenFrame
from emotts_pipecat.settings import EmottsTTSSettings

__all__ = ["EmottsTTSService", "EmottsTTSSettings", "SentenceChosenFrame"]
