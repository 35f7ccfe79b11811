import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest
from attrs import evolve

from labctl.app.issue import issue_certificate
from labctl.app.verification import wires
from labctl.app.verification.report import Report
from labctl.app.verify import verify
from labctl.certificate.bundle import bundle_of, write_bundle
from labctl.errors import StoreFailed
from labctl.events.kinds import Event, IndicationTaken, PointFinished, Purpose, RecordSigned
from labctl.language import Language
from labctl.metrology.quantity import Quantity
from labctl.store.folder import DataFolder
from labctl.store.journal import open_journal
from tests.app.laboratory import RUN, laboratory, rewritten

FILES = ("certificate.pdf", "certificate.xml", "record.zip")


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("issued")
    issue_certificate(laboratory(root / "lab"), RUN, root / "out", by="tests")
    return root


@pytest.fixture
def out(issued: Path, tmp_path: Path) -> Path:
    return copytree(issued / "out", tmp_path / "out")


def failed(report: Report) -> list[str]:
    return [each.name for each in report.steps if each.finding.value == "differs"]


def forged(tmp_path: Path, change: Callable[[int, Event], Event | None]) -> Report:
    """Issue, forge the journal with a chain made anew, and verify its bundle."""
    data = laboratory(tmp_path / "lab")
    issue_certificate(data, RUN, tmp_path / "out")
    rewritten(data, change)
    with open_journal(DataFolder(data).journal(RUN)) as journal:
        bundle = bundle_of(journal, DataFolder(data).transcript(RUN))
    record = tmp_path / "record.zip"
    record.write_bytes(write_bundle(bundle))
    return verify(record)


@pytest.mark.parametrize("name", FILES)
def test_what_was_issued_is_verified(out: Path, name: str) -> None:
    report = verify(out / name)
    assert report.verified
    assert report.status == 0
    steps = [each.name for each in report.steps]
    assert steps[:6] == ["record", "replay", "transcript", "head", "evaluation", "certificate"]
    assert len(report.figures) > 80
    assert all(each.agrees for each in report.figures)
    assert "verified" in report.as_text(Language.ENGLISH).splitlines()[-1]
    assert "验证通过" in report.as_text(Language.CHINESE).splitlines()[-1]
    plain = json.loads(json.dumps(report.plain()))
    assert plain["verified"]
    assert plain["number"] == f"SIM-{RUN}"


@pytest.mark.parametrize("name", FILES)
def test_one_changed_byte_is_found_in_the_file_and_from_the_record_beside_it(out: Path, name: str) -> None:
    original = (out / name).read_bytes()
    chosen = random.Random(name)  # noqa: S311  (which byte, not a secret)
    for _ in range(3):
        altered = bytearray(original)
        altered[chosen.randrange(len(altered))] ^= chosen.randrange(1, 256)
        (out / name).write_bytes(altered)
        assert verify(out / name).status == 5
        assert verify(out / "record.zip").status == 5
    for at in (0, len(original) - 1):
        (out / name).write_bytes(original[:at] + b"~" + original[at + 1 :])
        assert verify(out / name).status == 5
    (out / name).write_bytes(original[:-1])
    assert verify(out / name).status == 5


def test_a_changed_digit_is_named_with_what_it_should_be(out: Path) -> None:
    xml = out / "certificate.xml"
    found = re.search(rb"<si:valueXMLList>(49\.\d+) ", xml.read_bytes())
    assert found is not None
    true = found[1].decode()
    false = true[:-1] + ("1" if true.endswith("2") else "2")
    xml.write_bytes(xml.read_bytes().replace(found[0], f"<si:valueXMLList>{false} ".encode(), 1))
    report = verify(xml)
    wrong = [each for each in report.figures if not each.agrees]
    assert [(each.printed, each.recomputed) for each in wrong] == [(false, true)]
    assert f"{false} ≠ {true} ✗" in report.as_text(Language.ENGLISH)
    assert report.status == 5


def test_a_changed_number_is_held_against_the_record_beside_it(out: Path) -> None:
    xml = out / "certificate.xml"
    xml.write_bytes(xml.read_bytes().replace(b">SIM-2", b">SIM-9", 1))
    assert verify(xml).status == 5


