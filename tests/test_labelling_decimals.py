import numpy as np
from pydantic_core import to_json

from emotts.labelling.decimals import shortest


def test_the_fewest_digits_that_read_back_are_those_of_str() -> None:
    rng = np.random.default_rng(0)
    sizes = 10.0 ** rng.uniform(-12, 5, 20_000)
    values = (rng.standard_normal(20_000) * sizes).astype(np.float32)
    edges = np.array([0, -0.0, 1, -1000, 0.1, 2**-20], np.float32)
    for given in (values, edges):
        assert shortest(given) == [float(str(value)) for value in given]
    assert to_json(shortest(edges[3:5])) == b"[-1000.0,0.1]"


def test_every_float32_reads_back() -> None:
    bits = np.random.default_rng(0).integers(0, 2**32, 200_000, dtype=np.uint32)
    values = bits.view(np.float32)
    values = values[np.isfinite(values)]
    assert (np.float32(shortest(values)) == values).all()
