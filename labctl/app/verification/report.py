"""What a verification found, step by step and digit by digit."""

from enum import Enum
from typing import Final

from attrs import frozen

from labctl.certificate.dsi import symbol_of
from labctl.certificate.reading import Place
from labctl.language import Language, Text, in_both


class Finding(Enum):
    """What one step found."""

    AGREES = "agrees"
    DIFFERS = "differs"  # the certificate or its record is not what was issued
    UNKNOWN = "unknown"  # cannot be told here: something needed for it is not here


@frozen(kw_only=True)
class Step:
    """One step of the verification."""

    name: str  # stable, for programs
    finding: Finding
    said: Text


@frozen(kw_only=True)
class Digits:
    """One printed number, and what the recorded bytes give now."""

    place: Place
    printed: str
    recomputed: str

    @property
    def agrees(self) -> bool:
        """Return whether every digit is the same."""
        return self.printed == self.recomputed


@frozen(kw_only=True)
class Report:
    """Everything that was looked at, in the order of the road."""

    file: str
    number: str
    run: str
    steps: tuple[Step, ...]
    figures: tuple[Digits, ...]

    @property
    def finding(self) -> Finding:
        """Return the worst finding: a difference outweighs what cannot be told."""
        found = {each.finding for each in self.steps} | {Finding.AGREES if each.agrees else Finding.DIFFERS
                                                         for each in self.figures}  # fmt: skip
        if Finding.DIFFERS in found:
            return Finding.DIFFERS
        return Finding.UNKNOWN if Finding.UNKNOWN in found or not self.steps else Finding.AGREES

    @property
    def verified(self) -> bool:
        """Return whether everything was looked at and everything agrees."""
        return self.finding is Finding.AGREES

    @property
    def status(self) -> int:
        """Return the exit status: 0 verified, 5 a difference, 6 not verifiable here."""
        return _STATUS[self.finding]

    def text(self) -> Text:
        """Return the report in both languages."""
        return Text(self.as_text(Language.ENGLISH), zh=self.as_text(Language.CHINESE))

    def as_text(self, language: Language) -> str:
        """Return the report in one language: steps, every number, then what it all amounts to."""
        lines = [f"{_SIGNS[each.finding]} {each.said.within(language)}" for each in self.steps]
        lines += self._numbers(language)
        head = _HEADS[self.finding].filled(file=self.file, number=self.number or "—", run=self.run or "—")
        return "\n".join([*lines, head.within(language)])

    def _numbers(self, language: Language) -> list[str]:
        """Return one line a row of results; a number that differs shows both."""
        rows: dict[tuple[str, int], list[str]] = {}
        for each in self.figures:
            place = each.place
            named = _ROW.filled(table=place.table, label=_plain(place.label)).within(language)
            said = _WHAT[place.what].filled(quantity=place.quantity).within(language)
            words = _STATUS_WORDS.get(each.printed, in_both(each.printed)).within(language)
            words += f" ≠ {each.recomputed}" if not each.agrees else ""
            mark = _SIGNS[Finding.AGREES if each.agrees else Finding.DIFFERS]
            rows.setdefault((named, place.row), []).append(f"{said} {words} {mark}")
        between = _BETWEEN.within(language)
        return [f"    {name}{_COLON.within(language)}{between.join(numbers)}" for (name, _), numbers in rows.items()]

    def plain(self) -> dict[str, object]:
        """Return the report for JSON."""
        return {
            "file": self.file,
            "number": self.number,
            "run": self.run,
            "verified": self.verified,
            "finding": self.finding.value,
            "status": self.status,
            "steps": [
                {"name": each.name, "finding": each.finding.value, "en": each.said.en, "zh": each.said.zh}
                for each in self.steps
            ],
            "figures": [
                {
                    "table": each.place.table.en,
                    "row": each.place.row,
                    "label": each.place.label,
                    "quantity": each.place.quantity.en,
                    "what": each.place.what,
                    "printed": each.printed,
                    "recomputed": each.recomputed,
                    "agrees": each.agrees,
                }
                for each in self.figures
            ],
        }


def _plain(label: str) -> str:
    number, _, unit = label.partition(" ")
    return f"{number} {symbol_of(unit)}".strip() if unit.startswith("\\") else label


_STATUS: Final = {Finding.AGREES: 0, Finding.DIFFERS: 5, Finding.UNKNOWN: 6}
_SIGNS: Final = {Finding.AGREES: "✓", Finding.DIFFERS: "✗", Finding.UNKNOWN: "?"}
_WHAT: Final = {
    "value": Text("{quantity}", zh="{quantity}"),
    "U": Text("U of {quantity}", zh="{quantity}的 U"),
    "k": Text("k of {quantity}", zh="{quantity}的 k"),
    "conformity": Text("conformity of {quantity}", zh="{quantity}的结论"),
}
_ROW: Final = Text("{table}, {label}", zh="{table}，{label}")
_COLON: Final = Text(": ", zh="：")
_BETWEEN: Final = Text(", ", zh="，")
_STATUS_WORDS: Final = {
    "pass": Text("pass", zh="符合"),
    "fail": Text("fail", zh="不符合"),
    "conditionalPass": Text("conditionalPass", zh="待定（限内）"),
    "conditionalFail": Text("conditionalFail", zh="待定（超限）"),
}
"""What a digital certificate says of conformity."""
_HEADS: Final = {
    Finding.AGREES: Text(
        "verified: {file}, certificate {number}, run {run}", zh="验证通过：{file}，证书 {number}，运行 {run}"
    ),
    Finding.DIFFERS: Text(
        "NOT VERIFIED, it differs: {file}, certificate {number}, run {run}",
        zh="验证不通过，存在差异：{file}，证书 {number}，运行 {run}",
    ),
    Finding.UNKNOWN: Text(
        "not verifiable here: {file}, certificate {number}, run {run}",
        zh="此处无法验证：{file}，证书 {number}，运行 {run}",
    ),
}
