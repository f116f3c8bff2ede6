"""Tune the priors of hibari's voice, and ship them: `python -m training.tune`.

Run it again whenever the engine, a classifier's weights or the shipped profiles change. What takes
drawn from these priors cost in naturalness and likeness: benchmarks/results/tuned.md.
"""

import logging
from pathlib import Path

from emotts import tuned
from emotts.builtin import emotts_classifiers
from emotts.builtin.hibari import HibariEngine, HibariOptions
from emotts.listener import Listener
from emotts.profiles import profile_for
from emotts.tendencies import TENDENCIES, Tendencies
from training.cem import Tuner

TEXTS = Path(__file__).parents[1] / "benchmarks" / "proof" / "texts" / "neutral.txt"
GENERATIONS = 3
TAKES = 6
CLEAR = 1.0


def settled(found: Tendencies) -> Tendencies:
    """Without the controls that the literature leaves alone, unless they moved clearly.

    What ended within `CLEAR` of its spread from neutral was explored, not found; it would cost
    every take its signal processing.
    """
    return {
        emotion: {
            name: tendency
            for name, tendency in controls.items()
            if name in TENDENCIES[emotion] or abs(tendency.mean) >= CLEAR * tendency.spread
        }
        for emotion, controls in found.items()
    }


def main() -> None:
    """Tune with the classifiers that are built in, each centred on the voice."""
    engine = HibariEngine(HibariOptions())
    voice = engine.voice()
    listeners = [
        Listener(classifier, profile_for(engine, voice, classifier))
        for classifier in (kind(kind.Options()) for kind in emotts_classifiers())
    ]
    tuner = Tuner(engine, voice, listeners, TEXTS.read_text().splitlines(), TAKES)
    file = tuned.SHIPPED / tuned.file_name(engine, voice)
    made = (
        f"python -m training.tune: the literature's priors times what was heard in {GENERATIONS} "
        f"generations of {TAKES} takes of {len(tuner.texts) // 2} sentences each; "
        f"heard by {', '.join(listener.classifier.fingerprint for listener in listeners)}"
    )
    tuned.save(settled(tuner.tune(GENERATIONS)), file, engine=engine, voice=voice, made=made)
    print(file)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    main()