@pytest.mark.parametrize("name", FILES[:2])
def test_without_its_record_a_certificate_is_not_verifiable(out: Path, tmp_path: Path, name: str) -> None:
    alone = tmp_path / "alone" / name
    alone.parent.mkdir()
    alone.write_bytes((out / name).read_bytes())
    report = verify(alone, data=tmp_path / "nobody's")
    assert not report.verified
    assert report.status == 6
    assert "not verifiable here" in report.as_text(Language.ENGLISH)
    assert verify(alone, record=out / "record.zip").status == 0


def test_the_laboratory_finds_the_record_by_number_also_for_an_altered_copy(issued: Path, tmp_path: Path) -> None:
    for name in FILES[:2]:
        copy = tmp_path / name
        content = (issued / "out" / name).read_bytes()
        copy.write_bytes(content)
        assert verify(copy, data=issued / "lab").status == 0
        copy.write_bytes(content[:5000] + b"~" + content[5001:])
        assert verify(copy, data=issued / "lab").status == 5


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed):
        verify(tmp_path / "nowhere.pdf")


def test_an_indication_that_its_bytes_do_not_give_is_found_by_the_driver(tmp_path: Path) -> None:
    def better(_: int, event: Event) -> Event:
        if isinstance(event, IndicationTaken) and event.place.purpose is Purpose.OBSERVE:
            return evolve(event, quantity=Quantity(event.quantity.value * (1 + 1e-7), event.quantity.unit))
        return event

    report = forged(tmp_path, better)
    assert "replay" in failed(report)
    assert report.status == 5


def test_bytes_that_never_crossed_the_wire_are_found_in_the_transcript(tmp_path: Path) -> None:
    def replaced(_: int, event: Event) -> Event:
        if isinstance(event, IndicationTaken) and event.instrument == "meter" and event.place.section == "DC voltage":
            reply = event.reply[:-5] + b"E+00\n" if event.reply[-5:-3] == b"E-" else event.reply.replace(b"9", b"8", 1)
            exchanges = (*event.exchanges[:-1], evolve(event.exchanges[-1], received=reply))
            return evolve(event, reply=reply, exchanges=exchanges, quantity=Quantity.of(float(reply), "V"))
        return event

    report = forged(tmp_path, replaced)
    assert "replay" not in failed(report)  # the driver says the same of the forged bytes
    assert "transcript" in failed(report)
    assert "evaluation" in failed(report)


def test_a_result_that_the_observations_do_not_give_is_found(tmp_path: Path) -> None:
    def kinder(_: int, event: Event) -> Event:
        if isinstance(event, PointFinished) and event.result is not None:
            made = event.result.results[0]
            return evolve(event, result=evolve(event.result, results=(evolve(made, value=made.value / 2),)))
        return event

    assert "evaluation" in failed(forged(tmp_path, kinder))


def test_a_record_that_nobody_authorised_is_found(tmp_path: Path) -> None:
    report = forged(
        tmp_path,
        lambda _, event: None if isinstance(event, RecordSigned) and event.meaning == "authorised" else event,
    )
    assert "head" in failed(report)


def test_a_driver_that_is_not_installed_leaves_the_question_open(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wires, "_installed", dict)
    report = verify(out / "record.zip")
    assert report.status == 6
    assert "K34465A" in next(each.said.en for each in report.steps if each.name == "replay")


def test_a_unit_that_was_adjusted_is_verified_in_both_phases(tmp_path: Path) -> None:
    paths = issue_certificate(laboratory(tmp_path / "lab", adjust=True), RUN, tmp_path / "out")
    report = verify(paths.pdf)
    assert report.verified, report.as_text(Language.ENGLISH)
    phases = {each.place.table.zh.partition("调整")[2][:1] for each in report.figures}
    assert phases == {"前", "后"}


def test_a_file_that_is_no_certificate_is_told_what_to_give_instead(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir", "utf-8")
    report = verify(tmp_path / "letter.txt")
    assert report.status == 6
    assert "no certificate number can be read in it" in str(report.plain())
