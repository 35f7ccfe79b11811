import os
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
from attrs import evolve
from lxml import etree

from labctl.certificate.compose import compose
from labctl.certificate.dcc import write
from labctl.certificate.document import Document
from labctl.certificate.reading import figures_of, number_of, software_of
from labctl.certificate.rules import DCC, SI, refuse_broken
from labctl.errors import BrokenRule
from labctl.language import Text
from labctl.metrology.conformity import Side
from labctl.records.calibration import CalibrationRecord
from tests.certificate import schemas
from tests.certificate.records import ISSUE, record

SCHEMAS = schemas.folder()


@cache
def written() -> tuple[Document, bytes]:
    document = compose(record(), ISSUE)
    return document, write(document, record())


def several() -> Iterator[CalibrationRecord]:
    made = record()
    yield made
    yield record(simulated=False)
    yield record(conditions=(), auxiliaries={}, verdict=None)
    yield record(order=evolve(made.order, conformity=False, received=None))
    yield record(sections=(evolve(made.sections[0], points=()), made.sections[1]))
    yield record(unit=evolve(made.unit, asset_number="EQ-1", description=Text("Meter & <probe>", zh="仪表")))


def test_it_is_valid_by_the_official_schema(capsys: pytest.CaptureFixture[str]) -> None:
    if SCHEMAS is None:
        with capsys.disabled():
            print(f"\n{schemas.ABSENT}")  # noqa: T201  (whoever runs the tests has to know)
        return
    schema = etree.XMLSchema(etree.parse(SCHEMAS / schemas.DCC))
    for made in several():
        schema.assertValid(etree.fromstring(write(compose(made, ISSUE), made)))


def test_an_independent_reader_finds_every_error_and_uncertainty_as_printed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if SCHEMAS is None:
        with capsys.disabled():
            print(f"\n{schemas.ABSENT}")  # noqa: T201  (whoever runs the tests has to know)
        return
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    from dcc_json_toolkit import DccSchema

    document, xml = written()
    file = tmp_path / "certificate.xml"
    file.write_bytes(xml)
    location = str(SCHEMAS / schemas.DCC)
    read = cast("dict[str, Any]", DccSchema("3.3.0", no_cache=True, schema_url=location).to_dict(str(file)))
    printed = [
        cell
        for table in document.tables
        for group in table.groups
        for column in zip(*group.rows, strict=True)
        for cell in column
        if cell.origin.kind in {"value", "uncertainty"}
    ]
    found = list(_numbers(read))
    assert [Decimal(cell.printed) for cell in printed] == [Decimal(repr(each)) for each in found]
    assert len(found) == 2 * 23


def _numbers(read: dict[str, Any]) -> Iterator[float]:
    """Yield errors and their uncertainties from what the independent reader made of the file."""
    for result in read["dcc:measurementResults"]["dcc:measurementResult"][0]["dcc:results"]["dcc:result"]:
        for listed in result["dcc:data"]["dcc:list"]:
            for quantity in listed["dcc:quantity"]:
                if quantity["@refType"] == ["basic_measurementError"]:
                    values = quantity["si:realListXMLList"]
                    yield from values["si:valueXMLList"]
                    stated = values["si:measurementUncertaintyUnivariateXMLList"]["si:expandedMUXMLList"]
                    yield from stated["si:valueExpandedMUXMLList"]


def test_it_reads_back_as_it_was_printed() -> None:
    document, xml = written()
    read = figures_of(xml)
    printed = [cell.printed for t in document.tables for g in t.groups for row in g.rows for cell in row
               if cell.origin.kind in {"value", "uncertainty", "input"} or cell.origin.symbol == "nominal"]  # fmt: skip
    assert sorted(printed) == sorted(each for place, each in read.items() if place.what in {"value", "U"})
    assert number_of(xml) == ISSUE.number
    assert software_of(xml)["typst"].startswith("v0.")


def test_units_k_probability_and_conformity_stand_beside_the_values() -> None:
    root = etree.fromstring(written()[1])
    errors = [each for each in root.iter(f"{{{DCC}}}quantity") if each.get("refType") == "basic_measurementError"]
    text = etree.tostring(errors[5], encoding="unicode")  # of 10 V
    assert r"<si:unitXMLList>\micro\volt</si:unitXMLList>" in text
    assert "<si:coverageFactorXMLList>2.05 2.05 2.05 2.05</si:coverageFactorXMLList>" in text
    assert "<si:coverageProbabilityXMLList>0.9545 0.9545 0.9545 0.9545</si:coverageProbabilityXMLList>" in text
    assert "<dcc:conformityXMLList>conditionalPass conditionalPass pass pass</dcc:conformityXMLList>" in text


def test_it_says_that_it_is_simulated_and_not_traceable() -> None:
    statements = etree.tostring(next(etree.fromstring(written()[1]).iter(f"{{{DCC}}}statements")), encoding="unicode")
    assert "模拟数据" in statements
    assert "<dcc:valid>false</dcc:valid>" in statements
    assert "<dcc:traceable>false</dcc:traceable>" in statements


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        (f".//{{{SI}}}valueXMLList", "1.0 2.0", "entries"),
        (f".//{{{SI}}}unitXMLList", r"\µV", "Digital-SI"),
        (f".//{{{DCC}}}content", " padded", "padded"),
        (f".//{{{DCC}}}release", "0.1.0", "v1.2.3"),
    ],
)
def test_a_certificate_that_breaks_a_rule_of_its_form_is_refused(path: str, text: str, said: str) -> None:
    root = etree.fromstring(written()[1])
    found = root.findall(path)[-1]
    found.text = text
    with pytest.raises(BrokenRule, match=said):
        refuse_broken(root, "X-1")


def test_one_language_alone_and_a_reference_to_nothing_are_refused() -> None:
    root = etree.fromstring(written()[1])
    next(root.iter(f"{{{DCC}}}item")).set("refId", "nowhere")
    with pytest.raises(BrokenRule, match="nowhere"):
        refuse_broken(root, "X-1")
    root = etree.fromstring(written()[1])
    name = next(root.iter(f"{{{DCC}}}name"))
    name.remove(name[0])
    with pytest.raises(BrokenRule, match="both languages"):
        refuse_broken(root, "X-1")


def test_the_same_document_gives_the_same_bytes() -> None:
    document, xml = written()
    assert write(document, record()) == xml
    assert os.linesep == "\n" or b"\r" not in xml


def test_a_limit_on_one_side_has_no_other_side_and_another_requirement_does_not_borrow_it() -> None:
    made = record()
    section = made.sections[1]
    points = tuple(
        evolve(each, judgements=tuple(evolve(one, side=Side.AT_MOST.value) for one in each.judgements))
        for each in section.points
    )
    judged = evolve(made, sections=(made.sections[0], evolve(section, points=points)))
    text = write(compose(judged, ISSUE), judged).decode()
    assert "basic_toleranceLimitUpper" in text
    assert "basic_toleranceLimitLower" not in text
