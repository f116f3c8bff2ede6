"""What a checkpoint must not have: each is a clear error, and nothing in it is run."""

import os
import pickle

import pytest
import torch
from checkpoints import CONV, old_names, tiny
from emotts.errors import ClassifierError, ConfigError
from emotts.testing.watching import watched

from emotts_wav2vec2.weights import expect_safe_torch

NEW = f"wav2vec2.{CONV}parametrizations.weight.original"
OLD = f"wav2vec2.{CONV}weight_"


@pytest.fixture(autouse=True)
def nothing_opened():
    """No socket and no process, whatever the file."""
    with watched() as opened:
        yield
    assert not opened


def refused(load, checkpoint, speech, *words, **options):
    with pytest.raises(ClassifierError) as caught:
        load(checkpoint, **options).classify([speech])
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    "key",
    [
        "classifier.out_proj.bias",
        "classifier.dense.weight",
        "wav2vec2.encoder.layers.1.final_layer_norm.weight",
        "wav2vec2.masked_spec_embed",
    ],
)
def test_a_missing_key_is_named(key, checkpoint, load, speech):
    state = checkpoint.state()
    del state[key]
    checkpoint.save(state)
    refused(load, checkpoint, speech, "missing", key)


@pytest.mark.parametrize(
    "key", ["classifier.extra.weight", "wav2vec2.adapter.bias", "lm_head.bias"]
)
def test_an_unexpected_key_is_named(key, checkpoint, load, speech):
    checkpoint.save(checkpoint.state() | {key: torch.zeros(3)})
    refused(load, checkpoint, speech, "unexpected", key)


def test_no_head_at_all(checkpoint, load, speech):
    state = {key: value for key, value in checkpoint.state().items() if "classifier" not in key}
    checkpoint.save(state)
    refused(load, checkpoint, speech, "head", "missing", "classifier.dense.weight")


def test_two_heads(tmp_path, checkpoint, load, speech):
    other = tiny(tmp_path / "other", layout="ehcalabres")
    checkpoint.save(checkpoint.state() | other.state())
    refused(load, checkpoint, speech, "unexpected", "classifier.out")


def test_no_backbone(checkpoint, load, speech):
    state = {f"model.{key}": value for key, value in checkpoint.state().items()}
    checkpoint.save(state)
    refused(load, checkpoint, speech, "one backbone of wav2vec2, hubert, wavlm")


def test_another_backbone_than_the_config_says(checkpoint, load, speech):
    checkpoint.edit(model_type="hubert")
    refused(load, checkpoint, speech, "wav2vec2", "hubert")


@pytest.mark.parametrize(
    "key, shape",
    [
        ("classifier.dense.weight", (32, 31)),
        ("wav2vec2.encoder.layers.0.attention.k_proj.bias", (16,)),
        ("wav2vec2.feature_extractor.conv_layers.0.conv.weight", (16, 1, 9)),
    ],
)
def test_another_shape_is_named(key, shape, checkpoint, load, speech):
    checkpoint.save(checkpoint.state() | {key: torch.zeros(shape)})
    refused(load, checkpoint, speech, key, str(list(shape)))


def test_a_config_of_another_size(checkpoint, load, speech):
    checkpoint.edit(hidden_size=64)
    refused(load, checkpoint, speech, "of another shape", "must be [64")


@pytest.mark.parametrize("half", ["g", "v"])
def test_half_a_weight_norm_pair(half, checkpoint, load, speech):
    state = old_names(checkpoint.state())
    del state[OLD + half]
    checkpoint.save(state)
    refused(load, checkpoint, speech, "weight-norm", OLD + half)


def test_both_weight_norm_pairs(checkpoint, load, speech):
    checkpoint.save(checkpoint.state() | old_names(checkpoint.state()))
    refused(load, checkpoint, speech, "twice", NEW + "0")


def test_half_of_each_weight_norm_pair(checkpoint, load, speech):
    state = checkpoint.state()
    state[OLD + "g"] = state.pop(NEW + "0")
    checkpoint.save(state)
    refused(load, checkpoint, speech, "half", OLD + "v")


def test_more_labels_than_outputs(checkpoint, load, speech):
    checkpoint.edit(id2label={str(index): name for index, name in enumerate(["sad", "happy"])})
    refused(load, checkpoint, speech, "5 outputs", "2 labels", "sad, happy")


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"num_labels": None}, ["num_labels is null"]),
        ({"num_labels": 7}, ["num_labels is 7", "5 labels"]),
        ({"id2label": None}, ["id2label"]),
        ({"id2label": {"1": "sad", "2": "happy"}}, ["id2label must number"]),
        ({"id2label": {"0": "sad", "1": "sadness"}}, ["the same emotion"]),
        ({"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}, ["fewer than two", "label_0"]),
        ({"id2label": {"0": "sad", "1": "other"}}, ["fewer than two"]),
        ({"problem_type": "regression"}, ["arousal, dominance, valence"]),
        ({"problem_type": "ranking"}, ["problem_type"]),
        ({"pooling_mode": "median"}, ["pooling_mode"]),
        ({"model_type": "whisper"}, ["model_type"]),
        ({"hidden_size": "32"}, ["hidden_size"]),
        ({"hidden_size": 10**9}, ["hidden_size"]),
        ({"num_hidden_layers": -1}, ["num_hidden_layers"]),
        ({"hidden_act": "os.system"}, ["hidden_act"]),
        ({"conv_dim": [16] * 6}, ["one length"]),
        ({"num_attention_heads": 5}, ["config.json"]),
        ({"add_adapter": True}, ["add_adapter"]),
        ({"use_weighted_layer_sum": True}, ["layer_weights"]),
    ],
)
def test_descriptions_that_do_not_fit(changes, words, checkpoint, load, speech):
    checkpoint.edit(**changes)
    refused(load, checkpoint, speech, *words)


