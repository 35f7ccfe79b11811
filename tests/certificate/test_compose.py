from datetime import date

from attrs import evolve

from labctl.certificate.compose import compose, local_date
from labctl.certificate.document import Document, Origin
from labctl.certificate.words import ALL_TWO, NOTICE, SIMULATED_TRACEABLE, TRACEABLE, typographic
from labctl.language import Text
from labctl.metrology.conformity import Rule, Side, Verdict
from labctl.metrology.quantity import Quantity
from labctl.metrology.rounding import report
from labctl.records.calibration import CalibrationRecord, Judgement, PointResult
from labctl.records.equipment import CertificateOfStandard
from labctl.records.interval import last_day
from labctl.records.order import Kind
from tests.certificate.records import ISSUE, STARTED, point, record, zero


def composed(made: CalibrationRecord) -> Document:
    return compose(made, ISSUE)


def origin(made: PointResult, symbol: str, kind: str) -> Origin:
    return Origin(phase=made.phase, section=made.section, point=made.point, symbol=symbol, kind=kind)


def test_every_error_and_uncertainty_is_rounded_to_the_same_last_place_in_the_unit_of_its_range() -> None:
    made = record()
    figures = composed(made).figures()
    for each in made.sections[1].points:
        printed, unit = figures[origin(each, "E", "value")]
        expanded, same = figures[origin(each, "E", "uncertainty")]
        result = each.results[0]
        size = {"µV": 1e6, "mV": 1e3}[unit]
        assert unit == same
        assert (printed, expanded) == report(result.value * size, result.expanded * size)


def test_an_indication_shows_no_more_digits_than_its_uncertainty_allows() -> None:
    made = record()
    figures = composed(made).figures()
    for each in made.sections[1].points:
        shown, unit = figures[origin(each, "V_ind", "input")]
        expanded = each.results[0].expanded * (1000 if unit == "mV" else 1)
        places = len(shown.partition(".")[2])
        assert 0.95 <= expanded * 10**places < 99.5  # one or two digits of U stand at the last place


def test_ranges_keep_the_names_that_makers_give_them() -> None:
    table = composed(record()).tables[1]
    assert [group.title.en for group in table.groups] == ["100 mV", "1 V", "10 V", "100 V", "1000 V"]
    assert [group.units[0] for group in table.groups] == ["mV", "V", "V", "V", "V"]
    assert [cell[0].printed for cell in table.groups[0].rows] == ["50", "95", "-50", "-95"]


def test_a_zero_is_shown_in_the_unit_of_its_limit_and_decimal_points_stand_in_line() -> None:
    table = composed(record()).tables[0]
    assert [column.name for column in table.columns] == ["E_0", "U(E_0)"]  # no table was declared: a plain one
    for group in composed(record()).tables[1].groups:
        for column in zip(*group.rows, strict=True):
            ends = {len((cell.printed + cell.pad).partition(".")[2]) for cell in column if cell.number}
            assert len(ends) <= 1


def test_k_and_freedom_are_stated_only_where_some_k_is_not_two() -> None:
    with_k = composed(record())
    assert [each.name for each in with_k.tables[1].columns][4:6] == ["k", "dof"]
    assert with_k.figures()[origin(record().sections[1].points[8], "E", "k")] == ("2.05", "")
    assert with_k.figures()[origin(record().sections[1].points[8], "E", "dof")] == ("41", "")
    plain = record()
    section = evolve(plain.sections[1], points=tuple(point(1.0, share) for share in (0.5, -0.5)))
    without = composed(evolve(plain, sections=(section,)))
    assert "k" not in [each.name for each in without.tables[0].columns]
    assert ALL_TWO.en in without.notes[0].en


def test_the_rule_stands_beside_each_verdict() -> None:
    table = composed(record()).tables[1]
    marks = {cell.mark for group in table.groups for row in group.rows for cell in row if cell.mark}
    assert marks == {"a", "b"}
    assert [mark for mark, _ in table.notes] == ["a", "b"]
    assert "U ≤ MPEV/3" in table.notes[0][1].en
    assert "MPEV − U" in table.notes[1][1].en


def test_a_limit_is_printed_with_one_digit_more_so_that_rounding_it_decides_nothing() -> None:
    made = record()
    limits = [
        cell.printed for row in composed(made).tables[1].groups[0].rows for cell in row if cell.origin.kind == "limit"
    ]
    assert limits == ["6", "8.25", "6", "8.25"]


