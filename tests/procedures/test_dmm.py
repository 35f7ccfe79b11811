"""A multimeter in full: point sets, reference budgets and specifications, whole and interrupted runs, wrong models."""

from pathlib import Path
from random import Random
from xml.etree import ElementTree as ET

import pytest
from attrs import evolve, frozen

from labctl.app.check import check
from labctl.app.in_process import InProcess
from labctl.app.simulate_run import simulate_run
from labctl.app.station import read_station
from labctl.app.station.endpoints import shipped_bench
from labctl.app.validate import validate
from labctl.errors import UncertaintyError
from labctl.events.journal import Entry
from labctl.language import Language
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.metrology.specification import Specification
from labctl.procedure.evaluate import evaluate_run
from labctl.procedure.load import load_folder
from labctl.procedure.plan import plan
from labctl.records.calibration import CalibrationRecord, Outcome, PointResult
from labctl_procedures.electrical.dmm.procedure import METHOD
from tests.procedures.budgets import asset, evaluated, spread, u, value
from tests.procedures.electrical import FIELD, running, shortened

BENCH = read_station(shipped_bench("electrical"))
TABLES = {
    "zero-dc-voltage.csv": "range [V], readings\n10, 3",
    "dc-voltage.csv": "range [V], nominal [range], readings, cooling [min]\n0.1, 1, 3, 5\n10, -1, 3, 5",
    "ac-voltage.csv": "range [V], nominal [range], frequency [Hz], readings\n10, 1, 50, 3\n10, 1, 50000, 3",
    "leads-two-wire.csv": "range [MΩ], nominal [Ω], readings, cooling [min]\n10, 0, 3, 5",
    "two-wire.csv": "range [MΩ], nominal [range], readings, cooling [min]\n10, 1, 3, 5",
    "zero-dc-current.csv": "range [mA], readings\n100, 3",
    "dc-current.csv": "range [mA], nominal [range], readings\n100, 0.95, 3",
    "ac-current.csv": "range [A], nominal [range], frequency [Hz], readings\n1, 0.95, 1000, 3",
    "zero-four-wire.csv": "range [kΩ], readings\n10, 3",
    "four-wire.csv": "range [kΩ], nominal [range], readings, cooling [min]\n10, 1, 3, 5",
}


class Struck(BaseException):
    """The engine's process ends here, without a word."""


def points_of(record: CalibrationRecord) -> list[PointResult]:
    return [point for section in record.sections for point in section.points]


def finished(run: InProcess) -> CalibrationRecord:
    ended = run.carry_out()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED, ended.reason
    return evaluate_run(load_folder(Path(run.job.procedure)), run.entries())


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> InProcess:
    folder = tmp_path_factory.mktemp("whole")
    run = running(shortened("dmm", folder, TABLES), folder / "lab", "meter")
    finished(run)
    return run


# --- the text, the points --------------------------------------------------------------------------------------------


def test_the_text_is_clean_and_its_figures_print_as_unverified() -> None:
    assert check("dmm") == ()
    assert not METHOD.confirmed
    assert all("nconfirmed" in text.decode() for name, text in METHOD.files.items() if name.endswith(".csv"))


def test_ranges_are_taken_upwards_and_a_reading_at_every_frequency_has_its_own_limit() -> None:
    planned = {each.section: each.points for each in plan(METHOD, BENCH.unit_under_test("meter"))}
    for section, points in planned.items():
        tops = [each.columns["range"] for each in points]
        assert tops == sorted(tops, key=lambda top: top.si if isinstance(top, Quantity) else 0.0), section
    limits = {
        str(each.columns["frequency"]): each.columns["mpe"]
        for each in planned["AC voltage"]
        if each.columns["nominal"] == each.columns["range"] == Quantity.of(10, "V")
    }
    assert {name: limit.value_in("mV") for name, limit in limits.items() if isinstance(limit, Quantity)} == (
        pytest.approx({"50 Hz": 9, "1000 Hz": 9, "10000 Hz": 9, "20000 Hz": 9, "50000 Hz": 17, "100000 Hz": 68})
    )


def test_a_type_of_five_and_a_half_digits_takes_the_shorter_set() -> None:
    unit = BENCH.unit_under_test("second_meter")
    long, short = (
        sum(len(each.points) for each in plan(METHOD, one)) for one in (unit, evolve(unit, points="5.5 digits"))
    )
    assert short < 0.7 * long
    assert {each.name for each in (FIELD / "dmm" / "points" / "5.5 digits").iterdir()} == set(TABLES)


def test_pictures_are_drawings_with_words_in_both_languages() -> None:
    for name in (each for each in METHOD.files if each.endswith(".svg")):
        text = METHOD.files[name].decode()
        assert ET.fromstring(text).tag.endswith("svg")  # noqa: S314  (our own file)
        assert "数字多用表" in text


