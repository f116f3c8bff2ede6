"""Speech-emotion classifiers from wav2vec2, HuBERT and WavLM checkpoints, as an emotts plugin.

Importing this module imports neither torch nor transformers: they wait for the first clip.
"""

from emotts.hookspecs import hookimpl

from emotts_wav2vec2.classifier import Wav2Vec2Classifier

__all__ = ["Wav2Vec2Classifier", "emotts_classifiers"]


@hookimpl
def emotts_classifiers() -> list[type[Wav2Vec2Classifier]]:
    """The classifier of this plugin."""
    return [Wav2Vec2Classifier]
