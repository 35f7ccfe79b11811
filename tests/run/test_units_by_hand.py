"""Several units that a person reads: one form for all of them, and one instruction."""

import json
import shutil
from pathlib import Path

from labctl.app.headless import Headless, Wanted
from labctl.app.station import shipped_bench
from labctl.events.kinds import Field, IndicationTaken, OperatorAnswered, OperatorAsked, Question
from labctl.events.of_unit import entries_of
from labctl.language import Language, Text
from labctl.procedure.inspections import CONFORMS, FAILS
from labctl.run.control import refused_answer
from labctl.store.journal import open_journal

METHODS = Path(__file__).parent / "methods"
BY_HAND = 'simulator = "sensor/digital thermometer"\nwire = "operator"\n'


def test_one_form_has_a_field_for_every_unit_and_a_doubtful_entry_alone_is_asked_again(tmp_path: Path) -> None:
    text = shipped_bench("batch").read_text(encoding="utf-8")
    assert BY_HAND in text
    bench = tmp_path / "bench.toml"
    bench.write_text(text.replace(BY_HAND, 'address = "operator:"\n'), encoding="utf-8")
    method = tmp_path / "by_hand"
    shutil.copytree(METHODS / "with_check", method)
    told = (method / "procedure.py").read_text(encoding="utf-8")
    told = told.replace('within="55 mK"', 'within="90 K"')
    told += (
        '\n\nMETHOD.inspection("Appearance", zh="外观", question=Text("Whole and clean?", zh="外观是否完好清洁？"))\n'
    )
    (method / "procedure.py").write_text(told, encoding="utf-8")
    asked: list[str] = []

    def ask(wanted: str) -> str:
        asked.append(wanted)
        if "in order" in wanted:
            return "不符合要求" if "display2" in wanted else "in order"
        if "°C" in wanted:
            return "2500" if wanted.startswith("    display2") and asked.count(wanted) == 1 else "25,01"
        serial = f"SIMDIG100{1 + sum('key it in' in each for each in asked[:-1])}"
        return serial if "key it in" in wanted else ""

    headless = Headless(language=Language.ENGLISH, say=lambda _line: None, ask=ask)
    ran = headless.calibrate(
        Wanted(data=tmp_path / "lab", station=bench, procedure=str(method), unit="display1,display2")
    )
    assert ran.state == "finished", ran.reason
    with open_journal(ran.journal) as journal:
        entries = tuple(journal.read())
    questions = [each.event.question for each in entries if isinstance(each.event, OperatorAsked)]
    forms = [each for each in questions if each.kind == "form"]
    assert [each.text.en for each in forms[:2]] == ["Whole and clean?", "All 2: read the temperature"]
    assert [each.text.en for each in forms[1].fields] == ["display1 SIMDIG1001", "display2 SIMDIG1002"]
    assert len(forms) == 1 + 2 * 3  # an inspection; two points of three readings
    doubted = [each for each in questions if each.kind == "number"]
    assert ["2500 °C lies outside" in each.text.en for each in doubted] == [True]
    taken = [each.event for each in entries if isinstance(each.event, IndicationTaken)]
    assert {each.reply for each in taken if each.instrument == "display1"} == {b"25,01\n"}
    own = {
        unit: [each.event.answer for each in entries_of(entries, unit) if isinstance(each.event, OperatorAnswered)]
        for unit in ("display1", "display2")
    }
    assert (CONFORMS.en in own["display1"], FAILS.en in own["display1"]) == (True, False)
    assert (CONFORMS.en in own["display2"], FAILS.en in own["display2"]) == (False, True)


def test_a_form_is_taken_when_every_field_of_it_fits() -> None:
    fields = tuple(Field(unit=each, text=Text(each, zh=each), of="°C") for each in ("c01", "c02"))
    form = Question(key="1", kind="form", text=Text("Read them.", zh="请读数。"), fields=fields)
    assert refused_answer(form, json.dumps({"c01": "36.98", "c02": "37,01"})) is None
    for wrong in ("done", json.dumps({"c01": "36.98"}), json.dumps({"c01": "36.98", "c02": "warm"})):
        said = refused_answer(form, wrong)
        assert said is not None
        assert said.en.startswith("c01: " if wrong == "done" else "c02: ")
