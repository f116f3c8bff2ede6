"""Tune the priors of hibari's voice, and ship them: `python -m training.tune`.

Both built-in classifiers listen, to sentences that no share of hits is taken from. Run it again
whenever the engine, a classifier's weights or the shipped profiles change. What takes drawn from
these priors cost in naturalness and likeness: benchmarks/results/tuned.md.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

from emotts import tuned
from emotts.builtin import emotts_classifiers
from emotts.builtin.hibari import HibariEngine, HibariOptions
from emotts.listener import Listener
from emotts.profiles import profile_for
from emotts.tendencies import Tendencies
from emotts.tunedfile import Tuned
from emotts.tuning.booth import Booth
from emotts.tuning.learner import Learner, settled
from emotts.tuning.plan import GENERATIONS, TAKES

TEXTS = Path(__file__).parents[1] / "benchmarks" / "proof" / "texts" / "neutral.txt"
EMOTIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
"""Of which the corpora have enough speakers."""


def learned(
    booth: Booth, texts: Sequence[str], *, takes: int = TAKES, generations: int = GENERATIONS
) -> Tendencies:
    """Emotion → control → tendency, of all controls of a voice that can be tuned."""
    learner = Learner(booth.engine.controls, EMOTIONS)
    for _ in learner.learn(
        lambda step, drawn: booth.liked(texts[step.sentence], drawn, learner.space),
        sentences=len(texts),
        takes=takes,
        generations=generations,
    ):
        pass
    return learner.found


def main() -> None:
    """Tune with the classifiers that are built in, each centred on the voice."""
    engine = HibariEngine(HibariOptions())
    voice = engine.voice()
    listeners = [
        Listener(classifier, profile_for(engine, voice, classifier))
        for classifier in (kind(kind.Options()) for kind in emotts_classifiers())
    ]
    texts = TEXTS.read_text(encoding="utf-8").splitlines()
    who = {listener.name: listener.classifier.fingerprint for listener in listeners}
    file = engine.tuned / tuned.file_name(engine, voice)
    Tuned.of(
        settled(learned(Booth(engine, voice, listeners), texts)),
        engine,
        voice,
        made=(
            f"python -m training.tune: the literature's priors times what was heard in "
            f"{GENERATIONS} generations of {TAKES} takes of {len(texts) // 2} sentences each; "
            f"heard by {', '.join(who.values())}"
        ),
        classifiers=who,
        reached=tuned.known(engine, voice).reached,
    ).save(file)
    print(file)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    main()