@pytest.mark.parametrize(
    "poison",
    [
        {"_attn_implementation_internal": "attacker/kernels:run"},
        {"_attn_implementation": "attacker/kernels"},
        {"attn_implementation": "attacker/kernels"},
        {"auto_map": {"AutoModel": "modeling.Evil"}},
        {"trust_remote_code": True},
        {"custom_pipelines": {"speech": {"impl": "evil.Pipeline"}}},
        {"quantization_config": {"quant_method": "evil"}},
        {"__class__": "Evil"},
    ],
    ids=lambda poison: next(iter(poison)),
)
def test_poisoned_config_keys(poison, checkpoint, load, speech):
    checkpoint.edit(**poison)
    refused(load, checkpoint, speech, next(iter(poison)), "code")


@pytest.mark.parametrize("content", ["", "[]", "{", "[" * 100_000, '"text"'])
def test_a_config_that_is_none(content, checkpoint, load, speech):
    (checkpoint.folder / "config.json").write_text(content)
    refused(load, checkpoint, speech, "config.json")


def test_a_huge_config(checkpoint, load, speech):
    (checkpoint.folder / "config.json").write_text('{"a": "' + "x" * 2_000_000 + '"}')
    refused(load, checkpoint, speech, "config.json", "larger")


class Evil:
    def __init__(self, proof):
        self.proof = proof

    def __reduce__(self):
        return (os.mkdir, (str(self.proof),))


@pytest.mark.parametrize("form", ["zip", "legacy", "bare pickle"])
def test_an_object_in_a_bin_is_not_run(form, checkpoint, load, speech, tmp_path):
    proof = tmp_path / "executed"
    state = checkpoint.state() | {"classifier.dense.bias": Evil(proof)}
    if form == "bare pickle":
        (checkpoint.folder / "model.safetensors").unlink()
        with (checkpoint.folder / "pytorch_model.bin").open("wb") as file:
            pickle.dump(state, file)
    else:
        checkpoint.save(state, form)
    refused(load, checkpoint, speech, "pytorch_model.bin", allow_pickle=True)
    assert not proof.exists()


def test_a_bin_of_something_else_than_tensors_by_name(checkpoint, load, speech):
    checkpoint.save({"epoch": 3, "state_dict": checkpoint.state()}, "zip")
    refused(load, checkpoint, speech, "tensors by name", allow_pickle=True)


def test_a_bin_without_the_option(checkpoint, load, speech):
    checkpoint.save(checkpoint.state(), "zip")
    refused(load, checkpoint, speech, "model.safetensors", "allow_pickle: true")


def test_a_bin_with_an_old_torch():
    with pytest.raises(ClassifierError, match=r"torch 2\.9\.1.*2\.10"):
        expect_safe_torch("2.9.1+cpu")
    expect_safe_torch("2.10.0")


def test_training_arguments_are_never_read(checkpoint, load, speech, tmp_path):
    proof = tmp_path / "executed"
    with (checkpoint.folder / "training_args.bin").open("wb") as file:
        pickle.dump(Evil(proof), file)
    load(checkpoint, allow_pickle=True).classify([speech])
    assert not proof.exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff" * 100, (2**40).to_bytes(8, "little") + b"{}", (10).to_bytes(8, "little") + b"{"],
    ids=["empty", "garbage", "huge header", "cut off"],
)
def test_damaged_safetensors(content, checkpoint, load, speech):
    (checkpoint.folder / "model.safetensors").write_bytes(content)
    refused(load, checkpoint, speech, "model.safetensors", "damaged")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04garbage", b"\x80\x02garbage"])
def test_damaged_bin(content, checkpoint, load, speech):
    (checkpoint.folder / "model.safetensors").unlink()
    (checkpoint.folder / "pytorch_model.bin").write_bytes(content)
    refused(load, checkpoint, speech, "pytorch_model.bin", allow_pickle=True)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_link_out_of_the_folder(name, checkpoint, load, speech, tmp_path):
    inside = checkpoint.folder / name
    outside = tmp_path / "secret"
    inside.rename(outside)
    inside.symlink_to(outside)
    refused(load, checkpoint, speech, name, "must be a file of this folder")


@pytest.mark.parametrize("model", ["no/such/folder", "owner/na me", "../etc", "https://a.b/c"])
def test_neither_a_folder_nor_a_hub_id(model, load, checkpoint, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    checkpoint.folder = model
    with pytest.raises(ClassifierError, match="no such model"):
        load(checkpoint)


def test_layers_that_the_model_lacks(checkpoint, load):
    with pytest.raises(ConfigError, match="from 0 to 2"):
        load(checkpoint, embedding_layers=(3,))


@pytest.mark.parametrize(
    "options",
    [
        {"backend": "onnx", "device": "cuda"},
        {"backend": "onnx", "dtype": "float16"},
        {"backend": "onnx", "compile": True},
        {"dtype": "int8"},
        {"backend": "auto", "dtype": "int8", "device": "cuda"},
        {"modle": "x"},
    ],
)
def test_options_that_contradict_each_other(options, checkpoint, load):
    with pytest.raises(ValueError):
        load(checkpoint, **options)
