"""Any manifest, archive, database or label: what was written is what is read."""

import csv
import io
import json
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties.strategies import emotions, items, json_values, names, texts, vectors, words

from emotts.conditioning import read_centroids
from emotts.emotions import EMOTIONS
from emotts.errors import ConfigError, EmottsError
from emotts.labelling import database, manifests, parts, tars
from emotts.labelling.embeddings import Embeddings
from emotts.labelling.items import Item, shards
from emotts.labelling.rows import Row, Schema
from emotts.labelling.sources import AUDIO, Sources
from emotts.reporting import reading

ROWS = 50
SCHEMA = Schema("pitch", "0", EMOTIONS, (), ("emotion",))
rows = st.builds(
    lambda number, item, scores, embedding: Row(
        number, item.path, item.name, 0.0, 1.0, item.speaker, item.text, item.given,
        scores=scores, embedding=embedding,
    ),
    st.integers(0, 1000),
    items,
    st.dictionaries(emotions, st.floats(0, 1), min_size=1),
    st.lists(st.floats(-1, 1, width=32), min_size=3, max_size=3).map(np.float32),
)  # fmt: skip
cells = st.sampled_from(("path", "speaker", "a.wav", "x", "", '"', "\x00", "0 days"))
clips = st.tuples(emotions, st.lists(st.floats(-1e3, 1e3, width=32), min_size=2, max_size=2))
entries = st.fixed_dictionaries(
    {"name": emotions | words, "embedding": vectors.map(np.ndarray.tolist) | json_values}
)
files = st.one_of(
    st.binary(max_size=200),
    texts.map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(st.lists(cells, max_size=4).map("|".join), max_size=6)
    .map(lambda lines: "\n".join(lines).encode()),
    st.dictionaries(st.sampled_from(("tables", "name", "top", "path", "embedding")), json_values)
    .map(lambda value: json.dumps(value).encode()),
)  # fmt: skip


