"""Before every run the check of today: errors refuse it, before any function is called; warnings are said."""

from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Final

import pytest

from labctl.app.check import check
from labctl.app.foresight import foresee
from labctl.app.job import Job
from labctl.app.preparation import prepare
from labctl.app.simulate_run import simulate_run
from labctl.app.station import shipped_bench, simulated_bench
from labctl.errors import ArgumentRefused, FlightRefused
from labctl.language import Language
from labctl.procedure.finding import Severity

VERIFIES: Final = ('document="JJF 1587-2016"', 'document="JJG 1587-2016"')
ORDERED: Final = ('kind = "calibration"', 'kind = "verification"')
ALLOWED: Final = ('kind = "calibration"', 'kind = "verification"\ncoarse = "agreed with the customer, letter 7"')


def folder_of(folder: Path, *changes: tuple[str, str]) -> Path:
    """Return a copy of the shipped method and bench, changed in the one or the other."""
    made = folder / "method"
    copytree(simulated_bench().parent, made, ignore=ignore_patterns("__pycache__"))
    for before, after in changes:
        files = [each for each in (made / "procedure.py", made / "bench.toml") if before in each.read_text("utf-8")]
        assert files, before
        files[0].write_text(files[0].read_text("utf-8").replace(before, after, 1), "utf-8")
    return made


def job_of(made: Path, *, coarse: str = "") -> Job:
    return Job(
        run="run", data=str(made), station=str(made / "bench.toml"), procedure=str(made), by="tests", coarse=coarse
    )


def test_a_verification_with_too_large_a_u_is_refused_before_the_run(tmp_path: Path) -> None:
    """By hand: 92 µV of 225 µV at 5 V and 162 µV of 400 µV at 10 V are 0.41, more than a third."""
    made = folder_of(tmp_path, VERIFIES, ORDERED)
    with pytest.raises(FlightRefused) as refused:
        prepare(job_of(made))
    assert "LP609 DC voltage, 10 V, 5 V: U is 0.41 of the MPE; a verification asks for 1/3" in refused.value.problem.en
    assert 'coarse = "' in refused.value.remedy.en
    assert "LP609" in refused.value.problem.zh
    allowed = prepare(job_of(made, coarse="a word of the customer"))
    told = [each for each in allowed.findings if each.code == "LP609"]
    assert {each.severity for each in told} == {Severity.NOTE}
    assert told[0].remedy.en == "The order allows it: a word of the customer"


def test_the_ratio_is_the_method_s_and_a_calibration_is_only_noted(tmp_path: Path) -> None:
    made = folder_of(tmp_path, (VERIFIES[0], f"{VERIFIES[1]}, accuracy_ratio=2"), ORDERED)
    assert not [each for each in check(str(made), own_bench=True) if each.code == "LP609"]
    calibrated = folder_of(tmp_path / "other", (VERIFIES[0], VERIFIES[0]))
    codes = {each.code for each in prepare(job_of(calibrated)).findings}
    assert "LP605" in codes
    assert "LP609" not in codes


def test_what_an_order_allows_stands_on_the_certificate_with_its_reason(tmp_path: Path) -> None:
    made = folder_of(tmp_path, VERIFIES, ALLOWED)
    run = simulate_run(str(made), tmp_path / "out", language=Language.ENGLISH, say=lambda _line: None)
    assert set(run.verified.values()) == {0}
    (note,) = [each for each in run.record.notes if "of the MPE" in each.en]
    assert note.en.startswith("DC voltage: U is more than 1/3 of the MPE at: 0.1 V, 0.05 V (0.43); ")
    assert "; 10 V, 5 V (0.41); " in note.en
    assert note.en.endswith("The order allows it: agreed with the customer, letter 7")
    assert note.zh.endswith("委托允许：agreed with the customer, letter 7")


ENDLESS: Final = [
    (("    unit.set_dc_voltage_range(point.range)\n", "    while True:\n        pass\n"), "LP210 a loop stands"),
    (("    unit.set_dc_voltage_range(point.range)\n", "    stay()\n"), "stay"),
]


@pytest.mark.parametrize(("change", "words"), ENDLESS, ids=[each[1] for each in ENDLESS])
def test_a_function_without_an_end_is_refused_and_not_waited_for(
    tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    stay = "def stay() -> None:\n    while True:\n        pass\n\n\nSTEADY = "
    made = folder_of(tmp_path, change, ("STEADY = ", stay))
    with pytest.raises(FlightRefused) as refused:
        prepare(job_of(made))
    assert words in refused.value.problem.en or "does not come to its end" in refused.value.problem.en


def test_what_the_bench_may_not_present_refuses_the_run_before_anything_is_opened(tmp_path: Path) -> None:
    made = folder_of(tmp_path, ("-1020 V to 1020 V", "-500 V to 500 V"))
    with pytest.raises(FlightRefused, match="calibrator would be asked for -950 V"):
        prepare(job_of(made))


def test_warnings_are_said_and_the_run_goes_on(tmp_path: Path) -> None:
    made = folder_of(tmp_path, ('"Zero", zh="零位"', '"Zero"'))
    lines = [each for each in foresee(job_of(made)) if "LP501" in each.en]
    assert [": LP501 warning: " in each.en for each in lines] == [True]
    assert ": LP501 警告: " in lines[0].zh
    said: list[str] = []
    simulate_run(str(made), tmp_path / "out", language=Language.ENGLISH, say=said.append)
    assert said[0] == lines[0].en


def test_an_adjustment_of_several_units_is_refused_in_words_that_say_what_to_do(tmp_path: Path) -> None:
    """A method for several units may not adjust, nor use anything up; nobody is offered an adjustment of several."""
    several = ('unit=Unit("Multimeter", zh="数字多用表")', 'unit=Unit("Multimeter", zh="数字多用表", up_to=2)')
    with pytest.raises(FlightRefused) as refused:
        prepare(job_of(folder_of(tmp_path, several)))
    assert "an adjustment in a method for several units" in refused.value.text().en
    assert "Let the method take one unit" in refused.value.text().en
    assert "允许多台的规程含有调整" in refused.value.text().zh
    assert "请改为只允许一台" in refused.value.text().zh
    two = Job(
        run="run", data=str(tmp_path), station=str(shipped_bench("batch")), procedure="digital-thermometer", by="tests",
        unit="display1,display2", adjust=True,
    )  # fmt: skip
    with pytest.raises(ArgumentRefused) as asked:
        prepare(two)
    assert asked.value.text().en == (
        "--adjust: there is no adjustment between as found and as left in a run with several units. "
        "Make a run of its own for the unit that is adjusted"
    )
    assert asked.value.text().zh == "--adjust：多台被测对象的运行不支持调整前后两个阶段。请为需调整的被测对象单独运行"