# --- reference figures -----------------------------------------------------------------------------------------------


@frozen
class Worked:
    """A budget of the reference material: what was read and recorded, and what comes of it."""

    section: str
    series: str  # V, I, R
    nominal: str
    shown: tuple[float, float]  # mean of ten readings less the nominal value, and s/√n
    source: tuple[str, str, str]
    leads: dict[str, str]
    step: str
    u: float
    dof: float


WORKED = {
    "dmm_dcv_10V": Worked(
        "DC voltage", "V", "10 V", (120e-6, 0.66e-6), ("DC voltage", "32.99999 V", "12 ppm * abs(nominal) + 20 µV"),
        {"thermal EMF": "1 µV"}, "10 µV", 80.88532376148304e-6, 2030232052.872476,
    ),
    "dmm_dcv_100mV": Worked(
        "DC voltage", "V", "0.1 V", (1.2e-6, 0.12e-6), ("DC voltage", "330 mV", "20 ppm * abs(nominal) + 1 µV"),
        {"thermal EMF": "0.5 µV"}, "0.1 µV", 1.7602745997902414e-6, 416715.07759440405,
    ),
    "dmm_acv_10V_1kHz": Worked(
        "AC voltage", "V", "10 V", (1500e-6, 40e-6), ("AC voltage", "33 V", "150 ppm * abs(nominal) + 600 µV"),
        {"loading": "10 ppm * abs(nominal)"}, "10 µV", 1214.4717644583827e-6, 7648076.672112089,
    ),
    "dmm_dci_100mA": Worked(
        "DC current", "I", "100 mA", (18e-6, 0.3e-6), ("DC current", "330 mA", "100 ppm * abs(nominal) + 2.5 µA"),
        {}, "0.1 µA", 7.223168741395019e-6, 3024604.074845156,
    ),
    "dmm_res_10k": Worked(
        "Resistance, four-wire", "R", "10 kΩ", (0.21, 0.006), ("resistance", "11 kΩ", "28 ppm * abs(nominal) + 20 mΩ"),
        {"thermal EMF over test current": "2 mΩ"}, "10 mΩ", 0.17333685893850434, 6269042.2600291055,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WORKED)
def test_budgets_as_in_the_reference(name: str) -> None:
    """Worked budgets of the reference material, to their last printed digit."""
    worked = WORKED[name]
    base = Quantity.of(parse_quantity(worked.nominal).si, {"V": "V", "I": "A", "R": "Ω"}[worked.series])
    mean, uncertainty = worked.shown
    batch = evaluated(
        METHOD,
        worked.section,
        {
            f"{worked.series}_ind": spread(base.value + mean, uncertainty, 10, base.unit.symbol),
            f"{worked.series}_s": [base],
        },
        columns={"nominal": base, "range": base, "frequency": Quantity.of(1, "kHz")},
        assets={
            "calibrator": asset("calibrator", specification=[worked.source]),
            "leads": asset("leads", characteristics=worked.leads),
        },
        resolutions={"unit": worked.step},
    )
    assert value(batch, "E") == pytest.approx(mean, rel=1e-6)
    assert u(batch, "E") == pytest.approx(worked.u, rel=1e-7)
    assert batch.budget("E", 0).dof == pytest.approx(worked.dof, rel=1e-5)


@pytest.mark.parametrize(
    ("quantity", "top", "at", "meter", "calibrator"),
    [
        ("DC voltage", "0.1 V", "0.01 V", 4e-6, 1.2e-6),
        ("DC voltage", "1 V", "1 V", 4.7e-5, 1.3e-5),
        ("DC voltage", "10 V", "-10 V", 4e-4, 1.4e-4),
        ("DC voltage", "100 V", "50 V", 2.85e-3, 1.05e-3),
        ("DC voltage", "1000 V", "-1000 V", 5.5e-2, 1.95e-2),
        ("DC current", "10 mA", "10 mA", 7e-6, 1.25e-6),
        ("DC current", "1 A", "0.1 A", 2e-4, 1.25e-5),
        ("DC current", "1 A", "1 A", 1.1e-3, 2.4e-4),
        ("resistance", "100 Ω", "100 Ω", 0.014, 0.0042),
        ("resistance", "10 kΩ", "10 kΩ", 1.1, 0.3),
        ("resistance", "1 MΩ", "1 MΩ", 110.0, 34.0),
    ],
)
def test_the_bench_states_the_limits_of_the_reference(
    quantity: str, top: str, at: str, meter: float, calibrator: float
) -> None:
    """One-year limits of a 34401A and a 5522A, worked out in the reference material."""
    unit = Specification(BENCH.unit_types["Keysight 34401A"].specification)
    source = Specification(BENCH.instruments["calibrator"].asset.specification)
    assert unit.limit(quantity, parse_quantity(at), parse_quantity(top)).half_width.si == pytest.approx(meter)
    assert source.limit(quantity, parse_quantity(at)).half_width.si == pytest.approx(calibrator)


def test_limits_by_frequency_are_not_guessed() -> None:
    source = Specification(BENCH.instruments["calibrator"].asset.specification, owner="calibrator")
    ten = Quantity.of(10, "V")
    with pytest.raises(UncertaintyError, match="frequency-unstated"):
        source.limit("AC voltage", ten)
    low, high = (
        source.limit("AC voltage", ten, frequency=Quantity.of(each, "kHz")).half_width.value_in("mV")
        for each in (1, 50)
    )
    assert [low, high] == pytest.approx([2.1, 4.1])


# --- runs ------------------------------------------------------------------------------------------------------------


def test_a_run_ends_in_a_verified_certificate(tmp_path: Path) -> None:
    method = shortened("dmm", tmp_path, TABLES)
    made = simulate_run(str(method), tmp_path / "out", language=Language.CHINESE, say=lambda _line: None)
    assert (made.status, set(made.verified.values())) == (0, {0})


def test_struck_at_random_it_comes_to_the_same_points_and_loses_nothing(whole: InProcess, tmp_path: Path) -> None:
    chance = Random(3)  # noqa: S311  (moments, not secrets)
    run = running(shortened("dmm", tmp_path, TABLES), tmp_path / "lab", "meter")
    before: tuple[Entry, ...] = ()
    for _ in range(3):
        left = chance.randrange(40, 120)

        def strike(entry: Entry, at: int = len(before) + left) -> None:
            if entry.n >= at:
                raise Struck

        run.hears = strike
        with pytest.raises(Struck):
            run.carry_out()
        after = run.entries()
        assert [each.canonical for each in after[: len(before)]] == [each.canonical for each in before]
        before = after
    run.hears = lambda _entry: None
    record = finished(run)
    assert [each.canonical for each in run.entries()[: len(before)]] == [each.canonical for each in before]
    undisturbed = evaluate_run(load_folder(Path(whole.job.procedure)), whole.entries())
    for found, other in zip(points_of(record), points_of(undisturbed), strict=True):
        assert (found.section, found.point) == (other.section, other.point)
        (one, *_), (two, *_) = found.results, other.results
        assert one.value == pytest.approx(two.value, abs=max(two.expanded, one.expanded))


def test_a_meter_of_five_and_a_half_digits_from_short_circuit_to_four_wires(tmp_path: Path) -> None:
    text = shipped_bench("electrical").read_text("utf-8")
    kind = '[unit_types."Keysight 34401A"]\n'
    assert text.count(kind) == 1
    station = tmp_path / "station.toml"
    station.write_text(text.replace(kind, f'{kind}points = "5.5 digits"\n'), "utf-8")
    record = finished(running(FIELD / "dmm", tmp_path / "lab", "second_meter", station=station))
    assert {len(each.points) for each in record.sections if each.title.en == "Zero, DC voltage"} == {5}
    judged = [each.verdict.value for point in points_of(record) for each in point.judgements]
    assert len(judged) > 40
    assert "does not conform" not in judged


# --- the truth -------------------------------------------------------------------------------------------------------


def test_what_it_states_holds_the_truth(tmp_path: Path) -> None:
    found = validate(str(shortened("dmm", tmp_path, TABLES)), trials=3, seed=2, unit="meter", workers=0)
    assert found.overall.share > 0.95


def test_an_error_with_the_wrong_sign_is_caught_by_its_coverage(tmp_path: Path) -> None:
    """Deliberately wrong: the correction of the indication stands for its error."""
    wrong = shortened(
        "dmm", tmp_path, TABLES, wrong=('"E = V_ind + d_res - V_s - d_emf"', '"E = V_s + d_emf - V_ind - d_res"')
    )
    found = validate(str(wrong), trials=3, seed=2, unit="meter", workers=0)
    reversed_ones = [each.covered.share for each in found.points if each.section == "DC voltage"]
    assert sum(reversed_ones) / len(reversed_ones) < 0.8


def test_a_frequency_that_no_column_states_is_told_before_the_run(tmp_path: Path) -> None:
    tables = {**TABLES, "ac-voltage.csv": "range [V], nominal [range], hertz [Hz], readings\n10, 1, 50000, 3"}
    wrong = shortened("dmm", tmp_path, tables)
    assert "LP208" in {each.code for each in check(str(wrong))}
