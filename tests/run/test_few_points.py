"""A line through two points, one of which may be left out: the record stands in any case and says what it lacks."""

from pathlib import Path

from labctl.events.kinds import Event, IndicationTaken, Purpose
from labctl.procedure.evaluate import evaluate_run
from labctl.procedure.load import load_folder
from labctl.records.calibration import CalibrationRecord, Result
from labctl.store.journal import open_journal
from tests.run.inprocess import Session, session

METHOD = Path(__file__).parent / "methods" / "connections"


def record_of(run: Session) -> CalibrationRecord:
    assert run.begin() is not None
    with open_journal(run.root / "run.sqlite") as journal:
        return evaluate_run(load_folder(METHOD), journal.read())


def results(record: CalibrationRecord, title: str) -> list[dict[str, Result]]:
    sections = [each for each in record.sections if each.title.en == title]
    return [{one.symbol: one for one in point.results} for each in sections for point in each.points]


def test_the_line_passes_through_both_and_its_uncertainty_is_theirs(tmp_path: Path) -> None:
    record = record_of(session(tmp_path, str(METHOD)))
    low, high = results(record, "First")
    (line,) = results(record, "Line")
    run = high["V"].value - low["V"].value
    assert abs(line["g"].value - (high["E"].value - low["E"].value) / run) < 1e-12
    assert abs(line["o"].value + line["g"].value * low["V"].value - low["E"].value) < 1e-12
    assert line["g"].u > 0
    assert not any("no result" in each.en for each in record.notes)


def test_with_one_of_them_left_out_there_is_no_line_and_the_record_says_why(tmp_path: Path) -> None:
    run = session(tmp_path, str(METHOD))

    def skip(of: Session, event: Event) -> None:
        if isinstance(event, IndicationTaken) and event.place.purpose is Purpose.OBSERVE:
            of.on_event = lambda _session, _event: None
            of.control.request({"do": "skip", "by": "Wang", "reason": "overheated"})

    run.on_event = skip
    record = record_of(run)
    assert len(results(record, "First")) == 1
    assert results(record, "Line") == []
    said = [each.en for each in record.notes if each.en.startswith("Line: no result")]
    assert len(said) == 1
    assert "1 points for 2 parameters" in said[0]
