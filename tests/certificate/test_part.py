"""What leaves the house for one customer: verifiable by itself, and nothing in it of anybody else."""

import re
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from attrs import evolve, frozen

from labctl.app.in_process import InProcess
from labctl.app.issue import issue_certificates
from labctl.app.job import Job
from labctl.app.simulate import bench_of
from labctl.app.station import read_station, shipped_bench
from labctl.app.verify import verify
from labctl.certificate.bundle import Bundle, read_bundle, write_bundle
from labctl.certificate.part import customers_of, part_of
from labctl.errors import RecordAltered
from labctl.events.codec import encode_event
from labctl.events.journal import Entry, sealed
from labctl.events.kinds import (
    AttemptRejected,
    Event,
    IndicationTaken,
    InstrumentOpened,
    OperatorAnswered,
    Place,
    PointFinished,
)
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.procedure.load import load_folder
from labctl.procedure.procedure import Procedure
from labctl.records.equipment import Identity
from labctl_procedures.temperature.clinical_thermometer.procedure import METHOD
from tests.certificate.records import STARTED

RUN = "20260105-0001"
HOSPITAL = ("Simulated Hospital", "模拟医院", "3 Nowhere Road", "SIM-0011", "SIMMED1001", "SIMMED1002", "c01", "c02")
SCHOOL = ("Simulated School", "模拟学校", "5 Nowhere Road", "SIM-0013", "SIMMED1017", "c17")
ANYBODY = ("Simulated Clinic", "SIMMED1010", "Simulated Instrument Works")  # on the bench, not in the run


