"""What the author of a plugin got wrong is named in words, as an error of emotts."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from emotts import Audio, Check, Classifier, Measurement, Prediction, Rendering, Take, Voice
from emotts.config import EngineConfig, PartConfig
from emotts.errors import CheckError, ClassifierError, EngineError, PluginError
from emotts.parts import make_classifier, make_engine
from emotts.profiles import make
from emotts.registry import PluginInfo, Plugins
from emotts.testing import PitchClassifier, ToneEngine

TONE = ToneEngine(ToneEngine.Options())
(HELLO,) = TONE.renderings("Hello.", voice="alto", takes=[Take(0, 0)])
CLIP = HELLO.audio
RIGHT = Rendering(CLIP, {})
HEARD = PitchClassifier(PitchClassifier.Options()).hear([CLIP])[0]


class Said(ToneEngine):
    """Yields, or has as voices, what it is given."""

    def __init__(self, made: Any = (), voices: Any = ()) -> None:
        super().__init__(self.Options())
        self.made, self.known = made, voices

    def voices(self) -> Sequence[Voice]:
        return self.known  # type: ignore[no-any-return]

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        return self.made  # type: ignore[no-any-return]


class Heard(PitchClassifier):
    """Gives what it is given."""

    def __init__(self, made: Any) -> None:
        super().__init__(self.Options())
        self.made = made

    def classify(self, batch: Sequence[Audio], *, profile: Any = None) -> list[Prediction]:
        return self.made  # type: ignore[no-any-return]


class Found(Check):
    """Gives what it is given."""

    name = "found"

    def __init__(self, made: Any) -> None:
        super().__init__(self.Options())
        self.made = made

    def measure(self, batch: Sequence[Audio], **_: Any) -> list[list[Measurement]]:
        return self.made  # type: ignore[no-any-return]


def changed(**fields: Any) -> list[Prediction]:
    return [Prediction(**{**vars(HEARD), **fields})]


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        (None, "what synthesize.. returns must be Iterable, not NoneType"),
        (RIGHT, "what synthesize.. returns must be Iterable, not Rendering"),
        ([CLIP], "what synthesize.. yields must be Rendering, not Audio"),
        ([Rendering(CLIP.samples, {})], "the audio of a Rendering must be Audio, not ndarray"),  # type: ignore[arg-type]
        ([Rendering(CLIP, None)], "`effective` of a Rendering must be Mapping, not NoneType"),  # type: ignore[arg-type]
        ([Rendering(CLIP, {"rate": np.nan})], "`effective` of a Rendering must be finite numbers"),
        ([Rendering(CLIP, {}, "reference")], "`conditioned` of a Rendering must be Set, not str"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_rendering_is_named(made: Any, problem: str) -> None:
    with pytest.raises(EngineError, match=f"tone failed: .*: {problem}"):
        list(Said(made).renderings("Hello.", voice="alto", takes=[Take(0, 0)]))


@pytest.mark.parametrize(
    ("voices", "problem"),
    [
        ([], "tone has no voices"),
        (["alto"], "what voices.. lists must be Voice, not str"),
        (None, "tone failed: TypeError"),
    ],
)
def test_what_are_no_voices_is_named(voices: Any, problem: str) -> None:
    with pytest.raises(EngineError, match=problem):
        Said(voices=voices).voice()


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        (None, "what classify.. returns must be Sequence, not NoneType"),
        (HEARD, "what classify.. returns must be Sequence, not Prediction"),
        ([dict(HEARD.scores)], "what classify.. lists must be Prediction, not dict"),
        (changed(scores=[1.0]), "`scores` of a Prediction must be Mapping, not list"),
        (changed(embedding=[1.0]), "the embedding of a Prediction must be ndarray, not list"),
        (changed(dimensions={"arousal": np.nan}), "`dimensions` .* must be finite numbers"),
        (changed(embedding=np.array(["a"])), "could not convert string to float"),
    ],
)
def test_what_is_no_prediction_is_named(made: Any, problem: str) -> None:
    with pytest.raises(ClassifierError, match=f"pitch failed: .*{problem}"):
        Heard(made).hear([CLIP])


def test_an_embedding_of_doubles_is_told_as_float32() -> None:
    (heard,) = Heard(changed(embedding=HEARD.embedding.astype(np.float64))).hear([CLIP])
    assert heard.embedding.dtype == np.float32


def test_embeddings_of_several_lengths_make_no_profile() -> None:
    class Growing(PitchClassifier):
        """One element more a clip."""

        heard = 0

        def classify(self, batch: Sequence[Audio], *, profile: Any = None) -> list[Prediction]:
            self.heard += 1
            return changed(embedding=np.ones(self.heard, np.float32))

    with pytest.raises(ClassifierError, match="pitch gave embeddings of several lengths"):
        Growing(Growing.Options()).profile([CLIP, CLIP])


def test_a_voice_that_can_not_be_heard_is_named() -> None:
    class Mute(ToneEngine):
        """Silent."""

        def synthesize(
            self, text: str, *, voice: str, takes: Sequence[Take]
        ) -> Iterator[Rendering]:
            return (Rendering(Audio.silence(1, 16_000), {}) for _ in takes)

    mute = Mute(Mute.Options())
    with pytest.raises(ClassifierError, match="pitch can't hear the voice alto of tone: "):
        make(mute, mute.voice(), PitchClassifier(PitchClassifier.Options()))


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        (None, "what measure.. returns must be Iterable, not NoneType"),
        ([Measurement("a", 1, 2, True, "b")], "for a clip must be Iterable, not Measurement"),
        ([[True]], "what measure.. lists for a clip must be Measurement, not bool"),
        ([[Measurement("a", np.inf, 2, True, "b")]], "value and floor of a must be finite numbers"),
    ],
)
def test_what_are_no_measurements_is_named(made: Any, problem: str) -> None:
    with pytest.raises(CheckError, match=f"found failed: .*{problem}"):
        Found(made).measurements([CLIP], baseline=CLIP, text="Hello.", voice=TONE.voice())


def test_a_constructor_that_fails_is_named() -> None:
    class Closed(ToneEngine):
        """Takes no options."""

        def __init__(self) -> None:
            super().__init__(self.Options())

    plugins = Plugins([PluginInfo("closed", "emotts-closed", "1", {"engine": (Closed,)})])
    with pytest.raises(PluginError, match=r"Closed\(options\) of tone failed: TypeError: "):
        make_engine(plugins, EngineConfig(name="tone"))


def test_what_a_classifier_does_not_declare_is_named() -> None:
    class Vague(Classifier):
        """Does not say what it hears."""

        name = "vague"
        rate = 16_000
        classify = PitchClassifier.classify

    plugins = Plugins([PluginInfo("vague", "emotts-vague", "1", {"classifier": (Vague,)})])
    with pytest.raises(PluginError, match="vague sets no `labels`"):
        make_classifier(plugins, PartConfig(name="vague"))
