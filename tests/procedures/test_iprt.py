"""Industrial platinum thermometer: the worked budgets of 0 °C and 100 °C, the whole run, what a wrong model shows."""

from pathlib import Path
from shutil import copytree, ignore_patterns

import numpy as np
import pytest

from labctl.app.check import check
from labctl.app.simulate_run import simulate_run
from labctl.app.validate import validate
from labctl.language import Language
from labctl.metrology.batch import Batch
from labctl.metrology.physics import its90
from labctl.metrology.quantity import Quantity
from labctl.simulation.host import Bench
from labctl_procedures.temperature.iprt.procedure import METHOD
from labctl_simulators.thermal.curves import Knotted
from labctl_simulators.thermal.sensors import Sensor
from tests.procedures.budgets import asset, evaluated, spread, u, value

E = "E"
R_TP = 25.0
NOTHING = "1 nK"


def compared(
    t: float, r: float, *, nominal: float, certified: str, bridge: str, uniform: str, span: str, rest: bool
) -> Batch:
    """Evaluate the comparison with a reference at `t` and a mean of the unit at `r`."""
    drift = "2.8 mK" if rest else NOTHING
    assets = {
        "sprt": asset(
            "sprt",
            certified=(certified, 2.0),
            drift=drift,
            function={"a": "0", "b": "0"},
            characteristics={"self-heating": NOTHING},
        ),
        "bridge": asset("bridge", specification=[("resistance", "400 Ω", "0.001 nΩ")]),
        "scanner": asset(
            "scanner",
            specification=[("resistance", "400 Ω", bridge)],
            characteristics={"difference of channels": "0.4 mΩ" if rest else "1 nΩ"},
        ),
        "bath": asset("bath", characteristics={"uniformity": uniform}),
    }
    w = float(its90.wr(np.asarray(t)))
    return evaluated(
        METHOD,
        "Comparison",
        {"R_s": [Quantity.of(R_TP * w, "Ω")], "R_x": spread(r, 0.2e-3, 8, "Ω")},
        columns={"nominal": Quantity.of(nominal, "°C")},
        assets=assets,
        spans={"t_bath": span},
        results={"R_tp": (R_TP, "Ω"), "dR": (0.0, "Ω"), "R_i": (100.0, "Ω")},
    )


def test_the_budget_at_100_degrees_is_the_reference_budget_iprt_100c() -> None:
    """Reference budget iprt_100C: y 58.3398 mK, U 20.1 mK (k = 2)."""
    found = compared(
        99.871, 138.4787, nominal=100.0, certified="10 mK", bridge="1.4 mΩ", uniform="10 mK", span="20 mK", rest=True
    )
    assert value(found, E) == pytest.approx(58.3398e-3, abs=5e-6)
    assert 2 * u(found, E) == pytest.approx(20.1e-3, abs=0.05e-3)


def test_the_budget_in_ice_is_the_reference_budget_iprt_0c() -> None:
    """Reference budget iprt_0C: y 76.6301 mK, U 9.19 mK (k = 2); an ice point has no stability to count."""
    found = compared(
        0.0032, 100.0312, nominal=0.0, certified="6 mK", bridge="1 mΩ", uniform="5 mK", span="0 K", rest=False
    )
    assert value(found, E) == pytest.approx(76.6301e-3, abs=5e-6)
    assert 2 * u(found, E) == pytest.approx(9.19e-3, abs=0.005e-3)


def test_the_check_finds_nothing_to_mend() -> None:
    assert check("iprt") == ()


def shortened(to: Path, *, old: str = "", new: str = "") -> str:
    """Copy the method with two points alone, one equation of it changed."""
    copytree(METHOD.folder, to / "method", ignore=ignore_patterns("__pycache__"))
    (to / "method" / "points.csv").write_text(
        "# fewer points for a test, unconfirmed\nnominal [°C], fixed, repeats\n0, ice, 3\n100, steam, 3\n", "utf-8"
    )
    file = to / "method" / "procedure.py"
    text = file.read_text("utf-8")
    start, end = text.index('METHOD.reduce("Curve"'), text.index('METHOD.reduce("Ratio"')
    text = text[:start] + text[end:]
    start = text.index('METHOD.table(\n    "Curve"')
    text = text[:start]
    if old:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, "utf-8")
    return str(to / "method")


def test_the_reference_function_alone_in_place_of_the_certificate_s_shows(tmp_path: Path) -> None:
    """W - Wr is -7e-5 at 100 °C, 18 mK; the interval is 14 mK wide to each side."""
    wrong = validate(
        shortened(
            tmp_path, old="t = sprt(R_s / R_tp) + d_u", new="t = its90.t(R_s / R_tp) + (sprt(1) - its90.t(1)) + d_u"
        ),
        trials=2,
        workers=0,
    )
    covered = {each.point: each.covered.hits for each in wrong.points if each.symbol == "E"}
    assert covered["100 °C, steam"] < 2, covered


def test_a_whole_run_says_the_truth(tmp_path: Path) -> None:
    """Triple point, self-heating in ice, comparison, triple point again: three hours on the bench's clock."""
    found = validate(shortened(tmp_path), trials=1, seed=3, workers=0)
    assert {(each.section, each.symbol) for each in found.points} == {
        ("Comparison", "R_n"),
        ("Comparison", "E"),
        ("Ratio", "W_100"),
        ("Ratio", "alpha"),
    }
    assert found.overall.share == 1.0
    assert not found.false_reject.hits


def test_a_reference_that_was_knocked_is_read_in_its_cell_anew_before_anything_is_compared_again(
    tmp_path: Path,
) -> None:
    """12 mK in the midst of the comparison: ratios to the resistance before it would be as wrong again."""

    def begin(bench: Bench) -> None:
        sprt = bench.instruments["sprt"]
        assert isinstance(sprt, Sensor)
        before = sprt.hidden
        knocked = Knotted(lambda t: before.at(t) + 0.012)
        bench.world.at(bench.world.present + 5400.0, lambda: setattr(sprt, "hidden", knocked))

    said: list[str] = []
    found = simulate_run(
        shortened(tmp_path), tmp_path / "out", seed=3, language=Language.ENGLISH, say=said.append, begin=begin
    )
    assert found.status == 0
    measured = [line.removeprefix("— ").removesuffix(" (as found)") for line in said if line.startswith("— ")]
    once = ["Triple point", "Self-heating", "Comparison", "Triple point again"]
    assert measured == [*once, *(each for each in once if each != "Self-heating")]
    (again,) = [each for each in found.record.sections if each.title.en == "Triple point again"]
    assert abs(again.points[0].results[0].value) < 0.005
