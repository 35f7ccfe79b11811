"""Second-order terms against numbers that are known otherwise."""

import math

import numpy as np
import pytest

from labctl.metrology.curvature import second_order
from labctl.metrology.equations import Equations
from labctl.metrology.propagation import Leaves, Slot


def u_of(text: str, values: dict[str, float], spreads: dict[str, float], first: float) -> float:
    """Return u with second-order terms; `first` is the first-order u."""
    slots = tuple(Slot(name) for name in sorted(values))
    entering = Leaves(1, {name: np.array([x]) for name, x in values.items()}, {}, slots, {}, {})
    around = {Slot(name): np.array([u]) for name, u in spreads.items()}
    return float(second_order(Equations(text), entering, around, {"y": np.array([first])})["y"].u[0])


def test_jcgm101_mass_calibration() -> None:
    """JCGM 101:2008, 9.3: 0.075 0 mg with second-order terms, 0.075 5 mg in full; steps of one u lie between."""
    values = {"m": 100_000.0, "dm": 1.234, "a": 1.2, "w": 8000.0, "r": 8000.0}
    spreads = {"m": 0.05, "dm": 0.02, "a": 0.1 / math.sqrt(3), "w": 1000 / math.sqrt(3), "r": 50 / math.sqrt(3)}
    u = u_of("y = (m + dm) * (1 + (a - 1.2) * (1 / w - 1 / r)) - 100000", values, spreads, math.hypot(0.05, 0.02))
    assert 0.07495 < u < 0.0755


def test_gum_h1_end_gauge() -> None:
    """JCGM 100:2008, H.1.7: products with zero expectation raise u(l) from 32 nm to 34 nm."""
    values = {"l": 50_000_623.0, "da": 0.0, "t": -0.1, "c": 0.0, "a": 11.5e-6, "dt": 0.0}
    spreads = {"l": 25.0, "da": 1e-6 / math.sqrt(3), "t": 0.2, "c": 0.5 / math.sqrt(2), "a": 2e-6 / math.sqrt(3)}
    text = "y = l - l * (da * (t + c) + a * dt)"
    assert round(u_of(text, values, spreads | {"dt": 0.05 / math.sqrt(3)}, 31.663879)) == 34


def test_a_square_at_zero() -> None:
    """E[x²] around zero: u(x²) = √2 u²."""
    assert u_of("y = a ** 2", {"a": 0.0}, {"a": 0.1}, 0.0) == pytest.approx(math.sqrt(2) * 0.01, rel=1e-12)
