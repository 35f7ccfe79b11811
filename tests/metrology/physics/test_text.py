"""Every physical function of a model's text: exact derivatives, dimensions, and an evaluation."""

import numpy as np
import pytest

from labctl.errors import ModelError, UnitMismatch
from labctl.metrology.distributions import Floats
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import evaluate
from labctl.metrology.functions import FUNCTIONS, SIGNATURES
from labctl.metrology.physics import iec60584, iec60751
from labctl.metrology.physics.text import PHYSICAL
from labctl.metrology.units import parse_unit
from tests.metrology.models import by_symbol, effect, given

PLACES: dict[str, tuple[tuple[float, float], ...]] = {
    "its90.wr": ((-200.0, -1.0),),
    "its90.t": ((1.1, 3.3),),
    "iec60751.r": ((-190.0, 800.0),),
    "iec60751.t": ((30.0, 380.0),),
    "iec60751.slope": ((-190.0, 800.0),),
    **{f"iec60751.tolerance({grade!r})": (held,) for grade, (_, held) in iec60751.CLASSES.items()},
    **{
        f"iec60584.tolerance({kind!r}, {grade!r})": ((each.low, each.high),)
        for kind, classes in iec60584.TOLERANCES.items()
        for grade, each in classes.items()
    },
    "iec60584.e": ((50.0, 350.0),),
    "iec60584.t": ((1e-4, 2e-3),),
    "iec60584.slope": ((50.0, 350.0),),
    "water_density": ((1.0, 39.0), (9e4, 1e6)),
    "water_density_saturated": ((1.0, 24.0), (9e4, 1e6)),
    "air_density": ((15.5, 26.5), (7e4, 1.09e5), (0.1, 0.9)),
    "air_density_short": ((10.5, 29.5), (9.1e4, 1.09e5), (0.1, 0.7)),
    "dew_point": ((-5.0, 60.0), (0.3, 0.9)),
    "buoyancy_factor": ((1.0, 1.3), (700.0, 9000.0), (7800.0, 8100.0)),
    "conventional_factor": ((900.0, 20000.0),),
    "gas.to_273_K": ((-20.0, 50.0), (8e4, 1.1e5)),
    "gas.to_298_K": ((-20.0, 50.0), (8e4, 1.1e5)),
}


def places(name: str) -> tuple[tuple[float, float], ...]:
    return PLACES.get(name) or PLACES[name.partition("(")[0]]


@pytest.mark.parametrize("name", PHYSICAL)
def test_derivatives_agree_with_differences(name: str) -> None:
    rng = np.random.default_rng(20)
    ranges = places(name)
    arrays: list[Floats] = [rng.uniform(low + 0.01 * (high - low), high, 40) for low, high in ranges]
    value, partials = PHYSICAL[name](*arrays)
    assert value.shape == (40,)
    assert len(partials) == len(arrays)
    for number, ((low, high), along) in enumerate(zip(ranges, partials, strict=True)):
        h = 1e-5 * (high - low)
        up, down = (PHYSICAL[name](*_moved(arrays, number, sign * h))[0] for sign in (1, -1))
        scale = float(np.max(np.abs(along)))
        assert along == pytest.approx((up - down) / (2 * h), rel=1e-5, abs=1e-6 * scale)


def _moved(arrays: list[Floats], number: int, by: float) -> list[Floats]:
    return [each + by if place == number else each for place, each in enumerate(arrays)]


def test_the_text_knows_every_function_with_its_number_of_arguments() -> None:
    assert SIGNATURES.keys() == PHYSICAL.keys()
    for name in PHYSICAL:
        assert FUNCTIONS[name].arguments == len(places(name))


@pytest.mark.parametrize(
    ("text", "units", "gives"),
    [
        ("y = iec60584.t('K', V + iec60584.e('K', t_j))", {"V": "mV", "t_j": "°C"}, "°C"),
        ("y = iec60751.t(R) - its90.t(W)", {"R": "Ω", "W": "1"}, "K"),
        ("y = iec60751.tolerance('A', t)", {"t": "°C"}, "K"),
        ("y = iec60584.tolerance('S', '2', t)", {"t": "°C"}, "K"),
        ("y = V / water_density(t, p)", {"V": "kg", "t": "°C", "p": "kPa"}, "m³"),
        ("y = air_density(t, p, h)", {"t": "°C", "p": "hPa", "h": "%RH"}, "kg/m³"),
    ],
)
def test_dimensions(text: str, units: dict[str, str], gives: str) -> None:
    found = Equations(text).dimensions({symbol: parse_unit(unit) for symbol, unit in units.items()})["y"]
    assert found.dimension == parse_unit(gives).dimension
    assert found.is_scale == parse_unit(gives).is_scale


def test_slips_are_refused() -> None:
    with pytest.raises(UnitMismatch):
        Equations("y = water_density(p, t)").dimensions({"t": parse_unit("°C"), "p": parse_unit("Pa")})
    for text in (
        "y = iec60584.t('Q', V)",
        "y = iec60584.t(V)",
        "y = iec60584.tolerance('S', t)",
        "y = iec60584.tolerance('S', '3', t)",
        "y = water_density(t)",
        "y = air_density('A', t, p, h)",
    ):
        with pytest.raises(ModelError, match="unknown-function"):
            Equations(text)


def test_a_thermocouple_with_its_junction() -> None:
    model = Equations("t = iec60584.t('K', V + iec60584.e('K', t_j))")
    inputs = (given("V", "mV", [20.0], effect("meter", 0.01)), given("t_j", "°C", [23.0], effect("junction", 0.1)))
    batch = evaluate(model, by_symbol(*inputs), points=1)
    # K: E(23 °C) = 0.919 mV, so 20.919 mV is 506.5 °C; slopes there 42.6 and at the junction 40.5 µV/K (NIST table)
    assert batch.values["t"][0] == pytest.approx(506.5, abs=0.05)
    assert batch.u["t"][0] == pytest.approx(np.hypot(10 / 42.63, 0.1 * 40.47 / 42.63), rel=1e-3)


def test_at_the_end_of_its_range_an_equation_is_evaluated_with_a_caution() -> None:
    model = Equations("rho = water_density(t, p)")
    inputs = (
        given("t", "°C", [39.999], effect("thermometer", 0.01)),
        given("p", "Pa", [101325.0], effect("room", 10.0)),
    )
    batch = evaluate(model, by_symbol(*inputs), points=1)
    assert batch.values["rho"][0] == pytest.approx(992.2156, abs=1e-3)
    assert batch.u["rho"][0] == pytest.approx(3.826e-3, rel=1e-2)
    assert "undefined-nearby" in {each.code for each in batch.warnings}
