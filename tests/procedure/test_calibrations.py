"""Calibration functions of standards: what a call in a model's text comes to, for every form that there is."""

import numpy as np
import pytest

from labctl.errors import ProcedureError
from labctl.metrology.effects import Contribution
from labctl.metrology.evaluation import evaluate
from labctl.metrology.inputs import Input
from labctl.metrology.physics import iec60584, its90
from labctl.metrology.physics.iec60584_tables import REFERENCE
from labctl.metrology.units import parse_unit
from labctl.procedure import Applied, Calibration, Model
from labctl.procedure.calibrations import FORMS
from labctl.procedure.sources import Fit, Parameter
from tests.metrology.models import effect

ZERO = 20.0


def called(form: str, x: float, unit: str, parameters: dict[str, float], fit: float = 0.0) -> tuple[float, float]:
    """Return the value of a calibration function at x, and its slope along how well it holds."""
    model = Model("y = f(x)", x=Applied("standard"), f=Calibration("standard", form=form))
    held: tuple[Contribution, ...] = (effect("fit", 1.0),)
    inputs = {"x": Input.of("x", parse_unit(unit), x)}
    for symbol, source in model.sources.items():
        match source:
            case Parameter(name=name, unit=own):
                inputs[symbol] = Input.of(symbol, parse_unit(own), parameters[name])
            case Fit(unit=own):
                inputs[symbol] = Input.of(symbol, parse_unit(own), fit, *held)
            case _:
                pass
    batch = evaluate(model.equations, inputs, points=1)
    return batch.value("y"), float(batch.u["y"][0])


@pytest.mark.parametrize("kind", REFERENCE)
def test_every_type_of_thermocouple_follows_its_table_with_a_deviation_of_its_own(kind: str) -> None:
    """E = E_table(t + fit) + c + d (t - zero): 1 K of fit is the Seebeck coefficient, and c and d are its own."""
    low, high = iec60584.temperature_range(kind)
    for t in np.random.default_rng(5).uniform(max(low, 45.0) + 1, high - 1, 20):
        table, slope = float(iec60584.e(kind, t)), float(iec60584.slope_partials(kind, np.array(t))[0])
        plain, along = called(f"thermocouple {kind}", t, "°C", {"c": 0.0, "d": 0.0, "zero": ZERO})
        assert plain == pytest.approx(table, abs=1e-12)
        assert along == pytest.approx(slope, rel=1e-9)
        off, _ = called(f"thermocouple {kind}", t, "°C", {"c": 0.02, "d": -1e-4, "zero": ZERO}, fit=0.5)
        by_hand = float(iec60584.e(kind, t + 0.5)) + 0.02e-3 - 1e-7 * (t - ZERO)
        assert off == pytest.approx(by_hand, abs=1e-12)


@pytest.mark.parametrize(("form", "w"), [("its90", 1.3), ("its90", 3.2), ("its90 below 0 °C", 0.4)])
def test_a_platinum_thermometer_follows_its_deviation_function(form: str, w: float) -> None:
    """ITS-90, 3.3: W - Wr = a (W - 1) + b (W - 1)² above the triple point of water, b (W - 1) ln W below."""
    a, b = 2.1e-4, -3.2e-5
    bend = (w - 1) * np.log(w) if "below" in form else (w - 1) ** 2
    found, along = called(form, w, "1", {"a": a, "b": b}, fit=0.001)
    assert found == pytest.approx(float(its90.t(w - a * (w - 1) - b * bend)) + 0.001, abs=1e-9)
    assert along == pytest.approx(1.0, rel=1e-9)


def test_the_forms_are_these_and_another_is_refused() -> None:
    assert [*FORMS] == ["its90", "its90 below 0 °C", *(f"thermocouple {kind}" for kind in REFERENCE)]
    with pytest.raises(ProcedureError, match="there is no such form"):
        Model("y = f(x)", x=Applied("standard"), f=Calibration("standard", form="thermocouple Q"))
