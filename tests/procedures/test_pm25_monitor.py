"""PM2.5 monitors in the dust chamber: every type by one method, what a type cannot show left out with a reason."""

from pathlib import Path

import pytest

from labctl.app.check import check
from labctl.app.in_process import InProcess
from labctl.app.simulate_run import simulate_run
from labctl.language import Language, Text
from labctl.metrology.distributions import Distribution, Normal, Rectangular, StudentT
from labctl.metrology.effects import Contribution, EffectId
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import evaluate
from labctl.metrology.inputs import Input
from labctl.metrology.units import parse_unit
from labctl.procedure.evaluate import evaluate_run
from labctl.records.calibration import CalibrationRecord, Outcome, Result
from labctl_procedures.particulate.pm25_monitor.procedure import CONCENTRATION, METHOD
from tests.procedures.particles import method_of, running, shortened

NAME = "pm25_monitor"
COLUMNS = "nominal [µg/m³], dilution [L/min], interval [min], beside [s], readings, repeats"
ZERO = "# made up for tests\nnominal [µg/m³], settling [min], interval [min], readings\n"
TABLES = {
    "zero.csv": f"{ZERO}0, 5, 1, 5\n",
    "points.csv": f"# made up for tests\n{COLUMNS}\n100, 15, 1, 60, 5, 3\n200, 15, 1, 60, 5, 3\n400, 15, 1, 60, 5, 3\n",
}
HOURLY = {
    "points/Met One BAM-1020/zero.csv": f"{ZERO}0, 70, 60, 3\n",
    "points/Met One BAM-1020/points.csv": TABLES["points.csv"].replace(", 1, 60, 5, 3", ", 60, 600, 1, 3"),
}


def record_of(run: InProcess) -> CalibrationRecord:
    ended = run.carry_out()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    return evaluate_run(method_of(Path(run.job.procedure)), run.entries())


def result(record: CalibrationRecord, section: str, symbol: str, number: int = -1) -> Result:
    points = next(each.points for each in record.sections if each.title.en == section)
    return next(each for each in points[number].results if each.symbol == symbol)


def test_the_text_is_clean_and_its_figures_print_as_unverified() -> None:
    assert check("pm25-monitor") == ()
    assert not METHOD.confirmed
    assert all("nconfirmed" in each.source.en for each in METHOD.requirements)


@pytest.mark.parametrize(
    ("unit", "measured"),
    [
        ("t640", ["Flow", "Temperature", "Pressure", "Zero", "Concentration", "Regression"]),
        ("dusttrak", ["Flow", "Zero", "Concentration", "Regression"]),
        ("bam", ["Flow", "Clock", "Zero", "Concentration", "Regression"]),
    ],
)
def test_each_type_is_measured_for_what_it_shows(unit: str, measured: list[str], tmp_path: Path) -> None:
    run = running(shortened(NAME, tmp_path, TABLES | HOURLY, of_types=True), tmp_path / "lab", unit, seed=3)
    record = record_of(run)
    assert [each.title.en for each in record.sections] == measured
    left_out = {"Temperature", "Pressure", "Clock"} - set(measured)
    assert {note.en.partition(":")[0] for note in record.notes if "not measured" in note.en} == left_out
    assert ("timekeeper" in record.standards) == ("Clock" in measured)
    assert {"audit", "reference"} <= record.standards.keys()
    assert {"chamber", "room"} <= record.auxiliaries.keys()
    drawn = run.bench.truth(unit, "flow")
    flow = result(record, "Flow", "q")
    assert abs(flow.value - drawn / 60000) <= flow.expanded * 1.5  # m³/s; a flow drifts a little with its filter
    seconds = 3600 if unit == "bam" else 300
    beside = run.bench.truth("particulate", f"mean at {unit} over {seconds}")
    error = result(record, "Concentration", "E")
    assert abs(error.value - (run.bench.truth(unit, "response", at=beside) / beside - 1)) <= error.expanded
    if unit == "bam":
        clock = result(record, "Clock", "E_c")
        assert abs(clock.value - run.bench.truth(unit, "clock offset")) <= clock.expanded + 1
    if unit == "t640":
        sensor = result(record, "Temperature", "E_t")
        assert abs(sensor.value - run.bench.truth(unit, "temperature error")) <= sensor.expanded


def test_as_shipped_it_comes_to_a_verified_certificate(tmp_path: Path) -> None:
    made = simulate_run("pm25-monitor", tmp_path, language=Language.CHINESE, say=lambda _line: None)
    assert (made.status, made.suspended) == (0, 0)


def test_the_budget_of_a_monitor_in_the_chamber_as_published() -> None:
    """Reference budget pm25_monitor: E = 4.2 %, u_c = 4.834 %, U (k = 2) = 9.67 %."""

    def brought(name: str, shape: Distribution, dof: float = float("inf")) -> Contribution:
        return Contribution(
            effect=EffectId("test", name, "1"), description=Text(name, zh=name), distribution=shape, dof=dof
        )

    unit = parse_unit("µg/m³")
    inputs = {
        "C_m": Input.of("C_m", unit, 104.2, brought("readings", StudentT(1.1), 4)),
        "d_res": Input.of("d_res", unit, 0.0, brought("resolution", Rectangular(0.5))),
        "C_s": Input.of(
            "C_s", unit, 100.0, brought("reference", Normal(8.0, k=2.0)), brought("drift", Rectangular(2.0))
        ),
        "d_uniform": Input.of("d_uniform", parse_unit("1"), 0.0, brought("uniformity", Rectangular(0.03))),
    }
    batch = evaluate(Equations(*CONCENTRATION.equations.source), inputs, points=1)
    assert batch.values["E"][0] == pytest.approx(0.042, abs=1e-12)
    assert 100 * batch.u["E"][0] == pytest.approx(4.834308684788213, rel=1e-6)
    assert f"{200 * batch.u['E'][0]:.2f}" == "9.67"
    assert batch.dof["E"][0] == pytest.approx(1492, abs=1)
