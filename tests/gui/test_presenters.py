"""What the screens say, folded from the journal of a real run: the digits are those of the one rounding."""

import subprocess
import sys
from decimal import Decimal

from labctl.app.calibrate import RunHandle
from labctl.app.issue import evaluated
from labctl.certificate.compose import compose
from labctl.certificate.document import Issue
from labctl.clock import WallClock
from labctl.events.journal import Entry
from labctl.events.kinds import IndicationTaken, PointFinished, Purpose
from labctl.language import Language
from labctl.metrology.quantity import Quantity
from labctl.metrology.rounding import report, round_to
from labctl.metrology.units import parse_unit
from labctl_gui.presenters.results import budget_rows
from labctl_gui.presenters.run import RunPresenter
from labctl_gui.presenters.state import Stage

Run = tuple[RunHandle, list[Entry]]


def folded(entries: list[Entry], language: Language = Language.ENGLISH) -> RunPresenter:
    run = RunPresenter(language)
    for entry in entries:
        run.apply(entry)
    return run


def test_presenters_import_no_qt() -> None:
    program = (
        "import sys, pkgutil, importlib, labctl_gui.presenters as all\n"
        "names = [each.name for each in pkgutil.iter_modules(all.__path__)]\n"
        "for name in names: importlib.import_module(f'labctl_gui.presenters.{name}')\n"
        "print(*[name for name in sys.modules if name.split('.')[0] in {'PySide6', 'shiboken6', 'pyqtgraph'}])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""


def test_errors_and_uncertainties_are_rounded_once(finished: Run) -> None:
    run = folded(finished[1])
    points = [each.event.result for each in finished[1] if isinstance(each.event, PointFinished)]
    assert run.stage is Stage.FINISHED
    assert len(run.results()) == len(points) == 19
    for row, point in zip(run.results(), points, strict=True):
        assert point is not None
        result = point.results[0]
        unit = parse_unit(row.unit)
        error, expanded = report(
            Quantity.of(result.value, result.unit).value_in(unit),
            Quantity.of(result.expanded, result.unit).value_in(unit),
        )
        assert (number(row.error), row.expanded) == (Decimal(error), expanded)
        assert row.verdict is point.judgements[0].verdict


def test_the_table_says_what_the_certificate_says(finished: Run) -> None:
    record = evaluated(tuple(finished[1]))
    document = compose(record, Issue(number="T", at=WallClock().now(), head="0" * 64, release="0"))
    printed: dict[tuple[tuple[str, str, str], str], tuple[float, int]] = {}
    for table in document.tables:
        for group in table.groups:
            for line in group.rows:
                for unit, cell in zip(group.units, line, strict=True):
                    origin = cell.origin
                    if cell.number and origin.kind in {"value", "uncertainty", "limit"}:
                        key = (origin.phase, origin.section, origin.point)
                        printed[key, origin.kind] = scaled(cell.text.en, unit)
    rows = folded(finished[1]).results()
    assert len(printed) == 3 * len(rows)
    for row in rows:
        assert printed[row.key, "value"] == scaled(row.error, row.unit)
        assert printed[row.key, "uncertainty"] == scaled(row.expanded, row.unit)
        assert printed[row.key, "limit"] == scaled(row.limit.removeprefix("± "), row.unit)


def test_a_mean_is_shown_to_one_digit_beyond_the_resolution(finished: Run) -> None:
    run = folded(finished[1])
    resolutions = {
        (each.event.place.phase, each.event.place.section, each.event.place.point): each.event.resolution
        for each in finished[1]
        if isinstance(each.event, IndicationTaken) and each.event.place.purpose is Purpose.OBSERVE
    }
    for row in run.results():
        digits, unit = row.indication.split(" ")
        resolution = resolutions[row.key]
        assert resolution is not None
        assert row.result is not None
        mean = next(each for symbol, each in row.result.inputs.items() if symbol in {"V_ind", "V_0"})
        tenth = Decimal(f"{resolution.value_in(unit):.6g}") / 10
        assert number(digits) == round_to(mean.value_in(unit), tenth), row


def test_rows_without_a_nominal_value_are_called_after_their_section(finished: Run) -> None:
    run = folded(finished[1], Language.CHINESE)
    assert [row.point for row in run.results()[:6]] == ["零位"] * 5 + ["0.05 V"]
    assert run.results()[0].span == "0.1 V"


def test_what_was_sent_its_safe_state_presents_nothing(finished: Run) -> None:
    run = folded(finished[1])
    assert run.live["calibrator"].is_safe
    assert run.live["calibrator"].value == "—"
    assert "safe" in run.reason


def test_a_budget_is_ordered_by_what_matters(finished: Run) -> None:
    row = folded(finished[1]).results()[-1]
    assert row.result is not None
    lines = budget_rows(row.result.budget, Language.ENGLISH)
    assert lines[0][0] == "V_s"
    assert sum(float(line[6].split()[0]) for line in lines) > 99.5


def number(words: str) -> Decimal:
    return Decimal(words.replace("−", "-").replace("+", ""))


def scaled(words: str, unit: str) -> tuple[float, int]:
    """The value in volts, and how many digits follow the first one that counts: units may differ, digits may not."""
    value = number(words)
    return float(f"{float(value) * float(parse_unit(unit).factor):.12g}"), len(value.as_tuple().digits)
