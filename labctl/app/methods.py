"""The methods at hand, installed or beside the station, as a list for people and programs."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from attrs import frozen

from labctl.app.own_bench import BENCH
from labctl.errors import LabctlError, PackBroken
from labctl.language import Language, Text
from labctl.packs import PROCEDURES, procedures
from labctl.procedure.load import load_folder
from labctl.procedure.procedure import Procedure

FAMILIES: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "electrical": Text("Electrical", zh="电学"),
        "temperature": Text("Temperature", zh="温度"),
        "flow": Text("Flow", zh="流量"),
        "particulate": Text("Particulate matter", zh="颗粒物"),
        "pressure": Text("Pressure", zh="压力"),
        "mass": Text("Mass", zh="质量"),
        "medical": Text("Medical", zh="医学"),
        "energy": Text("Energy", zh="能源"),
        "gas": Text("Gas", zh="气体"),
        "dimensional": Text("Dimensional", zh="几何量"),
    }
)
"""Titles of the fields of measurement, by the name of the folder in which a pack keeps the methods of one."""
OTHERS: Final = Text("Other methods", zh="其他方法")
OWN: Final = Text("Of this laboratory", zh="本实验室方法")
BESIDE: Final = "procedures"
"""The folder beside a station file in which a laboratory keeps methods of its own, one folder each."""


@frozen(kw_only=True)
class Method:
    """One procedure at hand."""

    name: str
    edition: str
    title: Text
    document: str
    document_title: Text
    confirmed: bool  # its figures were held against the document on paper
    sections: tuple[Text, ...]
    bench: str  # file of its simulated bench; empty where it has none
    family: Text  # of its field of measurement
    source: str  # what finds it: the name of an installed one, the folder of the laboratory's own

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
            "family": self.family.en,
            "source": self.source,
        }


def installed_methods() -> tuple[Method, ...]:
    """Return every installed procedure, by name."""
    return tuple(method_of(each) for _, each in sorted(procedures().found.items()))


def methods_beside(station: Path) -> tuple[tuple[Method, ...], tuple[PackBroken, ...]]:
    """Return the methods in the folder `procedures` beside a station file, by name, and those that cannot be read."""
    found: dict[str, Method] = {}
    broken: list[PackBroken] = []
    for folder in sorted(each.parent for each in (station.parent / BESIDE).glob("*/procedure.py")):
        try:
            procedure = load_folder(folder)
        except LabctlError as error:
            broken.append(PackBroken(pack=str(folder), kind=PROCEDURES, reason=str(error)))
        else:
            found[procedure.name] = method_of(procedure, folder)
    return tuple(found[name] for name in sorted(found)), tuple(broken)


def method_of(procedure: Procedure, folder: Path | None = None) -> Method:
    """Return a procedure as one of the list.

    Args:
        procedure: the method.
        folder: where it lies, if it is one of the laboratory's own.
    """
    bench = procedure.folder / BENCH
    return Method(
        name=procedure.name,
        edition=procedure.edition,
        title=procedure.title,
        document=procedure.document,
        document_title=procedure.document_title,
        confirmed=procedure.confirmed,
        sections=tuple(each.title for each in procedure.sections),
        bench=str(bench) if bench.is_file() else "",
        family=OWN if folder is not None else FAMILIES.get(procedure.folder.parent.name, OTHERS),
        source=procedure.name if folder is None else str(folder),
    )


_UNCONFIRMED = Text(" (figures unverified)", zh="（数据未核实）")
