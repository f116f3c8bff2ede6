"""What is fuzzed: each target takes any bytes, and fails where a parser does not keep its promises.

A parser that refuses its input does so with an `EmottsError`; any other exception is a finding.
"""

import math
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np

from emotts import audio, conditioning, instructions, markup, replay, text, tonefile, wording
from emotts.cli.options import setting
from emotts.config import Config, EngineConfig
from emotts.emotions import EMOTIONS, Target, target
from emotts.errors import AudioError, ConfigError, EmottsError, TextError
from emotts.fragments import complete
from emotts.labelling import database, decoding, manifests, tars
from emotts.labelling.items import Item
from emotts.labelling.sources import AUDIO
from emotts.reporting import reading
from emotts.spans import Marked
from emotts.ssml import MAX_PAUSE_S
from emotts.styles import STYLES
from emotts.tags import Tag, pieces

MAX_SECONDS = 2.0
# What a file says of itself beyond this is not looked at: a fuzzer makes small files.
ROWS = 1000


MARKUP = (
    "[/]", "[", ":0.5]", "<speak>", "</speak>", "<mstts:express-as style='", "styledegree='2'",
    "<prosody rate='", "pitch='+2st'", "volume='-6dB'", "120%", "x-slow", "<break time='250ms'/>",
    "strength='weak'", '<expr type="expression" label="', "/>", "<!--", "-->", "<![CDATA[", "]]>",
    "<?xml ", "?>", "<!DOCTYPE ", "&amp;", "&#91;", "\\[", "\\<", "arousal=0.8", "valence=.2",
)  # fmt: skip
YAML = (
    "{name: ", ", options: {", "isolate: true", "!!int ", "!!timestamp ", "&a ", "*a", "<<: ", "? ",
    "9999-99-99", "1e400", ".nan", ".inf", "- ", "prosody(", "|\n", "'", '"\\x',
)  # fmt: skip
TABLES = (
    "path", "speaker", "text", "file,start,end\n", "0 days 00:00:01.5", "tables:\n  files: {}\n",
    '{"a": {"name": "happiness", "embedding": [1, 2]}}', '"sentences": [', '"candidates": [',
    '"effective": {', '"chosen": 0', '"target": {', '"intensity": 1', '"engine": {"fingerprint": ',
    '"voice": ', '"audio_sha256": ', '"seed": ', "NaN", "Infinity", "1e999", "null", "|", "\t", ",",
    "path,start_s,top,anger,error\n", "ustar\x0000",
)  # fmt: skip
SOUND = ("RIFF", "RIFX", "RF64", "WAVE", "fmt ", "data", "fact", "LIST", "ds64", "FORM", "AIFF",
         "COMM", "SSND", ".snd", "fLaC", "OggS", "caff", "ID3")  # fmt: skip


def words(name: str) -> tuple[str, ...]:
    """Words of what a target reads, for a fuzzer to put together."""
    return {
        "text": ("Dr. ", "e.g. ", "…", "。", "\u200d", "\u0301", "\n\n", "12345678", "://", "’"),
        "markup": (*MARKUP, *EMOTIONS, *STYLES, *wording.DEGREES, "not ", "but "),
        "wav": SOUND,
        "config": (
            *YAML,
            *(f"{key}: " for key in (*Config.model_fields, *EngineConfig.model_fields)),
        ),
        "tables": TABLES,
    }[name]


def decoded(data: bytes) -> str:
    """Any bytes as text; bytes that are no UTF-8 become surrogates."""
    return data.decode("utf-8", "surrogateescape")


def fuzz_text(data: bytes) -> None:
    """Sentences are within the limits of an engine call, and fragments lose nothing."""
    given = decoded(data)
    try:
        found = text.sentences(given)
    except TextError:
        return
    for sentence in found:
        assert sentence == sentence.strip()
        assert any(map(str.isalnum, sentence)), sentence
        assert sum(map(text.spoken_length, sentence)) <= text.MAX_SENTENCE, sentence
        assert text.clean(sentence) == sentence, sentence
    size = len(data) % 7 + 1
    fragments = [given[start : start + size] for start in range(0, len(given), size)]
    assert "".join(complete(fragments)) == given


