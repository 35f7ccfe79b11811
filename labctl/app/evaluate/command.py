"""The command's work: a file evaluated, its report written where it was asked for, a refusal as a program reads it."""

from pathlib import Path
from typing import Final, Literal

from attrs import frozen

from labctl.app.evaluate.calculation import read_calculation
from labctl.app.evaluate.report import Report, evaluate_calculation
from labctl.errors import CalculationFileError, MetrologyError, UncertaintyError, UnitMismatch
from labctl.language import Language, Text
from labctl.metrology.presentation.pareto import as_svg
from labctl.metrology.presentation.spreadsheet import as_csv
from labctl.metrology.presentation.webpage import as_html

EXAMPLES: Final = Path(__file__).parent / "examples"
"""The worked examples that ship; `labctl evaluate dmm-10v` takes one by its name."""


@frozen(kw_only=True)
class Wanted:
    """What one call of the command asks for."""

    file: Path
    monte_carlo: int | Literal["adaptive"] | None = None
    seed: int = 1
    probability: float | None = None
    html: Path | None = None
    plot: Path | None = None
    csv: Path | None = None


def evaluate_file(wanted: Wanted, language: Language) -> Report:
    """Return the report of a file, and write the page, plot and table that were asked for.

    Raises:
        MetrologyError: something is refused; nothing was written then.
    """
    calculation = read_calculation(_found(wanted.file)).covering(wanted.probability)
    trials = None if wanted.monte_carlo == "adaptive" else wanted.monte_carlo
    report = evaluate_calculation(
        calculation, monte_carlo=wanted.monte_carlo is not None, trials=trials, seed=wanted.seed
    )
    budgets = tuple(report.budgets.values())
    if wanted.html is not None:
        title = calculation.title.within(language)
        _write(wanted.html, as_html(budgets, language, title=title, notes=report.notes), "utf-8")
    if wanted.plot is not None:
        _write(wanted.plot, as_svg(budgets, language), "utf-8")
    if wanted.csv is not None:
        _write(wanted.csv, as_csv(budgets, language), "utf-8-sig")  # spreadsheets know UTF-8 by the mark
    return report


def refusal(error: MetrologyError, language: Language) -> dict[str, dict[str, str]]:
    """Return a refusal for a program: a stable code, the input's name, the sentence in the chosen language."""
    match error:
        case UncertaintyError():
            code, name = error.code, error.input
        case UnitMismatch():
            code, name = "unit-mismatch", error.operation
        case _:
            code, name = "not-evaluable", "—"
    return {"error": {"code": code, "input": name, "message": error.within(language)}}


def _found(file: Path) -> Path:
    """Return the file, or the worked example of that name where there is no such file."""
    example = EXAMPLES / f"{file.name}.toml"
    return example if not file.exists() and example.exists() else file


def _write(path: Path, text: str, encoding: str) -> None:
    try:
        with path.open("w", encoding=encoding, newline="") as stream:
            stream.write(text)
    except OSError as failure:
        raise CalculationFileError(
            file=path.name,
            line=1,
            code="not-written",
            input=str(path),
            where="—",
            problem=_NOT_WRITTEN.filled(reason=failure.strerror or type(failure).__name__),
            remedy=_ELSEWHERE,
        ) from failure


_NOT_WRITTEN: Final = Text("cannot be written: {reason}", zh="无法写入：{reason}")
_ELSEWHERE: Final = Text("Name a file in a folder that exists", zh="请指定已存在文件夹中的文件")
