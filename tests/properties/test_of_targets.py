"""Any target: one that reads back as it is written, or an error in words."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties.strategies import texts

from emotts.dimensions import DIMENSIONS
from emotts.emotions import EMOTIONS, LEAST, MOST, canonical, emotion, target
from emotts.errors import EmottsError

parts = st.one_of(
    st.sampled_from((*EMOTIONS, *DIMENSIONS, "joy", "Angry", "pleasure", "生气/angry", "<|SAD|>")),
    st.text(max_size=6),
)  # fmt: skip
figures = st.one_of(
    st.floats().map(repr),
    st.integers().map(str),
    st.sampled_from(("", "0.7", ".5", "1_0", "１", "lots")),
)  # fmt: skip
specs = st.lists(
    st.tuples(parts, st.sampled_from((":", "=", "", " : ", "::")), figures).map("".join), max_size=4
).map(",".join)


@given(st.one_of(texts, specs), st.floats())
def test_any_words_are_a_target_or_an_error_in_words(spec: str, intensity: float) -> None:
    try:
        found = target(spec, intensity)
    except EmottsError as error:
        assert len(str(error)) > 20
        return
    assert set(found.weights) <= set(EMOTIONS)
    assert math.isclose(sum(found.weights.values()), 1, rel_tol=1e-9)
    assert 0 <= found.intensity <= 1
    assert all(0 <= value <= 1 for value in (found.point or {}).values())
    assert target(str(found)).weights == pytest.approx(found.weights, rel=1e-4)
    assert target(str(found)).point == pytest.approx(found.point, abs=1e-5)


@given(st.dictionaries(st.sampled_from((*EMOTIONS, *DIMENSIONS, "x")), st.floats(), max_size=5))
def test_any_numbers_are_a_target_or_an_error_in_words(spec: dict[str, float]) -> None:
    try:
        found = target(spec)
    except EmottsError:
        return
    if found.point is None:
        assert all(LEAST <= spec[name] <= MOST for name in found.weights)
        whole = sum(spec.values())
        assert all(found.weights[n] == pytest.approx(spec[n] / whole) for n in found.weights)
    else:
        assert dict(found.point) == spec


@given(texts)
def test_a_name_is_canonical_or_none_and_case_says_nothing(name: str) -> None:
    found = canonical(name)
    assert found is None or canonical(found) == found
    assert canonical(f" {name.strip().casefold()} ") == found
    if found is None:
        with pytest.raises(EmottsError, match="unknown emotion"):
            emotion(name)
    else:
        assert emotion(name) == found
