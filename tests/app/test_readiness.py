"""What is told before a run: the unit that is meant, who plays which role, the order, and what a check finds."""

from pathlib import Path

import pytest

from labctl.app.methods import methods_beside
from labctl.app.proposals import proposed
from labctl.app.readiness import Choice, fits, make_ready
from labctl.app.station import read_station, shipped_bench, simulated_bench, simulated_station
from labctl.language import Language
from labctl.records.order import Kind


def test_what_nobody_chose_is_as_the_station_says() -> None:
    ready = make_ready(Choice(procedure="dmm-dc-voltage"), simulated_station())
    assert ready.may_start
    assert (ready.unit.key if ready.unit else "", ready.chosen) == ("meter", ("meter",))
    assert {each.role: each.chosen for each in ready.proposals} == {"source": "calibrator", "leads": "leads"}
    assert ready.order == ready.usual_order
    assert [count for _, count in ready.sections] == [5, 14]


def test_the_order_that_was_chosen_is_the_one_that_is_checked() -> None:
    choice = Choice(procedure="dmm-dc-voltage", kind=Kind.VERIFICATION, customer="Power Works", order="7")
    ready = make_ready(choice, simulated_station())
    assert (ready.order.kind, ready.order.customer.name.zh, ready.order.number) == (
        Kind.VERIFICATION,
        "Power Works",
        "7",
    )
    assert "LP603" in {each.code for each in ready.findings}  # a specification calibrates
    assert not ready.may_start


def test_a_role_that_a_person_filled_is_checked_with_its_player() -> None:
    station = read_station(shipped_bench("electrical"))
    ready = make_ready(Choice(procedure="dmm", roles={"calibrator": "reference_calibrator"}), station)
    chosen = {each.role: each.chosen for each in ready.proposals}
    usual = {each.role: each.chosen for each in ready.usual}
    assert (chosen["calibrator"], usual["calibrator"]) == ("reference_calibrator", "calibrator")
    assert not ready.may_start  # it does not reach every point
    assert ready.findings[0].severity.value == "error"


def test_a_bench_without_the_instruments_fits_no_method() -> None:
    station = read_station(shipped_bench("temperature"))
    assert fits("iprt", station)
    assert not fits("dmm-dc-voltage", station)
    ready = make_ready(Choice(procedure="dmm-dc-voltage"), station)
    assert ready.unit is None
    assert not ready.may_start


def test_a_laboratory_keeps_methods_of_its_own_beside_the_station(tmp_path: Path) -> None:
    own = tmp_path / "procedures" / "ours"
    own.mkdir(parents=True)
    for each in simulated_bench().parent.iterdir():
        if each.is_file():
            (own / each.name).write_bytes(each.read_bytes())
    broken = tmp_path / "procedures" / "broken"
    broken.mkdir()
    (broken / "procedure.py").write_text("METHOD = ")
    methods, failed = methods_beside(tmp_path / "bench.toml")
    assert [(each.name, each.source, each.family.en) for each in methods] == [
        ("dmm-dc-voltage", str(own), "Of this laboratory")
    ]
    assert [each.pack for each in failed] == [str(broken)]


@pytest.mark.parametrize("language", Language)
def test_the_command_line_says_who_plays_which_role_and_why_others_do_not(language: Language) -> None:
    lines = list(proposed("iprt", shipped_bench("temperature"), language))
    assert lines[0].startswith("sprt")
    assert "2099-12-31" in lines[0]
    assert any(("未选用" if language is Language.CHINESE else "not taken") in each for each in lines)
