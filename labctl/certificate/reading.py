"""A digital certificate read back: every number with where it stands, so that two can be compared digit by digit."""

import re
from collections.abc import Iterator
from typing import Final

from attrs import frozen
from lxml import etree

from labctl.certificate.rules import DCC, SI, Node
from labctl.errors import RecordAltered
from labctl.language import Text

_NAMES: Final = {"dcc": DCC, "si": SI}
_COLUMNS: Final = {
    "value": "si:realListXMLList/si:valueXMLList",
    "U": "si:realListXMLList//si:valueExpandedMUXMLList",
    "k": "si:realListXMLList//si:coverageFactorXMLList",
    "conformity": "dcc:measurementMetaData/dcc:metaData/dcc:conformityXMLList",
}
_NUMBER_IN_PDF: Final = re.compile(rb"(\S{1,120})</rdf:li></rdf:Alt></dc:title>")  # last word of the title


@frozen
class Place:
    """Where a number stands in a digital certificate; rows are counted from 1."""

    table: Text
    row: int
    label: str  # nominal of the row, or its number
    quantity: Text
    what: str  # "value", "U", "k", "conformity"


def figures_of(xml: bytes, name: str = "certificate.xml") -> dict[Place, str]:
    """Return every number of the results, as it is written.

    Raises:
        RecordAltered: this is no digital certificate.
    """
    root = _parsed(xml, name)
    found: dict[Place, str] = {}
    for listed in root.iterfind(f".//{{{DCC}}}results/{{{DCC}}}result/{{{DCC}}}data/{{{DCC}}}list"):
        table = _words(listed)
        quantities = listed.findall(f"{{{DCC}}}quantity")
        labels = _labels(quantities)
        for quantity in quantities:
            for what, words in _columns(quantity):
                for index, each in enumerate(words):
                    label = labels[index] if index < len(labels) else str(index + 1)
                    found[Place(table, index + 1, label, _words(quantity), what)] = each
    return found


def number_of(content: bytes) -> str:
    """Return the certificate number that a PDF or XML file bears; empty where none is found."""
    if content.lstrip().startswith(b"<"):
        try:
            return _parsed(content, "").findtext(f".//{{{DCC}}}uniqueIdentifier") or ""
        except RecordAltered:
            return ""
    found = _NUMBER_IN_PDF.search(content)
    return found[1].decode("utf-8", "replace") if found else ""


def software_of(xml: bytes) -> dict[str, str]:
    """Return the programs that a digital certificate names, with their releases."""
    root = _parsed(xml, "certificate.xml")
    return {
        _words(each).en: each.findtext(f"{{{DCC}}}release") or "" for each in root.iterfind(f".//{{{DCC}}}software")
    }


def _parsed(xml: bytes, name: str) -> Node:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise RecordAltered(
            record=name, problem=Text("is no XML: {error}", zh="不是 XML：{error}").filled(error=error)
        ) from error


def _columns(quantity: Node) -> Iterator[tuple[str, list[str]]]:
    for what, path in _COLUMNS.items():
        element = quantity.find(path, _NAMES)
        if element is not None and element.text:
            yield what, element.text.split(" ")


def _labels(quantities: list[Node]) -> list[str]:
    """Return what names the rows: the nominal values with their unit."""
    for quantity in quantities:
        if quantity.get("refType") == "basic_nominalValue":
            values = quantity.findtext(_COLUMNS["value"], "", _NAMES)
            unit = quantity.findtext("si:realListXMLList/si:unitXMLList", "", _NAMES)
            return [f"{each} {unit}" for each in values.split(" ")] if values else []
    return []


def _words(element: Node) -> Text:
    spoken = {each.get("lang"): each.text or "" for each in element.iterfind(f"{{{DCC}}}name/{{{DCC}}}content")}
    return Text(spoken.get("en", ""), zh=spoken.get("zh", ""))
