"""A finished run as it is reviewed: the method's tables word by word as they will be printed, verdict and remarks."""

from typing import TYPE_CHECKING

from attrs import define, field, frozen

from labctl.language import Language, Text
from labctl.metrology.conformity import Verdict
from labctl.records.calibration import Result
from labctl.records.order import Kind
from labctl_gui.presenters.words import MARKS, PHASES, marked

if TYPE_CHECKING:
    from labctl.app.review import ResultTable, Review

_WHOLE = Text("Whole: {verdict}", zh="总结论：{verdict}")
_NO_VERDICT = Text("No statement of conformity", zh="不作符合性判定")


@frozen(kw_only=True)
class ReviewCell:
    """One cell: what is printed, whether it is a number, and where its uncertainty comes from."""

    text: str
    number: bool
    result: Result | None = None
    unit: str = ""
    verdict: Verdict | None = None


@frozen(kw_only=True)
class ReviewTable:
    """One table of the method; rows of a range with a title of their own begin with it."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[ReviewCell, ...], ...]
    notes: tuple[str, ...]


@define
class ReviewPresenter:
    """Turns a review into words."""

    language: Language
    review: "Review | None" = None
    _results: dict[tuple[str, str, str, str], Result] = field(factory=dict[tuple[str, str, str, str], Result])
    _verdicts: dict[tuple[str, str, str], Verdict] = field(factory=dict[tuple[str, str, str], Verdict])

    def take(self, review: "Review | None") -> None:
        """Take over a review, or forget the last one."""
        self.review = review
        self._results.clear()
        self._verdicts.clear()
        for section in review.record.sections if review is not None else ():
            for point in section.points:
                for result in point.results:
                    self._results[point.phase, point.section, point.point, result.symbol] = result
                for judged in point.judgements:
                    self._verdicts[point.phase, point.section, point.point] = judged.verdict

    @property
    def verdict(self) -> str:
        """Return the verdict of the whole."""
        if self.review is None:
            return ""
        if self.review.verdict is None or not self.review.record.order.judged:
            return _NO_VERDICT.within(self.language)
        verdict, legal = self.review.verdict, self.review.record.order.kind is Kind.VERIFICATION
        return _WHOLE.filled(verdict=marked(verdict, legal=legal)).within(self.language)

    @property
    def remarks(self) -> list[str]:
        """Return what a person saw of the unit, and remarks that will be printed."""
        if self.review is None:
            return []
        seen = [f"{MARKS[each.verdict]} {each.title.within(self.language)}" for each in self.review.inspections]
        return seen + [each.within(self.language) for each in self.review.notes]

    def tables(self) -> list[ReviewTable]:
        """Return the tables in their order on the certificate."""
        return [self._table(each) for each in self.review.tables] if self.review is not None else []

    def _table(self, table: "ResultTable") -> ReviewTable:
        title = table.title.within(self.language)
        if table.phase_name.en:
            title = f"{title} · {PHASES.get(table.phase, table.phase_name).within(self.language)}"
        headings = [each.heading.within(self.language) for each in table.columns]
        same = len({group.units for group in table.groups}) == 1
        if same and table.groups:
            units = table.groups[0].units
            headings = [f"{name}\n{unit}" if unit else name for name, unit in zip(headings, units, strict=True)]
        rows: list[tuple[ReviewCell, ...]] = []
        for group in table.groups:
            for line in group.rows:
                cells: list[ReviewCell] = []
                for unit, cell in zip(group.units, line, strict=True):
                    said = cell.text.within(self.language)
                    words = (said.replace("-", "−") if cell.number else said) + (f" {cell.mark}" if cell.mark else "")
                    words += f" {unit}" if unit and not same and cell.text.en else ""
                    origin = cell.origin
                    key = (origin.phase, origin.section, origin.point)
                    judged = self._verdicts.get(key) if origin.kind == "verdict" else None
                    result = self._results.get((*key, origin.symbol))
                    cells.append(ReviewCell(text=words, number=cell.number, result=result, unit=unit, verdict=judged))
                rows.append(tuple(cells))
        notes = tuple(f"{mark} {words.within(self.language)}".strip() for mark, words in table.notes)
        return ReviewTable(title=title, headings=tuple(headings), rows=tuple(rows), notes=notes)
