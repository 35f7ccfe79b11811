"""Whose the units of a run are: the station says it, a person may say otherwise of one order and not of several."""

import pytest
from attrs import evolve

from labctl.app.job import Job
from labctl.app.ordering import orders_of, under_orders
from labctl.app.readiness import Choice, make_ready
from labctl.app.station import Station, read_station, shipped_bench
from labctl.errors import ArgumentRefused
from labctl.records.order import Kind

JOB = Job(run="run", data="", station="", procedure="clinical-thermometer", by="tests")


@pytest.fixture(scope="module")
def station() -> Station:
    return read_station(shipped_bench("batch"))


def test_what_is_asked_for_goes_to_the_order_of_the_unit_at_hand(station: Station) -> None:
    job = evolve(JOB, order="2026-7", customer="Ward 3", kind="calibration")
    found = under_orders(station, job, ["c01", "c02"])
    order = found.order_of("c01")
    assert (order.number, order.customer.name.zh, order.kind) == ("2026-7", "Ward 3", Kind.CALIBRATION)
    assert order.received == station.order_of("c01").received


def test_one_customer_cannot_stand_for_several(station: Station) -> None:
    with pytest.raises(ArgumentRefused, match=r"--customer: the units belong to 2 orders \(SIM-0011, SIM-0013\)"):
        under_orders(station, evolve(JOB, customer="Ward 3"), ["c01", "c17"])
    with pytest.raises(ArgumentRefused) as refused:
        under_orders(station, evolve(JOB, order="2026-7"), ["c01", "c17"])
    assert refused.value.text().zh.startswith("--order：被检器具分属 2 份委托（SIM-0011, SIM-0013）")
    both = under_orders(station, evolve(JOB, kind="verification"), ["c01", "c17"])
    assert {each.kind for each in orders_of(both, ["c01", "c17"])} == {Kind.VERIFICATION}


def test_readiness_names_every_order_and_offers_only_what_can_be_measured(station: Station) -> None:
    choice = Choice(procedure="clinical-thermometer", unit="c01,c17", customer="typed for the one before")
    ready = make_ready(choice, station)
    assert [each.number for each in ready.usual_orders] == ["SIM-0011", "SIM-0013"]
    assert ready.order.customer.name.en == "Simulated Hospital"
    assert ready.may_start
    assert {each.key[0] for each in ready.units} == {"c"}  # a display cannot be switched on
    assert ready.units[0].order.kind is Kind.VERIFICATION
