"""Reading a station file: every table checked, every mistake reported at once, nothing guessed."""

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from attrs import evolve

from labctl.app.station.assets import Shelf, read_asset
from labctl.app.station.capability import read_capability
from labctl.app.station.office import read_laboratory, read_order, read_ordered, read_people
from labctl.app.station.places import lines_of
from labctl.app.station.records import OrderOfUnits, SimulatedBench, Station, StationInstrument, UnitType
from labctl.app.station.table import Mistakes, Table
from labctl.app.station.types import read_unit_type
from labctl.clock import WallClock
from labctl.errors import ConnectFailed, StationError, UnknownInstrument
from labctl.instruments.channel import SCHEME, ChannelReadout, place_of
from labctl.instruments.driver import Driver
from labctl.instruments.limits import Limit
from labctl.language import Text, reason_of
from labctl.packs import Catalogue, drivers, simulators
from labctl.transport.connect import open_transport

FORMAT: Final = 1
"""The form of station files that this release reads."""

_POSITION: Final = re.compile(r"\(at line (\d+), column (\d+)\)")


def read_station(path: str | Path) -> Station:
    """Return the station that a TOML file describes.

    Raises:
        StationError: the file cannot be read, or one mistake stands in it.
        StationMistakes: several do; its `mistakes` are in the order of their lines.
    """
    file = Path(path)
    text = _text_of(file)
    content = _parsed(text, file)
    mistakes = Mistakes(file=file, lines=lines_of(text))
    station = _station(Table(content=content, place=(), mistakes=mistakes), file)
    mistakes.refuse()
    return station


def _station(table: Table, file: Path) -> Station:
    if (stated := table.whole("format", default=FORMAT)) != FORMAT:
        table.refuse(
            "format",
            Text("is {stated}", zh="为 {stated}").filled(stated=stated),
            Text("This release reads format {known}", zh="本版本可读格式 {known}").filled(known=FORMAT),
        )
    types = {key: read_unit_type(key, each) for key, each in _members(table, "unit_types").items()}
    shelf = Shelf()
    auxiliaries = {key: read_asset(key, each, shelf) for key, each in _members(table, "auxiliaries").items()}
    if "instruments" not in table.content:
        table.table("instruments")
    instruments = {
        key: _instrument(key, each, types, shelf, drivers()) for key, each in _members(table, "instruments").items()
    }
    _refuse_misplaced(table, instruments)
    for each in [*instruments.keys() & auxiliaries.keys()]:
        table.refuse(
            "auxiliaries",
            Text("{key} is an instrument too", zh="{key} 与仪器重名").filled(key=each),
            Text("Give each its own name", zh="请分别命名"),
        )
    order = table.table("order")
    station = Station(
        file=file,
        name=table.text("name", "Bench 1"),
        laboratory=evolve(read_laboratory(table.table("laboratory")), capability=read_capability(table)),
        people=read_people(table.table("people")),
        points=read_ordered(order, file),
        order=read_order(order),
        instruments=instruments,
        auxiliaries=auxiliaries,
        unit_types=types,
        orders=_orders(table, instruments, file),
        environment=_environment(table, instruments),
        simulation=_simulation(table),
    )
    table.close()
    return station


def _instrument(
    key: str, table: Table, types: dict[str, UnitType], shelf: Shelf, installed: Catalogue[type[Driver]]
) -> StationInstrument:
    name = table.text("driver", "fluke/5522A")
    driver = installed.get(name)
    if name and driver is None:
        broken = "; ".join(str(each) for each in installed.broken)
        table.refuse(
            "driver",
            Text("no installed driver is called {name!r}", zh="未安装名为 {name!r} 的驱动").filled(name=name),
            Text("Choose one of: {known}. {broken}", zh="可选：{known}。{broken}").filled(
                known=", ".join(sorted(installed.found)), broken=broken
            ),
            UnknownInstrument,
        )
    address = table.text("address", "tcp://192.168.1.20:5025", default="")
    simulator = table.text("simulator", "fluke/5522A", default="")
    on_channel = address.startswith(SCHEME)  # a sensor: its address is its place, simulated or not
    if on_channel and place_of(address) is None:
        table.refuse(
            "address",
            Text("{address} is no channel", zh="{address} 不是通道").filled(address=address),
            Text("Write readout and number: channel:readout/2", zh="请写读数仪和通道号：channel:readout/2"),
        )
    if bool(address) == bool(simulator) and not on_channel:
        table.refuse(
            "address" if address else "",
            Text("has both address and simulator", zh="同时有 address 和 simulator")
            if address
            else Text("has neither address nor simulator", zh="既无 address 也无 simulator"),
            Text(
                'Give one of them: address = "tcp://192.168.1.20:5025"',
                zh='只写其一，如 address = "tcp://192.168.1.20:5025"',
            ),
        )
    if address and not on_channel:
        try:
            open_transport(address, instrument=key, clock=WallClock())  # built, not opened
        except ConnectFailed as error:
            problem = Text("cannot be used: {reason}", zh="无法使用：{reason}").filled(reason=error.reason)
            table.refuse("address", problem, Text("Correct the address", zh="请更正地址"))
    wire = table.text("wire", "serial", default="")
    if simulator:
        _refuse_unknown_simulator(table, simulator, "channel" if on_channel else wire)
    instrument = StationInstrument(
        key=key,
        driver=name,
        address=address,
        simulator=simulator,
        wire=wire,
        limits=_limits(table, driver),
        unit_type=_one_of(table, "unit_type", tuple(types)),
        asset=read_asset(key, table, shelf, driver, close=False),
    )
    table.close()
    return instrument


