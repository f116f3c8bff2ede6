"""Voice profiles: made once for an engine, voice and classifier, kept, and shipped for the default.

A classifier that was trained on people hears an emotion in a synthetic voice whatever it says.
Centring on the voice's own mean, over renderings of varied prosody, is worth more than any other
step of the choice.
"""

import hashlib
import json
import logging
from pathlib import Path

from emotts.audio import Audio
from emotts.classifier import Classifier
from emotts.documents import from_json, vector
from emotts.emotions import Target
from emotts.engine import Engine
from emotts.errors import ClassifierError, ClassifierGoneError, ConfigError, reason
from emotts.files import cache_dir, replacing
from emotts.plain import floats
from emotts.records import Profile, Voice
from emotts.search import Search
from emotts.tendencies import TENDENCIES

logger = logging.getLogger(__name__)

SHIPPED = Path(__file__).parent / "assets" / "profiles"
SEED = 20
# Everyday sentences without emotional words, of mixed length.
SENTENCES = (
    "The train leaves from platform four at half past nine.",
    "There are three books and a lamp on the table.",
    "She parked the car behind the old post office.",
    "Turn left at the second corner, then go straight on.",
    "The meeting was moved to Thursday afternoon.",
    "He bought bread, milk and a bag of apples.",
    "The window in the kitchen faces the garden.",
    "Please put the letters in the blue box.",
    "They walked along the river until noon.",
    "The report has twelve pages and two tables.",
    "A small dog was waiting at the gate.",
    "My brother works in the house across the street.",
)
# The prosody of the takes goes through these: 32 renderings of one prosody calibrate worse than
# 8 varied ones. Take 0 of each sentence is the neutral among them.
EMOTIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
TAKES = 4


def profile_for(engine: Engine, voice: Voice, classifier: Classifier) -> Profile:
    """The profile of a voice: the shipped one, else the cached one, else made now and cached.

    One that is damaged is made anew, and one that can't be kept is used all the same; the log says
    so.
    """
    name = file_name(engine, voice, classifier)
    for folder in (SHIPPED, _cache()):
        if (folder / name).is_file():
            try:
                return load(folder / name)
            except ConfigError as error:
                logger.warning("%s; it is made anew", error)
    logger.info("calibrating %s on voice %s of %s", classifier.name, voice.name, engine.name)
    profile = make(engine, voice, classifier)
    try:
        save(profile, _cache() / name)
    except OSError as error:
        logger.warning("the profile of %s can't be kept in %s: %s", voice.name, _cache(), error)
    return profile


def make(engine: Engine, voice: Voice, classifier: Classifier) -> Profile:
    """A profile, from renderings made now.

    Raises:
        EngineError: the engine can't speak.
        ClassifierError: the classifier can't hear the voice.
    """
    clips = renderings(engine, voice)
    try:
        return classifier.profile(clips)
    except ClassifierGoneError:  # whatever the voice
        raise
    except ClassifierError as error:
        raise ClassifierError(
            f"{classifier.name} can't hear the voice {voice.name} of {engine.name}: {error}"
        ) from error


def renderings(engine: Engine, voice: Voice) -> list[Audio]:
    """Renderings of a voice whose prosody varies as emotional speech does.

    Four takes of twelve sentences; one each where the engine can't vary.
    """
    clips = []
    for index, sentence in enumerate(SENTENCES):
        takes = Search.of(
            engine,
            sentence,
            Target({EMOTIONS[index % len(EMOTIONS)]: 1.0}),
            count=TAKES,
            seed=SEED,
        ).draws()
        made = engine.renderings(sentence, voice=voice.name, takes=takes)
        clips += [rendering.audio for rendering in made]
    return clips


def load(file: Path) -> Profile:
    """Read a profile that `save` wrote.

    Raises:
        ConfigError: the file can't be read, or is damaged.
    """
    try:
        content = from_json(file.read_text(encoding="utf-8"))
        return Profile(
            embedding=vector(content["embedding"]),
            log_odds=floats(content["log_odds"]),
            clips=int(content["clips"]),
            dimensions=floats(content["dimensions"]),
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigError(f"{file}: can't be read as a profile: {reason(error)}") from error


def save(profile: Profile, file: Path) -> None:
    """Write a profile as JSON, atomically; `OSError` where that can't be done."""
    content = {
        "clips": profile.clips,
        "log_odds": profile.log_odds,
        "dimensions": profile.dimensions,
        # The shortest decimal that reads back as the same float32.
        "embedding": [float(str(value)) for value in profile.embedding],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as out:
        out.write(json.dumps(content).encode())


def file_name(engine: Engine, voice: Voice, classifier: Classifier) -> str:
    """The names, and a hash of all that the profile depends on."""
    depends = json.dumps(
        [
            [engine.name, engine.fingerprint, voice.name],
            [classifier.name, classifier.fingerprint],
            [SENTENCES, EMOTIONS, TAKES, SEED],
            {emotion: TENDENCIES[emotion] for emotion in EMOTIONS},
        ],
        default=vars,
    )
    digest = hashlib.sha256(depends.encode()).hexdigest()[:16]
    return f"{engine.name}-{voice.name}-{classifier.name}-{digest}.json"


def _cache() -> Path:
    return cache_dir() / "profiles"
