import pytest
from hostile import HOSTILE

from emotts import Host
from emotts.errors import EmottsError


@pytest.fixture(scope="module")
def host() -> Host:
    return Host()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_spoken_or_refused_in_words(host: Host, name: str) -> None:
    try:
        first = next(host.stream(HOSTILE[name], "happiness", takes=2))
    except EmottsError as error:
        assert len(str(error)) > 20
    else:
        assert first.audio.duration_s > 0.1
        assert first.audio.peak <= 1
