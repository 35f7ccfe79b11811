"""The installed procedures, as a list for people and programs."""

from attrs import frozen

from labctl.app.own_bench import BENCH
from labctl.language import Language, Text
from labctl.packs import procedures
from labctl.procedure.procedure import Procedure


@frozen(kw_only=True)
class Method:
    """One installed procedure."""

    name: str
    edition: str
    title: Text
    document: str
    confirmed: bool  # its figures were held against the document on paper
    sections: tuple[Text, ...]
    bench: str  # file of its simulated bench; empty where it has none

    def line(self, language: Language) -> str:
        """Return the procedure as one line."""
        words = "" if self.confirmed else _UNCONFIRMED.within(language)
        return f"{self.name:<32} {self.document:<16} {self.title.within(language)}{words}"

    def plain(self) -> dict[str, object]:
        """Return the procedure for JSON."""
        return {
            "name": self.name,
            "edition": self.edition,
            "title": {"en": self.title.en, "zh": self.title.zh},
            "document": self.document,
            "confirmed": self.confirmed,
            "sections": [each.en for each in self.sections],
            "bench": self.bench,
        }


def installed_methods() -> tuple[Method, ...]:
    """Return every installed procedure, by name."""
    return tuple(_method(each) for _, each in sorted(procedures().found.items()))


def _method(procedure: Procedure) -> Method:
    bench = procedure.folder / BENCH
    return Method(
        name=procedure.name,
        edition=procedure.edition,
        title=procedure.title,
        document=procedure.document,
        confirmed=procedure.confirmed,
        sections=tuple(each.title for each in procedure.sections),
        bench=str(bench) if bench.is_file() else "",
    )


_UNCONFIRMED = Text(" (figures unverified)", zh="（数据未核实）")