def _refuse_misplaced(table: Table, instruments: dict[str, StationInstrument]) -> None:
    """Complain of a sensor on a channel that there is not, or that another has: nothing would tell the two apart."""
    hanging: dict[tuple[str, int], str] = {}
    for key, instrument in instruments.items():
        place = place_of(instrument.address)
        if place is None:
            continue
        name, channel = place
        readout = instruments.get(name)
        driver = drivers().get(readout.driver) if readout is not None else None
        problem: Text | None = None
        if readout is None:
            problem = Text("{readout} is not in this file", zh="文件中没有 {readout}").filled(readout=name)
        elif driver is not None and not issubclass(driver, ChannelReadout):
            problem = Text("{readout} has no channels", zh="{readout} 没有通道").filled(readout=name)
        elif driver is not None and driver.channels and channel not in driver.channels:
            problem = Text("the channels of {readout} are {known}", zh="{readout} 的通道为 {known}").filled(
                readout=name, known=", ".join(map(str, driver.channels))
            )
        elif hanging.setdefault(place, key) != key:
            problem = Text(
                "channel {channel} of {readout} has {other}", zh="{readout} 的通道 {channel} 已接 {other}"
            ).filled(channel=channel, readout=name, other=hanging[place])
        if problem is not None:
            remedy = Text("Name the readout's entry: channel:NAME/1", zh="请写读数仪的登记名：channel:名称/1")
            table.table("instruments").table(key).refuse(
                "address", problem, remedy if readout is None else _OWN_CHANNEL
            )


_OWN_CHANNEL = Text("Give the channel on which it hangs, and it alone", zh="请写其所接的通道，每个通道只接一个")


def _refuse_unknown_simulator(table: Table, name: str, wire: str) -> None:
    installed = simulators()
    model = installed.get(name)
    if model is None:
        table.refuse(
            "simulator",
            Text("no installed simulator is called {name!r}", zh="未安装名为 {name!r} 的模拟器").filled(name=name),
            Text("Choose one of: {known}", zh="可选：{known}").filled(known=", ".join(sorted(installed.found))),
            UnknownInstrument,
        )
    elif wire not in model.wires:
        table.refuse(
            "wire",
            Text("is {wire!r}", zh="为 {wire!r}").filled(wire=wire) if wire else Text("is missing", zh="缺失"),
            Text("Choose one of: {known}", zh="可选：{known}").filled(known=", ".join(model.wires)),
        )


def _limits(table: Table, driver: type[Driver] | None) -> dict[str, Limit]:
    within = table.optional("limits")
    if within is None:
        return {}
    limits: dict[str, Limit] = {}
    for quantity in within.names():
        interval = within.interval(quantity, "-100 V to 100 V")
        own = driver.limits.get(quantity) if driver is not None else None
        if driver is not None and quantity not in driver.quantities:
            within.refuse(
                quantity,
                Text("is no quantity of this instrument", zh="不是该仪器的量"),
                Text("Choose one of: {known}", zh="可选：{known}").filled(known=", ".join(driver.quantities) or "—"),
            )
        if interval.low is None or interval.high is None:
            continue
        stated = Limit(low=interval.low, high=interval.high)
        limits[quantity] = stated
        if own is not None and stated.low.unit.dimension != own.low.unit.dimension:
            within.refuse(
                quantity,
                Text("is in {unit}", zh="单位为 {unit}").filled(unit=stated.low.unit.symbol),
                Text("Give it in {wanted}", zh="请以 {wanted} 给出").filled(wanted=own.low.unit.symbol),
            )
            del limits[quantity]
    return limits