def test_dates_are_those_of_the_laboratory_not_of_utc() -> None:
    assert STARTED.date().isoformat() == "2026-11-23"
    assert local_date(STARTED, record().laboratory) == "2026-11-24"
    assert local_date(STARTED, evolve(record().laboratory, utc_offset="-03:30")) == "2026-11-23"


def test_a_simulated_record_says_so_and_claims_no_traceability() -> None:
    assert composed(record()).traceability == SIMULATED_TRACEABLE
    assert composed(record(simulated=False)).traceability == TRACEABLE


def test_figures_that_nobody_confirmed_print_as_unverified() -> None:
    document = composed(record())
    assert [each.mark.en for each in document.standards] == ["unverified figure", "unverified figure"]
    assert any("calibrator's specification, one year" in each.en for each in document.notes)
    assert any("JJF 1587-2016" in each.en and "unverified" in each.en for each in document.notes)


def test_a_verification_that_fails_is_a_notification_with_legal_words() -> None:
    made = record()
    order = evolve(made.order, kind=Kind.VERIFICATION)
    points = tuple(point(1.0, share, wrong=1.9) for share in (0.5, -0.5))
    failed = evolve(
        made, order=order, verdict=Verdict.DOES_NOT_CONFORM, sections=(evolve(made.sections[1], points=points),)
    )
    document = composed(failed)
    assert document.title == NOTICE
    assert document.tables[0].groups[0].rows[0][-1].text == Text("fail", zh="不合格")


def test_the_code_says_where_to_check_or_number_and_head() -> None:
    made = record()
    assert composed(made).code == f"{ISSUE.number} {ISSUE.head}"
    laboratory = evolve(made.laboratory, verify_at="https://example.cn/c/")
    assert composed(evolve(made, laboratory=laboratory)).code.startswith("https://example.cn/c/SIM-20261124-0001?")


def test_two_phases_are_told_apart_and_the_adjustment_is_noted() -> None:
    made = record()
    phases = tuple(
        evolve(made.sections[1], phase=phase, points=(evolve(point(1.0, 0.5), phase=phase),))
        for phase in ("as found", "as left")
    )
    document = composed(evolve(made, sections=phases))
    assert [table.phase_name.zh for table in document.tables] == ["调整前", "调整后"]
    assert any("调整前和调整后" in each.zh for each in document.notes)
    assert not composed(made).tables[0].phase_name.en


def test_chinese_words_get_the_punctuation_of_a_printed_page() -> None:
    assert typographic("合格,否则不合格(待定);其余") == "合格，否则不合格（待定）；其余"
    assert typographic("Fluke 5522A, 2 V (k = 2)") == "Fluke 5522A, 2 V (k = 2)"
    assert typographic("1,000 个值") == "1,000 个值"
    assert typographic("标注为:5522A,JCGM 100:2008,见 https://x.cn") == "标注为：5522A，JCGM 100:2008，见 https://x.cn"


def test_sections_without_points_and_points_without_judgements_are_printed() -> None:
    made = record()
    empty = evolve(made.sections[1], points=())
    unjudged = evolve(made.sections[0], points=(zero(1.0),))
    document = composed(evolve(made, sections=(empty, unjudged)))
    assert document.tables[0].groups == ()
    assert len(document.tables[1].groups[0].rows) == 1


def test_where_figures_come_from_is_printed_in_both_languages() -> None:
    made = record()
    limit = evolve(made.unit.specification[0], source="data sheet", source_zh="说明书", confirmed=False)
    paper = CertificateOfStandard(
        number="N-1",
        laboratory=Text("National Institute", zh="国家计量院"),
        calibrated=date(2026, 1, 1),
        due=date(2026, 12, 31),
        statement=Text("to 1020 V", zh="至 1020 V"),
    )
    source = evolve(made.standards["source"], certificate=paper)
    document = composed(evolve(made, unit=evolve(made.unit, specification=(limit,)), standards={"source": source}))
    line = document.standards[0]
    assert (line.laboratory.zh, line.statement.zh, line.statement.en) == ("国家计量院", "至 1020 V", "to 1020 V")
    (note,) = [each for each in document.notes if "data sheet" in each.en and "not been verified" in each.en]
    assert f"{made.unit.type_name}：说明书" in note.zh
    assert "data sheet" not in note.zh