def written(content: bytes, name: str) -> "Iterator[Path]":
    """A file with this content, while it is looked at."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        yield path


rows_of_manifests = st.fixed_dictionaries(
    {"path": names.map("{}.wav".format), "speaker": words, "emotion": words}
)


@given(st.lists(rows_of_manifests, min_size=1), st.sampled_from(",;"))
def test_a_manifest_says_what_was_written(table: list[dict[str, str]], delimiter: str) -> None:
    content = io.StringIO(newline="")
    lines = csv.DictWriter(content, ["path", "speaker", "emotion"], delimiter=delimiter)
    lines.writeheader()
    lines.writerows(table)
    for path in written(content.getvalue().encode(), "m.csv"):
        found = list(manifests.items(path))
    assert [item.speaker or "" for item in found] == [row["speaker"] for row in table]
    assert [item.given for item in found] == [{"emotion": row["emotion"]} for row in table]
    assert [Path(item.path).name for item in found] == [Path(row["path"]).name for row in table]


@given(st.sampled_from(("m.csv", "db.yaml", "a.tar", "l.csv", "l.jsonl", "job.json")), files)
def test_any_file_names_clips_or_is_refused(name: str, content: bytes) -> None:
    readers: dict[str, Callable[[Path], Iterator[object]]] = {
        "m.csv": manifests.items,
        "db.yaml": lambda path: database.items(path, None),
        "a.tar": lambda path: tars.items(path, AUDIO),
    }
    for path in written(content, name):
        read = readers.get(name, lambda path: reading.read(path, None))
        try:
            for _ in zip(read(path), range(ROWS), strict=False):
                pass
        except EmottsError as error:
            assert str(error)


@given(st.dictionaries(words.filter(bool), st.binary(max_size=50), max_size=4), st.data())
def test_clips_lie_where_an_archive_says(members: dict[str, bytes], data: st.DataObject) -> None:
    content = io.BytesIO()
    shown = []
    with tarfile.open(fileobj=content, mode="w:") as tar:
        for number, (name, sound) in enumerate(members.items()):
            info = tarfile.TarInfo(f"{number}/{name.replace(chr(0), '')}.wav")
            info.size = len(sound)
            if not info.name.rpartition("/")[2].startswith("."):
                shown.append(sound)
            tar.addfile(info, io.BytesIO(sound))
    whole = content.getvalue()
    for path in written(whole, "a.tar"):
        found = list(tars.items(path, AUDIO))
    lying = [whole[item.offset : item.offset + item.size] for item in found]
    assert lying == shown
    for path in written(whole[: data.draw(st.integers(0, len(whole)))], "a.tar"):
        try:
            left = list(tars.items(path, AUDIO))
        except ConfigError:
            continue
        assert len(left) <= len(found)


@given(texts)
def test_a_duration_is_one_or_refused(text: str) -> None:
    try:
        found = database.seconds(text)
    except ConfigError as error:
        assert "is no duration" in str(error)
    else:
        assert found is None or found >= 0


@given(st.floats(0, 1e6))
def test_a_duration_reads_back(seconds: float) -> None:
    assert database.seconds(database.duration(seconds)) == pytest.approx(seconds, abs=1e-6)


@given(st.lists(items, min_size=1, max_size=6), st.integers(1, 4))
def test_the_list_of_a_job_reads_back(listed: list[Item], size: int) -> None:
    for path in written("".join(item.line() for item in listed).encode(), "items.jsonl"):
        found = list(shards(path, len(listed), size))
        rest = list(shards(path, len(listed), size, done=frozenset({0})))
    assert [item for shard in found for item in shard.items] == listed
    assert all(len(shard.items) <= size for shard in found)
    assert rest == found[1:]


@given(st.lists(rows, min_size=1, max_size=4), st.data())
def test_a_part_reads_back_and_a_spoilt_one_is_noticed(
    written_rows: list[Row], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        parts.write(Path(folder), 0, written_rows)
        file = Path(folder, parts.file_name(0))
        assert same(parts.read(Path(folder), 0), written_rows)
        content = bytearray(file.read_bytes())
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] ^= data.draw(st.integers(1, 255))
        file.write_bytes(content)
        try:
            found = parts.read(Path(folder), 0)
        except parts.DamagedError as error:
            assert "00000000.npz is damaged" in str(error)
        else:  # a byte that says nothing, such as a time of day
            assert same(found, written_rows)


def same(found: list[Row], expected: list[Row]) -> bool:
    """Whether rows are the same, embeddings included."""
    return all(
        one.line() == other.line() and np.array_equal(one.embedding, other.embedding)
        for one, other in zip(found, expected, strict=True)
    )


@given(st.lists(clips, min_size=1))
def test_embeddings_for_coqui_read_back_as_their_means(
    clips: list[tuple[str, list[float]]],
) -> None:
    shard = [
        Row(n, f"{n}.wav", f"{n}.wav", 0.0, 1.0, given={"emotion": e}, embedding=np.float32(v))
        for n, (e, v) in enumerate(clips)
    ]
    with tempfile.TemporaryDirectory() as folder:
        means = Path(folder, "means.json")
        kind = Embeddings(dataset="d", emotion="emotion", centroids=str(means))
        written = Path(folder, "e.json")
        kind.writer(written).write(iter([shard]), SCHEMA, written)
        whole = json.loads(Path(folder, "e.json").read_text())
        found, centroids = read_centroids(Path(folder, "e.json")), read_centroids(means)
    read = [np.float32(whole[f"d#{n}"]["embedding"]) for n in range(len(clips))]
    np.testing.assert_array_equal(read, [np.float32(v) for _, v in clips])
    for emotion in found:
        expected = np.mean([v for e, v in clips if e == emotion], axis=0)
        np.testing.assert_allclose(found[emotion], expected, rtol=1e-5, atol=1e-4)
        np.testing.assert_allclose(centroids[emotion], expected, rtol=1e-5, atol=1e-4)


@given(st.dictionaries(words, entries | json_values))
def test_any_embeddings_are_vectors_of_numbers_or_refused(content: object) -> None:
    for path in written(json.dumps(content).encode(), "e.json"):
        try:
            found = read_centroids(path)
        except ConfigError as error:
            assert "e.json" in str(error)
            return
    assert found and set(found) <= set(EMOTIONS)
    assert len({vector.shape for vector in found.values()}) == 1
    assert all(np.isfinite(v).all() and v.ndim == 1 and v.size for v in found.values())


# Python's advice on an expression that it takes all the same.
@pytest.mark.filterwarnings("ignore:Possible (nested set|set):FutureWarning")
@given(texts, texts)
def test_any_path_and_expression_name_clips_or_are_refused(path: str, expression: str) -> None:
    try:
        for _ in zip(Sources((f"/nowhere/{path}",), expression).items(), range(3), strict=False):
            pass
    except EmottsError as error:
        assert str(error)
