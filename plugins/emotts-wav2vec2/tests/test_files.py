"""The forms in which checkpoints are published: folders, hub caches, safetensors, pickles."""

import hashlib
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from checkpoints import old_names
from emotts.errors import ClassifierError

from emotts_wav2vec2.files import Checkpoint as Files

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def heard(load, checkpoint, speech, **options):
    return load(checkpoint, **options).classify([speech])[0].scores


@pytest.mark.parametrize("names", [dict, old_names], ids=["new names", "old names"])
@pytest.mark.parametrize("form", ["safetensors", "bare safetensors", "zip", "legacy"])
def test_every_form_is_heard_the_same(form, names, checkpoint, load, speech):
    expected = heard(load, checkpoint, speech)
    checkpoint.save(names(checkpoint.state()), form)
    found = heard(load, checkpoint, speech, allow_pickle=True)
    assert found == pytest.approx(expected, abs=1e-6)


def test_half_precision_files_are_heard_in_float32(checkpoint, load, speech):
    expected = heard(load, checkpoint, speech)
    checkpoint.save({key: value.half() for key, value in checkpoint.state().items()})
    classifier = load(checkpoint)
    assert classifier.details()["dtype"] == "float32"
    assert classifier.classify([speech])[0].scores == pytest.approx(expected, abs=5e-3)


def test_safetensors_go_first(checkpoint, load, speech):
    expected = heard(load, checkpoint, speech)
    (checkpoint.folder / "pytorch_model.bin").write_bytes(b"never read")
    assert heard(load, checkpoint, speech, allow_pickle=True) == expected


def test_no_preprocessor_means_16_khz_normalised(checkpoint, load, speech):
    expected = heard(load, checkpoint, speech)
    (checkpoint.folder / "preprocessor_config.json").unlink()
    assert heard(load, checkpoint, speech) == expected


def test_the_fingerprint_follows_weights_and_options(checkpoint, load):
    first = load(checkpoint).fingerprint
    assert load(checkpoint).fingerprint == first
    assert load(checkpoint, embedding_layers=(1,)).fingerprint != first
    state = checkpoint.state()
    state["classifier.out_proj.bias"] += 1
    checkpoint.save(state)
    assert load(checkpoint).fingerprint != first


@pytest.fixture
def hub(checkpoint, tmp_path, monkeypatch):
    """A hub cache, as huggingface_hub leaves it, of one repository; and no network."""
    root = tmp_path / "hub" / "models--owner--name"
    snapshot = root / "snapshots" / COMMIT
    (root / "blobs").mkdir(parents=True)
    (root / "refs").mkdir()
    snapshot.mkdir(parents=True)
    (root / "refs" / "main").write_text(COMMIT)

    def link(name: str) -> None:
        content = (checkpoint.folder / name).read_bytes()
        blob = root / "blobs" / hashlib.sha256(content).hexdigest()
        blob.write_bytes(content)
        (snapshot / name).symlink_to(os.path.relpath(blob, snapshot))

    for name in ("config.json", "preprocessor_config.json"):
        link(name)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    checkpoint.source = checkpoint.folder
    return link


def test_a_repository_of_the_hub_from_its_cache(hub, checkpoint, load, speech):
    expected = heard(load, checkpoint, speech)
    hub("model.safetensors")
    checkpoint.folder = "owner/name"
    classifier = load(checkpoint, offline=True)
    assert classifier.classify([speech])[0].scores == expected
    assert classifier.details()["revision"] == COMMIT


def test_a_pinned_revision(hub, checkpoint, load, speech):
    hub("model.safetensors")
    checkpoint.folder = "owner/name"
    assert load(checkpoint, offline=True, revision=COMMIT).classify([speech])
    with pytest.raises(ClassifierError, match=r"config\.json is not in the hub's cache"):
        load(checkpoint, offline=True, revision="f" * 40)


def test_an_unpinned_bin_is_warned_about(hub, checkpoint, load, speech, caplog):
    checkpoint.save(checkpoint.state(), "zip")
    hub("pytorch_model.bin")
    checkpoint.folder = "owner/name"
    with caplog.at_level(logging.WARNING):
        load(checkpoint, offline=True, revision=COMMIT, allow_pickle=True).classify([speech])
        assert not caplog.records
        load(checkpoint, offline=True, allow_pickle=True).classify([speech])
    assert f"pin revision: {COMMIT}" in caplog.text


def test_a_snapshot_folder_of_the_hub_as_a_local_folder(hub, checkpoint, load, speech, tmp_path):
    expected = heard(load, checkpoint, speech)
    hub("model.safetensors")
    checkpoint.folder = tmp_path / "hub" / "models--owner--name" / "snapshots" / COMMIT
    assert heard(load, checkpoint, speech) == expected


def test_offline_without_the_weights(hub, checkpoint, load, speech):
    checkpoint.folder = "owner/name"
    classifier = load(checkpoint, offline=True)
    with pytest.raises(ClassifierError, match=r"model\.safetensors is not in the hub's cache"):
        classifier.classify([speech])


def test_offline_by_the_environment(tmp_path):
    code = """
import socket, sys
def refuse(*args): raise AssertionError("a socket was opened")
socket.socket.connect = socket.getaddrinfo = refuse
from emotts_wav2vec2 import Wav2Vec2Classifier
from emotts.errors import ClassifierError
try:
    Wav2Vec2Classifier(Wav2Vec2Classifier.Options(model="owner/name"))
except ClassifierError as error:
    print(error)
"""
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    made = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert "config.json is not in the hub's cache" in made.stdout


def test_what_was_detected_is_shown_and_logged(checkpoint, load, speech, caplog):
    classifier = load(checkpoint)
    with caplog.at_level(logging.INFO):
        details = classifier.details()
    assert details["layout"] == "soxan"
    assert details["labels"] == ["anger", "disgust", "fear", "happiness", "sadness"]
    assert (details["rate"], details["pooling"]) == (16_000, "mean")
    assert (details["dtype"], details["device"]) == ("float32", "cpu")
    assert details["file"] == str(checkpoint.folder / "model.safetensors")
    assert details["sha256"] == Files(str(checkpoint.folder)).sha256
    for word in ("soxan layout", "mean pooling", "16000 Hz", "float32", "cpu", "anger"):
        assert word in caplog.text


def test_registration_imports_no_torch():
    code = """
import sys
from emotts.plugins import load
classes = load().classifiers
assert "wav2vec2" in classes, classes
for name in ("torch", "transformers", "huggingface_hub", "safetensors"):
    assert name not in sys.modules, name
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_description_is_read_without_torch(checkpoint):
    code = f"""
import sys
from emotts_wav2vec2 import Wav2Vec2Classifier
made = Wav2Vec2Classifier(Wav2Vec2Classifier.Options(model={str(checkpoint.folder)!r}))
assert made.labels and made.rate and made.embedding_size and made.fingerprint
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_emotts_help_imports_no_torch():
    code = """
import sys
from emotts.cli import main
sys.argv = ["emotts", "--help"]
try:
    main()
except SystemExit:
    pass
assert "torch" not in sys.modules and "numpy" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_the_version_is_that_of_the_distribution():
    from importlib.metadata import entry_points

    (found,) = [point for point in entry_points(group="emotts") if point.name == "wav2vec2"]
    assert found.load().Wav2Vec2Classifier.name == "wav2vec2"
    assert Path(found.load().__file__).parent.name == "emotts_wav2vec2"
