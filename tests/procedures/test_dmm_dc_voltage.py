"""Digital multimeter, DC voltage: what the bundled procedure asks for, offers and draws."""

from xml.etree import ElementTree as ET

from attrs import evolve

from labctl.instruments.capabilities import AdjustsDcVoltage, MeasuresDcVoltage, SourcesDcVoltage
from labctl.procedure.account import Account
from labctl.procedure.evaluate import evaluate_point
from labctl.procedure.plan import AS_FOUND
from labctl_procedures.electrical.dmm_dc_voltage.procedure import METHOD
from tests.procedure.journals import run_of

TEN = "10 V, 10 V"


def test_roles_ask_for_abilities_and_leads_for_none() -> None:
    assert METHOD.abilities == {"source": (SourcesDcVoltage,), "leads": (), "unit": (MeasuresDcVoltage,)}
    assert METHOD.adjustments[0].roles["unit"] is AdjustsDcVoltage


def test_an_adjustment_is_offered_above_seven_tenths_of_the_mpe() -> None:
    """0.7 x 400 µV = 280 µV."""
    offers: list[bool] = []
    for shown in ("10.00027 V", "10.00029 V"):
        run = run_of(METHOD)
        run.begin()
        run.point(TEN, "10 V", [shown, shown])
        point = evaluate_point(METHOD, run.started, Account.of(run.entries), AS_FOUND, "DC voltage", TEN)
        offers.append(METHOD.adjustments[0].offered([point]))
        assert not METHOD.adjustments[0].offered([evolve(point, section="Zero")])
    assert offers == [False, True]


def test_pictures_are_drawings() -> None:
    for name in ("short.svg", "dc-voltage.svg"):
        assert ET.fromstring(METHOD.files[name]).tag.endswith("svg")  # noqa: S314  (our own file)


def test_points_say_that_they_are_unconfirmed() -> None:
    for name in ("points.csv", "zero.csv"):
        assert "nconfirmed" in METHOD.files[name].decode()
    assert not METHOD.confirmed
