"""Quantities read together, against the Guide's impedance measurement."""

import math
from collections.abc import Callable

import pytest

from labctl.errors import UncertaintyError
from labctl.metrology.type_a.joint import read_together

VOLTS, AMPERES = [5.007, 4.994, 5.005, 4.99, 4.999], [0.019663, 0.019639, 0.01964, 0.019685, 0.019678]
ANGLES = [1.0456, 1.0438, 1.0468, 1.0428, 1.0433]


def test_guide_h2_raw_readings() -> None:
    """JCGM 100:2008, table H.2: u and r of V, I and φ as printed."""
    found = read_together({"V": VOLTS, "I": AMPERES, "phi": ANGLES})
    assert found.of("V").u == pytest.approx(0.0032, abs=5e-5)
    assert found.of("I").u == pytest.approx(9.5e-6, abs=5e-8)
    assert found.of("phi").u == pytest.approx(0.00075, abs=5e-6)
    assert found.r("V", "I") == pytest.approx(-0.36, abs=0.005)
    assert found.r("phi", "V") == pytest.approx(0.86, abs=0.005)
    assert found.r("I", "phi") == pytest.approx(-0.65, abs=0.005)
    assert found.r("V", "V") == 1
    assert found.of("V").dof == 4


def test_guide_h2_second_approach() -> None:
    """JCGM 100:2008, H.2.4: R, X and Z evaluated in each set; r(R, X) recomputed."""
    sets = list(zip(VOLTS, AMPERES, ANGLES, strict=True))
    found = read_together(
        {
            "R": [v / i * math.cos(phi) for v, i, phi in sets],
            "X": [v / i * math.sin(phi) for v, i, phi in sets],
            "Z": [v / i for v, i, _ in sets],
        }
    )
    for name, value, u in [
        ("R", 127.7316304828154, 0.07127354317859828),
        ("X", 219.84689460329236, 0.2954890856100897),
        ("Z", 254.26004958674116, 0.23624750170397812),
    ]:
        assert (found.of(name).value, found.of(name).u) == pytest.approx((value, u), rel=1e-10)
    assert found.r("R", "X") == pytest.approx(-0.5882768557969502, abs=1e-6)


def test_a_constant_correlates_with_nothing() -> None:
    found = read_together({"a": [1.0, 2.0, 3.0], "b": [5.0, 5.0, 5.0], "c": [-2.0, -4.0, -6.0]})
    assert (found.r("a", "b"), found.of("b").u) == (0, 0)
    assert found.r("a", "c") == pytest.approx(-1, abs=1e-15)


def test_refusals_name_the_input() -> None:
    refused: list[tuple[Callable[[], object], str, str]] = [
        (lambda: read_together({}), "too-few-readings", "readings"),
        (lambda: read_together({"V": [1.0]}), "too-few-readings", "V"),
        (lambda: read_together({"V": [1.0, 2.0], "I": [1.0, 2.0, 3.0]}), "unequal-lengths", "I"),
        (lambda: read_together({"V": [1.0, math.nan]}), "not-finite", "V[2]"),
        (lambda: read_together({"V": [1.0, 2.0]}).of("I"), "undefined-symbol", "I"),
    ]
    for call, code, name in refused:
        with pytest.raises(UncertaintyError) as refusal:
            call()
        assert (refusal.value.code, refusal.value.input) == (code, name)
