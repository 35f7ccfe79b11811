"""The orders that a run carries out: what the station says of its units, and what a person asks for instead."""

from collections.abc import Iterable
from typing import Final

from attrs import evolve

from labctl.app.job import Job
from labctl.app.station import Station
from labctl.errors import ArgumentRefused
from labctl.language import Text
from labctl.records.order import Order

_SEVERAL: Final = Text(
    "the units belong to {count} orders ({numbers}), and one customer or number cannot stand for all of them",
    zh="被检器具分属 {count} 份委托（{numbers}），不能共用一个客户或单号",
)
_AS_STATION: Final = Text(
    "Leave it out, so that each has its own order of the station file, or make a run for each order",
    zh="请省略该项，各按台位文件中的委托执行；或按委托分别运行",
)


def orders_of(station: Station, units: Iterable[str]) -> tuple[Order, ...]:
    """Return the orders to which units belong, each once; the station's own where no unit is named."""
    found: list[Order] = []
    for each in units:
        order = station.order_of(each)
        found += [order] if order not in found else []
    return tuple(found) or (station.order,)


def under_orders(station: Station, job: Job, units: Iterable[str]) -> Station:
    """Return a station whose orders hold what a job asks for; customer and number only where the units have one order.

    Raises:
        ArgumentRefused: customer or number are given, and the units are of several orders.
    """
    orders = orders_of(station, units)
    if len(orders) > 1 and (job.order or job.customer):
        numbers = ", ".join(each.number for each in orders)
        raise ArgumentRefused(
            argument="--customer" if job.customer else "--order",
            problem=_SEVERAL.filled(count=len(orders), numbers=numbers),
            remedy=_AS_STATION,
        )
    return evolve(
        station,
        order=job.ordered(station.order),
        orders={name: evolve(each, order=job.ordered(each.order)) for name, each in station.orders.items()},
    )
