"""Make the voice profiles that the package ships: `python -m training.profiles`.

Run it again whenever the engine, a classifier's weights or the priors of the search change: a test
fails until then.
"""

import logging

from emotts import profiles
from emotts.builtin import emotts_classifiers
from emotts.builtin.hibari import HibariEngine, HibariOptions


def main() -> None:
    """Replace the shipped profiles."""
    for old in profiles.SHIPPED.glob("*.json"):
        old.unlink()
    engine = HibariEngine(HibariOptions())
    voice = engine.voice()
    for kind in emotts_classifiers():
        classifier = kind(kind.Options())
        made = profiles.make(engine, voice, classifier)
        path = profiles.SHIPPED / profiles.file_name(engine, voice, classifier)
        profiles.save(made, path)
        print(f"{path.name}: {made.clips} clips")


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    main()
