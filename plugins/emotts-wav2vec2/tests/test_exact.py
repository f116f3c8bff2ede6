"""What is heard equals the bare backbone of transformers and a head worked out in numpy."""

import numpy as np
import pytest
import torch
import transformers
from checkpoints import BACKBONES, BASE, LARGE, LAYOUTS, normalised, softmax, tiny
from emotts.audio import Audio, join
from emotts.testing import check_classifier

TOLERANCE = 1e-4


@pytest.mark.parametrize("shape", [LARGE, BASE], ids=["large", "base"])
@pytest.mark.parametrize("backbone", BACKBONES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_over_every_backbone(layout, backbone, shape, tmp_path, load, speech):
    made = tiny(tmp_path / "model", layout=layout, backbone=backbone, shape=shape)
    heard = load(made).classify([speech])[0]
    expected = softmax(made.logits(normalised(speech)))
    np.testing.assert_allclose(list(heard.scores.values()), expected, atol=TOLERANCE)
    np.testing.assert_allclose(heard.embedding, made.pooled(normalised(speech)), atol=1e-4)


@pytest.mark.parametrize("pooling", ["mean", "sum", "max"])
def test_pooling(pooling, tmp_path, load, speech):
    made = tiny(tmp_path / "model", pooling=pooling)
    heard = load(made).classify([speech])[0]
    expected = softmax(made.logits(normalised(speech)))
    np.testing.assert_allclose(list(heard.scores.values()), expected, atol=TOLERANCE)


def test_pooling_is_the_mean_where_the_config_names_none(tmp_path, load, speech):
    made = tiny(tmp_path / "model", layout="ehcalabres", pooling=None)
    heard = load(made).classify([speech])[0]
    made.pooling = "mean"
    expected = softmax(made.logits(normalised(speech)))
    np.testing.assert_allclose(list(heard.scores.values()), expected, atol=TOLERANCE)


@pytest.mark.parametrize("shape", [LARGE, BASE], ids=["large", "base"])
def test_weighted_layers_of_the_stock_layout(shape, tmp_path, load, speech):
    made = tiny(tmp_path / "model", layout="stock", shape=shape, layer_weights=True)
    heard = load(made).classify([speech])[0]
    expected = softmax(made.logits(normalised(speech)))
    np.testing.assert_allclose(list(heard.scores.values()), expected, atol=TOLERANCE)


def test_stock_layout_as_transformers_loads_it(tmp_path, load, speech):
    made = tiny(tmp_path / "model", layout="stock", backbone="hubert", shape=BASE)
    made.edit(architectures=["HubertForSequenceClassification"], vocab_size=32)
    model = transformers.HubertForSequenceClassification.from_pretrained(made.folder).eval()
    with torch.no_grad():
        logits = model(torch.from_numpy(normalised(speech)[None])).logits[0].numpy()
    heard = load(made).classify([speech])[0]
    np.testing.assert_allclose(list(heard.scores.values()), softmax(logits), atol=TOLERANCE)


def test_a_head_of_the_size_of_the_hidden_state_is_loaded_as_stock(tmp_path, load):
    made = tiny(tmp_path / "model", layout="stock")
    made.edit(classifier_proj_size=32)
    state = made.state()
    state["projector.weight"], state["projector.bias"] = torch.ones(32, 32), torch.zeros(32)
    state["classifier.weight"] = torch.ones(5, 32)
    made.save(state)
    assert load(made).details()["layout"] == "stock"


def test_not_normalised_where_the_preprocessor_says_so(checkpoint, load, speech):
    (checkpoint.folder / "preprocessor_config.json").write_text('{"do_normalize": false}')
    heard = load(checkpoint).classify([speech])[0]
    expected = softmax(checkpoint.logits(speech.samples))
    np.testing.assert_allclose(list(heard.scores.values()), expected, atol=TOLERANCE)


def test_regression_measures_dimensions(tmp_path, load, speech):
    names = ("arousal", "dominance", "valence")
    made = tiny(tmp_path / "model", labels=names, problem_type="regression")
    classifier = load(made)
    assert (classifier.labels, classifier.dimensions) == ((), names)
    heard = classifier.hear([speech])[0]
    assert heard.scores == {}
    expected = made.logits(normalised(speech))
    np.testing.assert_allclose([heard.dimensions[name] for name in names], expected, atol=1e-4)


def test_multi_label_has_a_sigmoid_for_each(tmp_path, load, speech):
    made = tiny(tmp_path / "model", problem_type="multi_label_classification")
    classifier = load(made)
    heard = classifier.classify([speech])[0]
    expected = 1 / (1 + np.exp(-made.logits(normalised(speech))))
    np.testing.assert_allclose(list(heard.scores.values()), expected, atol=TOLERANCE)
    assert not classifier.exclusive
    check_classifier(classifier)


def test_outputs_that_are_no_emotion_are_left_out_and_the_rest_renormalised(tmp_path, load, speech):
    labels = ("neu", "other", "Angry", "<unk>", "开心/happy", "LABEL_5")
    made = tiny(tmp_path / "model", labels=labels)
    classifier = load(made)
    assert classifier.labels == ("neutral", "anger", "happiness")
    heard = classifier.hear([speech])[0]
    kept = softmax(made.logits(normalised(speech)))[[0, 2, 4]]
    np.testing.assert_allclose(list(heard.scores.values()), kept / kept.sum(), atol=TOLERANCE)


def test_long_audio_is_heard_in_windows_weighted_by_length(checkpoint, load, speech):
    long = join([speech] * 9)
    assert 20 < long.duration_s < 39
    parts = [Audio(part, 16_000) for part in np.split(long.samples, [320_000])]
    weights = [part.samples.size for part in parts]
    each = [softmax(checkpoint.logits(normalised(part))) for part in parts]
    heard = load(checkpoint).classify([long])[0]
    expected = np.average(each, axis=0, weights=weights)
    np.testing.assert_allclose(list(heard.scores.values()), expected, atol=TOLERANCE)


def test_a_rest_of_less_than_a_second_joins_the_window_before_it(checkpoint, load, speech):
    long = join([speech] * 9)
    clip = Audio(long.samples[: 20 * 16_000 + 300], 16_000)
    heard = load(checkpoint).classify([clip])[0]
    expected = softmax(checkpoint.logits(normalised(clip)))
    np.testing.assert_allclose(list(heard.scores.values()), expected, atol=TOLERANCE)


def test_embedding_of_chosen_layers(checkpoint, load, speech):
    classifier = load(checkpoint, embedding_layers=(0, 1))
    with torch.no_grad():
        made = checkpoint.backbone(
            torch.from_numpy(normalised(speech)[None]), output_hidden_states=True
        )
    expected = np.mean([states[0].mean(0).numpy() for states in made.hidden_states[:2]], axis=0)
    heard = classifier.classify([speech])[0]
    np.testing.assert_allclose(heard.embedding, expected, atol=1e-4)
    plain = load(checkpoint).classify([speech])[0]
    assert heard.scores == pytest.approx(plain.scores, abs=1e-6)


def test_sizes_are_known_before_the_weights_are_read(checkpoint, load):
    (checkpoint.folder / "model.safetensors").unlink()
    classifier = load(checkpoint)
    assert (classifier.embedding_size, classifier.rate) == (32, 16_000)
    assert classifier.labels == ("anger", "disgust", "fear", "happiness", "sadness")