@frozen
class Made:
    """What was issued, and the method that it was made with."""

    out: Path
    method: Procedure

    def part(self, customer: str) -> Path:
        return self.out / "customers" / customer / "record.zip"

    @property
    def whole(self) -> Bundle:
        return read_bundle((self.out / "record.zip").read_bytes())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The certificates of two thermometers of a hospital and one of a school, one point each."""
    folder = tmp_path_factory.mktemp("part")
    copytree(METHOD.folder, folder / "own", ignore=ignore_patterns("__pycache__"))
    points = "# made up for tests\nnominal [°C], mpe [K], immersion [min], repeats\n37.0, 0.1, 3, 2\n"
    (folder / "own" / "points.csv").write_text(points, encoding="utf-8")
    batch = shipped_bench("batch")
    job = Job(
        run=RUN,
        data=str(folder / "lab"),
        station=str(batch),
        procedure=str(folder / "own"),
        by="tests",
        unit="c01,c02,c17",
        confirms="nobody",
    )
    run = InProcess(job, bench_of(read_station(batch), seed=3))
    assert run.carry_out() is not None
    method = load_folder(folder / "own")
    issue_certificates(folder / "lab", RUN, folder / "out", clock=run.bench.clock, procedure=method)
    return Made(folder / "out", method)


def readings(bundle: Bundle) -> dict[str, list[IndicationTaken]]:
    """What each unit showed, by its instrument."""
    found: dict[str, list[IndicationTaken]] = {"c01": [], "c02": [], "c17": []}
    for entry in bundle.entries:
        if isinstance(entry.event, IndicationTaken) and entry.event.instrument in found:
            found[entry.event.instrument].append(entry.event)
    return found


@pytest.mark.parametrize(
    ("customer", "own", "others"),
    [("Simulated_Hospital", HOSPITAL, SCHOOL), ("Simulated_School", SCHOOL, HOSPITAL)],
)
def test_a_customer_s_part_holds_its_own_units_and_nothing_of_anybody_else(
    customer: str, own: tuple[str, ...], others: tuple[str, ...], made: Made
) -> None:
    content = made.part(customer).read_bytes()
    texts = content.decode("utf-8", errors="replace")
    for each in (*others, *ANYBODY):
        assert re.search(rf"(?<![\w-]){each}(?![\w-])", texts) is None, each
    for each in own:
        assert each in texts
    part, whole = read_bundle(content), made.whole
    keys = {each for each in own if each.startswith("c")}
    for unit, shown in readings(whole).items():
        assert readings(part)[unit] == (shown if unit in keys else [])
    results = [each.event for each in whole.entries if isinstance(each.event, PointFinished) and each.event.result]
    assert len(results) == 3
    for point in results:
        errors = [repr(one.value) for one in point.result.results if one.symbol == "E"] if point.result else []
        assert all((error in texts) is (point.place.unit in keys) for error in errors)
    assert part.transcript == b""
    assert part.head == whole.head
    files = {
        each.relative_to(made.part(customer).parent).as_posix() for each in made.part(customer).parent.rglob("*.*")
    }
    certificates = {f"{key}/certificate.{kind}" for key in keys for kind in ("pdf", "xml")}
    assert files == {"record.zip", *certificates}


def test_a_part_is_verified_by_itself_and_each_of_its_certificates_with_it(made: Made) -> None:
    for customer, units in (("Simulated_Hospital", ("c01", "c02")), ("Simulated_School", ("c17",))):
        found = verify(made.part(customer), procedure=made.method)
        assert found.verified, found.text().en
        assert "their seals in their places" in found.steps[0].said.en
        assert "仅供一个客户的部分记录" in found.steps[0].said.zh
        assert found.number.count(",") == len(units) - 1
        for unit in units:
            pdf = made.part(customer).parent / unit / "certificate.pdf"
            assert pdf.read_bytes() == (made.out / unit / "certificate.pdf").read_bytes()
    certificate = verify(made.part("Simulated_School").parent / "c17" / "certificate.xml", procedure=made.method)
    assert certificate.verified, certificate.text().en


def test_whoever_changes_a_part_is_found_out(made: Made) -> None:
    part = read_bundle(made.part("Simulated_School").read_bytes())
    reading, taken = next((each, each.event) for each in part.entries if isinstance(each.event, IndicationTaken))
    seal = sealed(reading.salt, reading.canonical)
    event = evolve(taken, quantity=Quantity.of(36.0, "°C"))
    forged = evolve(reading, event=event, canonical=encode_event(event), salt=b"")
    entries = tuple(forged if each is reading else each for each in part.entries)
    with pytest.raises(RecordAltered, match="never abridged"):
        read_bundle(write_bundle(evolve(part, entries=entries, abridged={**part.abridged, reading.n: seal})))
    hidden = part.withheld[3]
    other = tuple(evolve(each, seal=bytes(32)) if each is hidden else each for each in part.withheld)
    with pytest.raises(RecordAltered, match=f"entry {hidden.n} is not what was written"):
        read_bundle(write_bundle(evolve(part, withheld=other)))


def test_forms_and_sentences_of_several_are_cut_to_the_customer_s(made: Made) -> None:
    whole = made.whole
    school = customers_of(whole.started)[1]
    answered = OperatorAnswered(at=STARTED, question="q1", answer='{"c01": "37.01", "c17": "36.98"}', by="a")
    named = AttemptRejected(at=STARTED, place=Place(), reason=Text("c01: E = 0.31 K", zh="c01：E = 0.31 K"))
    plain = AttemptRejected(at=STARTED, place=Place(), reason=Text("not steady", zh="不稳定"))
    opened = InstrumentOpened(
        at=STARTED, instrument="c02", role="unit", driver="d", address="operator:", exchanges=(),
        identity=Identity(manufacturer="Simulated", model="m", serial="SIMMED1002"),
    )  # fmt: skip
    said: tuple[Event, ...] = (answered, named, plain, opened)
    last = whole.entries[-1].n
    made_up = tuple(
        Entry(n=last + n, event=each, canonical=encode_event(each), digest=bytes(32), salt=bytes(32))
        for n, each in enumerate(said, start=1)
    )
    part = part_of(evolve(whole, entries=(*whole.entries, *made_up)), school)
    shown = {each.n - last: each.event for each in part.entries if each.n > last}
    withheld = Text("withheld: it speaks of another customer's unit", zh="不予公开：涉及其他客户的器具")
    assert shown == {
        1: evolve(answered, answer='{"c17": "36.98"}'),
        2: evolve(named, reason=withheld),
        3: plain,
    }
    assert {last + 1, last + 2} <= set(part.abridged)
