"""The emotion space: what ships, how it is learned, and how it is judged."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from labelled import speak

from emotts.audio import read
from emotts.builtin import assets, compact, projection
from emotts.builtin.projection import project
from emotts.cli import cli
from emotts.errors import ClassifierError

SIZE = 1536


def test_the_space_is_small_and_affine() -> None:
    random = np.random.default_rng(1)
    batch = random.standard_normal((3, SIZE)).astype(np.float32)
    found = project(batch, centred=True)
    assert found.shape == (3, 7)
    assert found.dtype == np.float32
    np.testing.assert_allclose(project(batch[1], centred=True), found[1], atol=1e-4)
    middle = project(batch[:2].mean(axis=0), centred=True)
    np.testing.assert_allclose(middle, found[:2].mean(axis=0), atol=1e-4)
    assert not np.allclose(project(batch, centred=False), found)


def test_another_size_is_refused_with_the_right_one() -> None:
    with pytest.raises(ClassifierError, match="1536, as compact makes them"):
        project(np.zeros(192, np.float32), centred=True)


def test_a_space_of_another_encoder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(projection.ASSETS, tmp_path / "space")
    with np.load(projection.ASSETS / projection.FILE) as arrays:
        np.savez(tmp_path / "space" / projection.FILE, **{**arrays, "encoder": np.array("0" * 64)})
    assets.record(tmp_path / "space")
    monkeypatch.setattr(projection, "ASSETS", tmp_path / "space")
    projection._projections.cache_clear()
    with pytest.raises(ClassifierError, match="another encoder"):
        project(np.zeros(SIZE, np.float32), centred=True)
    projection._projections.cache_clear()


def test_the_strongest_direction_of_the_heads_is_kept() -> None:
    """What moves a logit against another moves the projected embedding."""
    head = compact.load(compact.ASSETS).centred
    anger, sadness = (compact.CompactClassifier.labels.index(e) for e in ("anger", "sadness"))
    towards = head.weights[anger] - head.weights[sadness]
    across = np.random.default_rng(2).standard_normal(SIZE).astype(np.float32)
    across *= np.linalg.norm(towards) / np.linalg.norm(across)
    origin = project(np.zeros(SIZE, np.float32), centred=True)
    along, aside = (np.linalg.norm(project(v, centred=True) - origin) for v in (towards, across))
    assert along > 3 * aside


def embed(folder: Path, *more: str) -> np.ndarray:
    """What `emotts embed` writes of the clips in a folder."""
    output = folder / f"{len(more)}.npy"
    done = CliRunner().invoke(cli, ["embed", str(folder / "clips"), "-o", str(output), *more])
    assert done.exit_code == 0, done.output
    found: np.ndarray = np.load(output)
    return found


def test_embeddings_are_written_in_the_space_unless_they_are_to_be_raw(tmp_path: Path) -> None:
    clips = [read(clip) for clip in speak(tmp_path / "clips", 8)]
    heard = compact.CompactClassifier(compact.CompactOptions()).hear(clips)
    expected = np.array([prediction.embedding for prediction in heard])
    np.testing.assert_allclose(embed(tmp_path, "--space", "raw"), expected, atol=1e-3)
    np.testing.assert_allclose(embed(tmp_path), project(expected, centred=False), atol=1e-2)
    centred = project(expected - expected.mean(axis=0), centred=True)
    by_speaker = embed(tmp_path, "--center", "speaker", "--speaker", "^0")
    np.testing.assert_allclose(by_speaker, centred, atol=1e-2)


def test_another_classifier_has_no_emotion_space(tmp_path: Path, tones: Path) -> None:
    speak(tmp_path / "clips", 1)
    arguments = ["embed", str(tmp_path / "clips"), "-o", str(tmp_path / "v.npy")]
    options = ["--classifier", "pitch", "--space", "emotion"]
    done = CliRunner().invoke(cli, [*arguments, *options])
    assert done.exit_code != 0
    assert "--space raw" in str(done.exception) + done.output


training = pytest.importorskip("training", reason="training is not part of a source distribution")

from training import space, triplets  # noqa: E402
from training.corpora import Clips  # noqa: E402

SPEAKERS, SENTENCES, EMOTIONS = 12, 3, 4
WIDTH = 20


def clips_of(speakers: int) -> Clips:
    """Every emotion of every sentence by every speaker."""
    speaker, sentence, label = (
        grid.ravel()
        for grid in np.meshgrid(
            np.arange(speakers), np.arange(SENTENCES), np.arange(EMOTIONS), indexing="ij"
        )
    )
    nothing = np.full(len(label), "")
    names = np.char.add("s", speaker.astype(str))
    return Clips(nothing, label, speaker % 2, names, nothing, sentence.astype(str))


def heard(clips: Clips, *, emotion: float) -> np.ndarray:
    """Embeddings in which the speaker and the sentence drown the emotion, where it is weak."""
    random = np.random.default_rng(3)
    _, speaker = np.unique(clips.speaker, return_inverse=True)
    emotions = np.zeros((EMOTIONS, WIDTH))
    emotions[:, :EMOTIONS] = emotion * np.eye(EMOTIONS)
    voices = random.standard_normal((speaker.max() + 1, WIDTH)) * (np.arange(WIDTH) >= EMOTIONS)
    words = random.standard_normal((SENTENCES, WIDTH)) * (np.arange(WIDTH) >= EMOTIONS)
    noise = 0.1 * random.standard_normal((len(clips), WIDTH))
    found: np.ndarray = (
        emotions[clips.label] + voices[speaker] + words[clips.sentence.astype(int)] + noise
    )
    return found


def test_nearness_tells_emotions_from_speakers() -> None:
    clips = clips_of(SPEAKERS)
    assert np.nanmean(triplets.nearer(heard(clips, emotion=50.0), clips)) == 1
    assert np.nanmean(triplets.nearer(heard(clips, emotion=0.1), clips)) < 0.1


def test_nearness_is_that_of_the_definition() -> None:
    clips = clips_of(4)
    embeddings = heard(clips, emotion=1.0)
    units = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    columns = clips.corpus, clips.label, clips.speaker, clips.sentence
    n = range(len(clips))

    def same(i: int, j: int) -> tuple[bool, ...]:
        return tuple(bool(column[i] == column[j]) for column in columns)

    won = [
        units[0] @ units[i] > units[0] @ units[j]
        for i in n
        for j in n
        if same(0, i) == (True, True, False, False) and same(0, j) == (True, False, True, True)
    ]
    assert len(won) == 2 * 3
    assert triplets.nearer(embeddings, clips)[0] == pytest.approx(np.mean(won))


def test_the_space_finds_emotions_of_speakers_never_met() -> None:
    clips = clips_of(SPEAKERS)
    embeddings = heard(clips, emotion=0.5)
    met = np.char.str_len(clips.speaker) < 3
    data = space.Copies(clips, (embeddings,))
    learned, shrinkage = space.learn(data.at(met))
    assert shrinkage in space.SHRINKAGES
    assert learned.matrix.shape == (EMOTIONS - 1, WIDTH)
    projected = learned(embeddings)
    before = triplets.nearer(embeddings, clips)[~met]
    after = triplets.nearer(projected, clips)[~met]
    assert np.nanmean(before) < 0.5
    assert np.nanmean(after) > 0.95


def test_turned_a_space_is_the_same_but_elsewhere() -> None:
    random = np.random.default_rng(4)
    learned = space.Projection(random.standard_normal(9), random.standard_normal((3, 9)))
    embeddings = random.standard_normal((50, 9))
    turn = np.linalg.qr(random.standard_normal((3, 3)))[0]
    turned = learned.turned(embeddings, learned(embeddings) @ turn)
    np.testing.assert_allclose(turned(embeddings), learned(embeddings) @ turn)
    aside = learned.turned(embeddings, random.standard_normal((50, 3)))(embeddings)
    lengths = np.linalg.norm(learned(embeddings), axis=1)
    np.testing.assert_allclose(np.linalg.norm(aside, axis=1), lengths)


def test_the_shipped_space_is_the_documented_one() -> None:
    card = (projection.ASSETS / "MODEL_CARD.md").read_text()
    report = (Path(space.__file__).parent / "EMBEDDING.md").read_text()
    tables = [line for line in card.splitlines() if line.startswith("| ")]
    assert tables
    assert all(line in report for line in tables)
