"""Write the worked example of every installed method: one simulated unit, from its readings to what is stated.

Run `python docs/write_examples.py [METHOD …]` after a change to a method, its bench or a simulator; a test compares.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from typing import Final

from labctl.app.methods import installed_methods
from labctl.app.own_bench import own_bench
from labctl.app.procedures import find_procedure
from labctl.app.simulate import bench_of
from labctl.app.trials import Trials
from labctl.events.journal import Entry
from labctl.events.kinds import IndicationTaken, SettingMade
from labctl.events.of_unit import entries_of
from labctl.language import Language, Text
from labctl.metrology.quantity import Quantity
from labctl.procedure.evaluate import evaluate_run
from labctl.procedure.procedure import Procedure
from labctl.records.calibration import BudgetLine, CalibrationRecord, PointResult, Result, SectionResult

SEED: Final = 1
FILE: Final = "EXAMPLE.md"
_SHOWN: Final = 10  # readings of a series
_LEAST: Final = 0.5  # percent of the variance, below which a contribution is left out
_NAME: Final = re.compile(r"[A-Za-z_]\w*\b(?!\[)")  # of one value; x[:] is many
_BUDGET: Final = (
    "input 输入量",
    "value 值",
    "u",
    "type 类别",
    "distribution 分布",
    "c",
    "share 占比",
    "what it is 说明",
)


def main(wanted: list[str]) -> None:
    """Write the example of each method."""
    for name in wanted or [each.name for each in installed_methods()]:
        found = find_procedure(name)
        (found.folder / FILE).write_text(example(name), "utf-8")


def example(name: str) -> str:
    """Return the example of a method."""
    found = find_procedure(name)
    entries, record = carried_out(found)
    return "\n".join(page(found, record, {each.n: each for each in entries})) + "\n"


def carried_out(found: Procedure) -> tuple[list[Entry], CalibrationRecord]:
    """Calibrate a simulated unit by a method on its own bench; return its journal and its record."""
    own = own_bench(found)
    trials = Trials.of(found.name, own.station, unit=own.unit)
    bench = bench_of(trials.prepared.station, seed=SEED)
    made = trials.made(bench, trials.prepared, bench.clock, SEED)
    entries = list(entries_of(made.journal.read(), made.units[0]))
    return entries, evaluate_run(found, entries)


def page(found: Procedure, record: CalibrationRecord, entries: Mapping[int, Entry]) -> Iterator[str]:
    """Yield the lines of an example: of each section and reduction the point in its middle."""
    unit = record.unit.identity
    named = f"{unit.manufacturer} {unit.model}"
    yield f"# Worked example: {found.title.en} · 算例：{found.title.zh}"
    yield ""
    yield f"`{found.name}`, {named}, simulated, seed {SEED}. The point in the middle of each section."
    yield f"Contributions below {_LEAST} % of a variance are left out. Written by `docs/write_examples.py`."
    yield ""
    yield f"`{found.name}`，模拟的 {named}，种子 {SEED}；每个项目取中间的一个点；"
    yield f"占方差不足 {_LEAST} % 的分量从略。"
    for section in record.sections:
        if section.points:
            yield from _section(section, section.points[len(section.points) // 2], entries)


def _section(section: SectionResult, point: PointResult, entries: Mapping[int, Entry]) -> Iterator[str]:
    yield ""
    yield f"## {section.title.en} · {section.title.zh}: {point.point or section.title.en}"
    for symbol, numbers in sorted(point.series.items()):
        shown = [_seen(entries[n]) for n in numbers if n in entries]
        values = [each for each in shown if each]
        if values:
            yield ""
            yield f"- `{symbol}`: {_listed(values)}"
    yield ""
    yield "```text"
    yield from section.model
    yield "```"
    for result in point.results:
        yield from _result(result, section.model)


def _seen(entry: Entry) -> str:
    event = entry.event
    return str(event.quantity) if isinstance(event, IndicationTaken | SettingMade) else ""


def _listed(values: list[str]) -> str:
    kept = values[:_SHOWN]
    more = f", … ({len(values)})" if len(values) > _SHOWN else ""
    return ", ".join(kept) + more


def _result(result: Result, model: tuple[str, ...]) -> Iterator[str]:
    yield ""
    if not result.expanded:
        yield f"**{result.symbol} = {_amount(result.value, result.unit)}**"
        return
    named = next((each for each in model if each.partition("=")[0].strip() == result.symbol), "")
    if named:
        right = _NAME.sub(lambda name: _number(result, name[0]), named.partition("=")[2])
        yield f"`{result.symbol} ={right} = {_amount(result.value, result.unit)}`"
        yield ""
    yield f"| {' | '.join(_BUDGET)} |"
    yield f"| {' | '.join('---' for _ in _BUDGET)} |"
    shown = [each for each in result.budget if each.percent >= _LEAST]
    for line in sorted(shown, key=lambda each: -each.percent):
        yield _line(line)
    dof = "∞" if result.dof is None else f"{result.dof:.3g}"
    yield ""
    yield (
        f"**{result.symbol} = {_amount(result.value, result.unit)}, U = {_amount(result.expanded, result.unit, 3)}** "
        f"(u = {_amount(result.u, result.unit, 3)}, ν = {dof}, k = {result.k:.2f}; {_both(result.policy)})"
    )


def _line(line: BudgetLine) -> str:
    cells = (
        f"`{line.symbol}`",
        _amount(line.value, line.unit),
        _amount(line.u, line.unit, 3),
        line.evaluation,
        _both(line.distribution),
        f"{line.sensitivity:.3g}",
        f"{line.percent:.1f} %",
        _both(line.description),
    )
    return f"| {' | '.join(cells)} |"


def _number(result: Result, name: str) -> str:
    found: Quantity | None = result.inputs.get(name)
    if found is None:
        return name
    shown = _amount(found.value, str(found.unit))
    return f"({shown})" if shown.startswith("-") else shown


def _amount(value: float, unit: str, digits: int = 8) -> str:
    return f"{value:.{digits}g} {unit}".removesuffix(" 1")


def _both(text: Text) -> str:
    en, zh = text.within(Language.ENGLISH), text.within(Language.CHINESE)
    return en if en == zh else f"{en} · {zh}"


if __name__ == "__main__":
    main(sys.argv[1:])
