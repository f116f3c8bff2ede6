"""Make the voice profiles that the package ships: `python -m training.profiles`.

Run it again whenever the engine, a classifier's weights or the priors of the search change: a test
fails until then.
"""

import logging

from emotts import profiles
from emotts.host import Host

FOLDER = profiles.SHIPPED


def main() -> None:
    """Replace the shipped profiles."""
    for old in FOLDER.glob("*.json"):
        old.unlink()
    host = Host()
    for classifier in host.classifiers:
        voice = host.engine.voice()
        made = profiles.make(host.engine, voice, classifier)
        path = FOLDER / profiles.file_name(host.engine, voice, classifier)
        profiles.save(made, path)
        print(f"{path.name}: {made.clips} clips")


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    main()
