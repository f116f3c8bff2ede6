"""What OPM lists: each voice of the default engine in each mood, as ready configurations."""

from typing import Any

from ovos_utils.lang import standardize_lang_tag

from emotts import Host

# OPM sorts by priority and takes 60 for the usual one: the plain voice comes first.
PLAIN, MOODY = 50, 60


def _voices() -> dict[str, list[dict[str, Any]]]:
    host = Host()
    listed: dict[str, list[dict[str, Any]]] = {}
    for voice in host.engine.voices():
        lang = standardize_lang_tag(voice.language)
        for emotion in sorted(host.classifiers[0].labels, key=lambda name: name != "neutral"):
            listed.setdefault(lang, []).append(
                {
                    "lang": lang,
                    "voice": voice.name,
                    "emotion": emotion,
                    "display_name": f"{voice.description or voice.name}, {emotion}",
                    "priority": PLAIN if emotion == "neutral" else MOODY,
                    "offline": True,
                }
            )
    return listed


VOICES = _voices()
