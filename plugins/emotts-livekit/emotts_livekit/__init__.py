"""emotts as the text-to-speech of LiveKit agents."""

import logging
from importlib.metadata import version

from livekit.agents import Plugin

from emotts import Host
from emotts_livekit.options import Options
from emotts_livekit.tts import TTS

__all__ = ["TTS", "EmottsPlugin", "Options"]


class EmottsPlugin(Plugin):
    """What an agent's process imports before its first job, and fetches with `download-files`."""

    def __init__(self) -> None:
        """Name the plugin."""
        super().__init__("emotts", version("emotts-livekit"), __name__, logging.getLogger(__name__))

    def download_files(self) -> None:
        """Have the weights of the built-in parts at hand."""
        Host().warm_up()


Plugin.register_plugin(EmottsPlugin())