def fuzz_markup(data: bytes) -> None:
    """No tag is spoken, and what the tags ask for can be done."""
    given = decoded(data)
    marked = markup.parse(given)
    check_marked(marked)
    if not set(given) & set("\\&") and "<![CDATA[" not in given:
        for span in marked.spans:
            assert not any(isinstance(piece, Tag) for piece in pieces(span.text)), span.text
    read = instructions.read(given).target
    if read is not None:
        check_target(read)


def check_marked(marked: Marked) -> None:
    """Each span asks for what there is, in numbers that are some."""
    for span in marked.spans:
        assert all(math.isfinite(value) for value in span.controls.values()), span.controls
        assert span.controls.get("rate", 1.0) > 0
        assert 0 <= span.pause_s <= MAX_PAUSE_S
        if span.target is not None:
            check_target(span.target)


def check_target(found: Target) -> None:
    """A target is one, and reads back as it is written."""
    assert set(found.weights) <= set(EMOTIONS)
    assert math.isclose(sum(found.weights.values()), 1, rel_tol=1e-6)
    assert all(weight >= 0 for weight in found.weights.values())
    assert 0 <= found.intensity <= 1
    if all(weight > 1e-3 for weight in found.weights.values()):
        assert set(target(str(found)).weights) == set(found.weights)


def fuzz_wav(data: bytes) -> None:
    """What is read is sound and bounded, and reads back as it was written."""
    try:
        clip = audio.read(BytesIO(data), max_seconds=MAX_SECONDS)
    except AudioError:
        clip = None
    if clip is not None:
        assert clip.duration_s <= MAX_SECONDS
        assert np.isfinite(clip.samples).all()
        if clip.peak <= 1:
            again = audio.read(BytesIO(clip.wav_bytes()), max_seconds=MAX_SECONDS)
            assert again.rate == clip.rate and again.samples.size == clip.samples.size
            assert np.abs(again.samples - clip.samples).max() <= 2**-15
    with as_file(data, "clip.wav") as path:
        for window_s in (None, 0.01):
            item = Item(str(path), path.name)
            try:
                for count, piece in enumerate(decoding.pieces(item, window_s)):
                    assert np.isfinite(piece.audio.samples).all()
                    if count == ROWS:
                        break
            except AudioError:
                continue


def fuzz_config(data: bytes) -> None:
    """A configuration that loads is loaded again from what it says of itself."""
    refused(setting, decoded(data))
    with as_file(data, "config.yaml") as path:
        try:
            config = Config.load(path)
        except ConfigError:
            return
    assert Config.model_validate(config.model_dump()) == config


def fuzz_tables(data: bytes) -> None:
    """Files that tell of clips, of embeddings and of what was spoken: each by every reader."""
    with as_file(data, "table") as path:
        refused(conditioning.read_centroids, path)
        refused(tonefile.read, path)
        refused(replay.read, path, 1)
        for items in (
            lambda: manifests.items(path),
            lambda: tars.items(path, AUDIO),
            lambda: database.items(path, None),
            lambda: reading.read(path, None),
        ):
            refused(lambda items=items: [row for row, _ in zip(items(), range(ROWS), strict=False)])
        for kind in (".csv", ".jsonl"):
            labels = path.rename(path.with_suffix(kind))
            refused(lambda labels=labels: list(reading.read(labels, None)))
            labels.rename(path)


def refused(read: Callable[..., object], *arguments: object) -> None:
    """Read; that it may be refused is all that is asked."""
    try:
        read(*arguments)
    except EmottsError as error:
        assert str(error)


@contextmanager
def as_file(data: bytes, name: str) -> Iterator[Path]:
    """A file with this content, in memory where there is such a folder."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        yield path


TARGETS: dict[str, Callable[[bytes], None]] = {
    "text": fuzz_text,
    "markup": fuzz_markup,
    "wav": fuzz_wav,
    "config": fuzz_config,
    "tables": fuzz_tables,
}