def test_a_verification_speaks_of_verification_and_names_its_limits() -> None:
    made = record()
    points = tuple(
        evolve(each, judgements=tuple(evolve(one, rule=Rule.SIMPLE.value) for one in each.judgements))
        for each in (point(1.0, share) for share in (0.5, -0.5))
    )
    verified = evolve(
        made,
        order=evolve(made.order, kind=Kind.VERIFICATION, conformity=False),
        verdict=Verdict.CONFORMS,
        sections=(evolve(made.sections[1], points=points),),
    )
    document = composed(verified)
    assert document.conclusion.zh == "合格"  # a verification always concludes, whatever was agreed of calibrations
    labels = [each.label.zh for each in (*document.cover, *document.method)]
    said = [*labels, *(each.role.zh for each in document.signatures), *(each.zh for each in document.words.values())]
    calibrations = [each for each in said if "校准" in each and "数字校准证书" not in each]  # a DCC keeps its name
    assert not calibrations
    assert {"检定日期", "检定员", "检定结果", "检定依据", "检定结论"} <= set(said)
    assert document.tables[0].notes[0][1].en.startswith("verification regulation")
    assert any(each.en.startswith("Maximum permissible errors and other limits by: ") for each in document.notes)


def test_a_limit_on_one_side_has_its_own_rule_and_what_is_judged_beside_it_is_told_with_its_limit() -> None:
    made = record()
    first = point(1.0, 0.5)
    noise = Judgement(
        requirement=Text("Noise", zh="噪声"),
        symbol="s",
        limit=Quantity.of(5, "µV"),
        ratio=0.0,
        rule=Rule.SIMPLE.value,
        verdict=Verdict.CONFORMS,
        side=Side.AT_MOST.value,
    )
    both = evolve(first, judgements=(*first.judgements, noise))
    table = composed(evolve(made, sections=(evolve(made.sections[1], points=(both,)),))).tables[0]
    assert table.notes[-1][1].en == (
        "Noise ≤ 5 µV: no uncertainty is stated for this result: conforms if the result is not above its limit"
    )
    assert [cell.mark for cell in table.groups[0].rows[0] if cell.mark] == ["a, c"]


def test_every_note_is_a_sentence_with_its_full_stop() -> None:
    notes = composed(evolve(record(), notes=(Text("Clock: not measured", zh="时钟：未测"),))).notes
    assert all(each.en.endswith(".") and each.zh.endswith("。") for each in notes)
    assert any(each.zh == "时钟：未测。" for each in notes)


def test_a_nought_of_which_no_uncertainty_is_stated_has_the_decimals_of_its_column() -> None:
    made, results = record(), [point(1.0, share) for share in (0.5, 0.6)]
    values = (0.0, 0.002e-6)
    points = tuple(
        evolve(each, results=(evolve(each.results[0], value=value, k=0.0, expanded=0.0),), judgements=())
        for each, value in zip(results, values, strict=True)
    )
    table = composed(evolve(made, sections=(evolve(made.sections[1], points=points),))).tables[0]
    place = [column.name for column in table.columns].index("E")
    shown = [row[place].printed for row in table.groups[0].rows]
    assert float(shown[0]) == 0.0
    assert len({len(each.partition(".")[2]) for each in shown}) == 1


def test_a_verification_that_is_passed_holds_for_the_interval_of_its_regulation() -> None:
    made = record()
    passed = evolve(
        made,
        order=evolve(made.order, kind=Kind.VERIFICATION),
        procedure=evolve(made.procedure, interval=12),
        verdict=Verdict.CONFORMS,
    )
    day = last_day(date.fromisoformat(local_date(made.finished, made.laboratory)), 12).isoformat()
    assert cover(passed, "有效期至") == [day]
    assert cover(evolve(passed, order=evolve(passed.order, interval=24)), "有效期至") > [day]
    assert cover(evolve(passed, verdict=Verdict.DOES_NOT_CONFORM), "有效期至") == []
    assert cover(evolve(made, procedure=passed.procedure), "有效期至") == []
    assert cover(evolve(made, order=evolve(made.order, interval=12)), "约定的复校日期") == [day]


def test_a_notification_of_results_names_what_failed() -> None:
    made = record()
    (first, *others), (zeros, errors) = made.sections[1].points, made.sections
    judged = tuple(evolve(each, verdict=Verdict.DOES_NOT_CONFORM) for each in first.judgements)
    failed = evolve(
        made,
        order=evolve(made.order, kind=Kind.VERIFICATION),
        sections=(zeros, evolve(errors, points=(evolve(first, judgements=judged), *others))),
        verdict=Verdict.DOES_NOT_CONFORM,
    )
    assert composed(failed).title == NOTICE
    assert composed(failed).conclusion.zh == f"不合格（不合格项：{judged[0].requirement.zh}）"


def cover(made: CalibrationRecord, label: str) -> list[str]:
    return [each.value.zh for each in composed(made).cover if each.label.zh == label]
