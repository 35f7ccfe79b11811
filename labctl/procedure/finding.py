"""What a check has to say: a code that stays, a place, a problem and a remedy."""

from collections.abc import Mapping
from enum import Enum

from attrs import field, frozen

from labctl.language import Language, Text


class Severity(Enum):
    """What follows from a finding."""

    ERROR = "error"  # the procedure is not run
    WARNING = "warning"  # it runs; somebody should look
    NOTE = "note"  # worth knowing before the run


@frozen(kw_only=True)
class Finding:
    """One thing that a check found; codes are listed in docs/reference/procedure-language.md."""

    file: str
    line: int  # 0: the file as a whole
    code: str
    problem: Text
    remedy: Text
    severity: Severity = Severity.ERROR
    facts: Mapping[str, object] = field(factory=dict[str, object])  # figures, for a program that reads the finding

    def plain(self) -> dict[str, object]:
        """Return the finding for a program that reads it."""
        return {
            "file": self.file,
            "line": self.line,
            "code": self.code,
            "severity": self.severity.value,
            "problem": self.problem.en,
            "remedy": self.remedy.en,
            **self.facts,
        }

    @property
    def grave(self) -> bool:
        """Return whether somebody has to look; a note is for information."""
        return self.severity is not Severity.NOTE

    def said(self, language: Language) -> str:
        """Return the finding as one line for a person."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.code} {_SEVERITIES[self.severity].within(language)}: {self._sentence(language)}"

    def brief(self, language: Language) -> str:
        """Return place, code and problem, where one sentence holds several findings."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.code} {self.problem.within(language)}"

    def _sentence(self, language: Language) -> str:
        stop = "。" if language is Language.CHINESE else ". "
        return self.problem.within(language) + stop + self.remedy.within(language)


_SEVERITIES = {
    Severity.ERROR: Text("error", zh="错误"),
    Severity.WARNING: Text("warning", zh="警告"),
    Severity.NOTE: Text("note", zh="提示"),
}