def _orders(table: Table, instruments: dict[str, StationInstrument], file: Path) -> dict[str, OrderOfUnits]:
    """Return the orders that have units of their own; no unit belongs to two."""
    orders: dict[str, OrderOfUnits] = {}
    owners: dict[str, str] = {}
    known = [key for key, each in instruments.items() if each.unit_type]
    for name, each in _members(table, "orders").items():
        units = each.texts("units", 'units = ["c01", "c02"]')
        for unit in units:
            if unit not in known:
                problem = Text("{unit!r} is no instrument with a unit type", zh="{unit!r} 不是登记了型号数据的仪器")
                remedy = Text("Name some of: {known}", zh="可选：{known}").filled(known=", ".join(known) or "—")
                each.refuse("units", problem.filled(unit=unit), remedy)
            elif unit in owners:
                problem = Text("{unit} belongs to the order {other}", zh="{unit} 已属于委托 {other}")
                each.refuse(
                    "units",
                    problem.filled(unit=unit, other=owners[unit]),
                    Text("Leave it with one of the two", zh="请只保留其一"),
                )
            owners.setdefault(unit, name)
        points = read_ordered(each, file)
        orders[name] = OrderOfUnits(order=read_order(each), units=units, points=points)
    return orders


def _environment(table: Table, instruments: dict[str, StationInstrument]) -> str:
    within = table.optional("environment")
    if within is None:
        return ""
    key = _one_of(within, "instrument", tuple(instruments))
    within.close()
    return key


def _simulation(table: Table) -> SimulatedBench | None:
    within = table.optional("simulation")
    if within is None:
        return None
    settings = within.optional("settings")
    operator = within.optional("operator")
    bench = SimulatedBench(
        world=within.text("world", "electrical"),
        seed=within.whole("seed", default=1),
        noise=within.flag("noise", default=True),
        settings={} if settings is None else {key: each.numbers() for key, each in settings.members().items()},
        operator={} if operator is None else {key: operator.text(key, "short") for key in operator.names()},
    )
    within.close()
    return bench


def _one_of(table: Table, key: str, known: tuple[str, ...]) -> str:
    value = table.text(key, known[0] if known else "…", default="")
    if value and value not in known:
        table.refuse(
            key,
            Text("{value!r} is not in this file", zh="文件中没有 {value!r}").filled(value=value),
            Text("Choose one of: {known}", zh="可选：{known}").filled(known=", ".join(known) or "—"),
        )
        return ""
    return value


def _members(table: Table, key: str) -> dict[str, Table]:
    within = table.optional(key)
    return {} if within is None else within.members()


def _text_of(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")  # Windows editors put a mark before the text
    except OSError as error:
        problem = Text("cannot be read: {reason}", zh="无法读取：{reason}").filled(reason=reason_of(error))
        remedy = Text("Check the name of the file and the right to read it", zh="请检查文件名和读取权限")
        raise StationError(file=str(file), line=0, where="", problem=problem, remedy=remedy) from error
    except UnicodeDecodeError as error:
        line = 1 + error.object.count(b"\n", 0, error.start)
        problem = Text("is not UTF-8", zh="不是 UTF-8 编码")
        remedy = Text("Save the file in UTF-8", zh="请以 UTF-8 编码保存文件")
        raise StationError(file=file.name, line=line, where="—", problem=problem, remedy=remedy) from error


def _parsed(text: str, file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _POSITION.search(str(error))
        line = int(found[1]) if found else 1 + text.count("\n")
        reason = _POSITION.sub("", str(error)).strip()
        raise StationError(
            file=file.name,
            line=line,
            where=_near(text, line),
            problem=Text("is no TOML: {reason}", zh="不是有效的 TOML：{reason}").filled(reason=reason),
            remedy=Text(
                "Look for a missing quotation mark, bracket or equals sign, or a key that stands twice",
                zh="请检查引号、括号、等号是否缺失，或键是否重复",
            ),
        ) from error


def _near(text: str, line: int) -> str:
    lines = text.splitlines()
    return repr(lines[line - 1].strip()[:60]) if 0 < line <= len(lines) else "—"
