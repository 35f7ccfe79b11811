"""Who plays which role, and why: what can do it, is valid today, reaches the points, and brings the smallest u."""

from datetime import date
from pathlib import Path
from typing import Final

import pytest
from attrs import evolve

from labctl.app.casting import Proposal, fill, propose
from labctl.app.job import Job
from labctl.app.procedures import find_procedure
from labctl.app.station import Station, read_station, shipped_bench, simulated_bench
from labctl.app.suitability import Suitability
from labctl.errors import RoleUnfilled
from labctl.procedure.plan import plan

METHOD: Final = "dmm-dc-voltage"
SECOND: Final = """
[instruments.{key}]
driver = "fluke/5522A"
address = "tcp://127.0.0.1:{port}"
title = {{ en = "Another calibrator", zh = "另一台校准器" }}
serial = "{key}"
{limits}

[instruments.{key}.certificate]
number = "N-{key}"
laboratory = "National Institute of Metrology"
calibrated = 2025-01-01
due = {due}

[[instruments.{key}.specification]]
quantity = "DC voltage"
up_to = "{top}"
figure = "{figure}"
source = "made up"
"""


def second(key: str, port: int, due: str = "2099-12-31", *, top: str = "1020 V", figure: str, limits: str = "") -> str:
    return SECOND.format(key=key, port=port, due=due, top=top, figure=figure, limits=limits)


def station(folder: Path, *more: str) -> Station:
    file = folder / "bench.toml"
    file.write_text(simulated_bench().read_text("utf-8") + "".join(more), "utf-8")
    return read_station(file)


def of_source(bench: Station, **roles: str) -> Proposal:
    return next(each for each in propose(find_procedure(METHOD), bench, roles=roles) if each.role == "source")


def filled(bench: Station, **roles: str) -> str:
    job = Job(run="run", data="", station="", procedure=METHOD, by="tests", roles=roles)
    return fill(find_procedure(METHOD), bench, job).roles["source"]


def test_of_several_that_suit_the_one_with_the_smallest_u_is_taken(tmp_path: Path) -> None:
    """By hand: of a figure of 5 ppm + 1 µV half-width each point has u below a third of the shipped calibrator's."""
    bench = station(tmp_path, second("fine", 5001, figure="5 ppm * abs(nominal) + 1 µV"))
    assert filled(bench) == "fine"
    found = of_source(bench)
    assert (found.chosen, [each.key for each in found.candidates]) == ("fine", ["fine", "calibrator", "room"])
    assert [each.en for each in found.candidates[0].reasons] == [
        "its certificate is valid until 2099-12-31",
        "its record reaches all 14 values that are known beforehand",
        "it suits best",
    ]
    assert found.candidates[0].u < found.candidates[1].u / 2
    assert found.candidates[2].reasons[0].zh == "缺少 source_dc_voltage, stand_by"


def test_what_has_expired_reaches_too_little_or_may_present_too_little_is_left_aside_with_the_reason(
    tmp_path: Path,
) -> None:
    bench = station(
        tmp_path,
        second("old", 5001, "2025-06-30", figure="1 ppm * abs(nominal) + 1 µV"),
        second("short", 5002, top="100 V", figure="1 ppm * abs(nominal) + 1 µV"),
        second("narrow", 5003, figure="1 ppm * range", limits='limits = { "DC voltage" = "-500 V to 500 V" }'),
    )
    assert filled(bench) == "calibrator"
    against = {each.key: each.against[0].en for each in of_source(bench).candidates if each.against}
    assert against["old"] == "its certificate N-old was valid until 2025-06-30"
    assert against["short"].startswith("DC voltage, 1000 V, 500 V: Another calibrator: DC voltage 500 V lies outside")
    assert against["short"].endswith("; and 1 more")
    assert against["narrow"].startswith("DC voltage: -950 V would be asked of it, it may present -500 V … 500 V")


def test_of_equals_the_one_valid_longer_is_taken_and_then_the_first_in_the_file(tmp_path: Path) -> None:
    figure = "1 ppm * abs(nominal) + 1 µV"
    longer = station(tmp_path, second("a", 1, "2097-01-01", figure=figure), second("b", 2, "2098-01-01", figure=figure))
    assert filled(longer) == "b"
    alike = station(tmp_path, second("b", 1, figure=figure), second("a", 2, figure=figure))
    assert filled(alike) == "b"


def test_a_person_and_the_role_s_name_go_before_the_choice(tmp_path: Path) -> None:
    fine = second("fine", 5001, figure="5 ppm * abs(nominal) + 1 µV")
    bench = station(tmp_path, fine)
    assert filled(bench, source="calibrator") == "calibrator"
    assert "a person named it" in [each.en for each in of_source(bench, source="calibrator").candidates[1].favour]
    named = station(tmp_path, fine, second("source", 5002, figure="50 ppm * abs(nominal) + 1 mV"))
    assert filled(named) == "source"
    with pytest.raises(RoleUnfilled, match="'finest', named for source, is not in this file"):
        filled(bench, source="finest")


def test_where_several_could_but_none_may_today_each_reason_is_told(tmp_path: Path) -> None:
    bench = station(tmp_path, second("old", 5001, "2025-06-30", figure="1 ppm * abs(nominal) + 1 µV"))
    text = bench.file.read_text("utf-8").replace("due = 2099-12-31 # a", "due = 2025-12-31 # a", 1)
    bench.file.write_text(text, "utf-8")
    with pytest.raises(RoleUnfilled) as refused:
        filled(read_station(bench.file))
    assert "calibrator: its certificate SIM-CAL-5522-001 was valid until 2025-12-31" in refused.value.problem.en
    assert "old: its certificate N-old was valid until 2025-06-30" in refused.value.problem.en
    assert of_source(read_station(bench.file)).chosen == ""


def test_leads_are_known_by_the_figures_of_their_record(tmp_path: Path) -> None:
    text = simulated_bench().read_text("utf-8").replace("auxiliaries.leads", "auxiliaries.cable_7")
    (tmp_path / "bench.toml").write_text(text, "utf-8")
    job = Job(run="run", data="", station="", procedure=METHOD, by="tests")
    assert fill(find_procedure(METHOD), read_station(tmp_path / "bench.toml"), job).roles["leads"] == "cable_7"


def test_a_record_is_asked_for_no_figure_that_only_a_section_left_out_needs() -> None:
    bench, method = read_station(shipped_bench("electrical")), find_procedure("dmm")
    planned = plan(method, bench.unit_under_test("meter"))
    leads = bench.auxiliaries["leads"]
    bare = evolve(leads, characteristics=tuple(each for each in leads.characteristics if each.name != "loading"))
    today = date(2026, 1, 5)
    whole = Suitability(method, planned, {}, today).candidate("leads", bare)
    assert [each.en for each in whole.against] == ["its record has no 'loading'"]
    without = [each for each in planned if each.section != "AC voltage"]
    assert Suitability(method, without, {}, today).candidate("leads", bare).able
