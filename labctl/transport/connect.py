"""From an address in the station file to a transport that can be opened."""

import math
from collections.abc import Callable
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from labctl.clock import Clock
from labctl.errors import ConnectFailed
from labctl.language import Text
from labctl.transport.base import Transport
from labctl.transport.operator import SCHEME as OPERATOR
from labctl.transport.operator import Asked, open_operator
from labctl.transport.recorded import open_recorded
from labctl.transport.serial import Line, connect_serial
from labctl.transport.stream import Channel, StreamTransport
from labctl.transport.tcp import connect_tcp
from labctl.transport.transcript import Direction, Transcript

_EXAMPLES: Final = {
    "serial": "serial:///dev/ttyUSB0?baud=9600",
    "tcp": "tcp://192.168.1.20:5025",
    "hislip": "hislip://192.168.1.20/hislip0",
    "vxi11": "vxi11://192.168.1.20/inst0",
    "gpib": "gpib://0/22",
    "usbtmc": "usbtmc://2A8D:0101:MY12345678",
    "prologix": "prologix://192.168.1.20/22",
    "prologix+serial": "prologix+serial:///dev/ttyUSB0#22",
    "modbus": "modbus://192.168.1.20?unit=1",
    "modbus+rtu": "modbus+rtu:///dev/ttyUSB0?baud=19200&parity=even&unit=17",
    "operator": "operator:",
    "replay": "replay:///home/lab/runs/R1.transcript?wire=tcp://192.168.1.20:5025",
}
_HISLIP_PORT: Final = 4880
_MODBUS_PORT: Final = 502
_PROLOGIX_PORT: Final = 1234
_GPIB_ADDRESSES: Final = range(31)
_UNITS: Final = range(256)
_PARITIES: Final = {"none": "N", "even": "E", "odd": "O", "n": "N", "e": "E", "o": "O"}
_SERIAL: Final[dict[str, Callable[[str], object]]] = {
    "baud": int,
    "bits": int,
    "parity": lambda given: _PARITIES[given.lower()],
    "stop": float,
    "flow": lambda given: {"none": "none", "rtscts": "rtscts", "xonxoff": "xonxoff"}[given],
}


def open_transport(
    address: str,
    *,
    instrument: str,
    clock: Clock,
    transcript: Transcript | None = None,
    claim: bool = True,
    interrupted: Callable[[], bool] | None = None,
    meanwhile: Callable[[], float] = lambda: math.inf,
    person: Callable[[Asked], str] | None = None,
) -> Transport:
    """Build the transport of an address; it is not open yet.

    Args:
        address: `serial:///dev/ttyUSB0?baud=9600&parity=even&bits=7&stop=1&flow=rtscts`, `tcp://HOST:PORT`,
            `hislip://HOST[:PORT]/hislip0`, `vxi11://HOST[:PORT]/inst0` (without a port the portmapper is asked),
            `gpib://BOARD/ADDRESS[/SECONDARY]`, `usbtmc://VENDOR:PRODUCT:SERIAL` (both codes hexadecimal),
            `prologix://HOST[:PORT]/ADDRESS[/SECONDARY]`, `prologix+serial:///dev/ttyUSB0?baud=115200#ADDRESS`,
            `modbus://HOST[:PORT]?unit=1` (port 502, unit 1 unless given) or
            `modbus+rtu:///dev/ttyUSB0?baud=19200&parity=even&unit=17` (these, but unit 1, unless given).
        instrument: its name on the bench, for errors.
        clock: of the run.
        transcript: keeps every byte, where there is one.
        claim: whether its answers move a simulated time; false for a guardian or observer.
        interrupted: asked after every tenth of a second of silence; true: the wait ends with WaitGivenUp.
        meanwhile: called in the silence of a wait, so that other wires get their due; returns the seconds until it
            wants to be called again.
        person: answers what is asked on `operator:`; None where nobody can be asked.

    Raises:
        ConnectFailed: the address cannot be read.
    """
    try:
        parts = urlsplit(address)
        if parts.scheme == "replay":
            return open_recorded(parts, address=address, instrument=instrument)
        if parts.scheme == OPERATOR:
            return open_operator(parts, address=address, instrument=instrument, person=person, transcript=transcript)
        if parts.scheme in {"modbus", "modbus+rtu"}:
            connect = _modbus(parts, _remarks(address, transcript), simulated=clock.simulated)
        else:
            connect = _connection(parts)
    except _Unreadable as error:
        raise ConnectFailed(instrument=instrument, address=address, reason=error.reason) from None
    except ValueError as error:  # of urlsplit: a port that is no number, a bracket that is not closed
        raise ConnectFailed(instrument=instrument, address=address, reason=str(error)) from error
    return StreamTransport(address, instrument, clock, connect, transcript, claim, interrupted, meanwhile=meanwhile)


def _connection(parts: SplitResult) -> Callable[[], Channel]:
    match parts.scheme:
        case "serial":
            line = _line(parts, {}, parse_qsl(parts.query, keep_blank_values=True))
            return lambda: connect_serial(line)
        case "tcp":
            host, port = _host(parts), _port(parts, None)
            _nothing_else(parts, path=False)
            return lambda: connect_tcp(host, port)
        case "hislip" | "vxi11":
            return _visa_lan(parts)
        case "gpib" | "usbtmc":
            return _visa_bus(parts)
        case "prologix" | "prologix+serial":
            return _prologix(parts)
        case unknown:
            raise _Unreadable(
                Text(
                    "{unknown!r} is no kind of wire; write one of {known}",
                    zh="未知线路类型 {unknown!r}，可用写法：{known}",
                ).filled(unknown=unknown, known=", ".join(_EXAMPLES.values()))
            )


def _visa_lan(parts: SplitResult) -> Callable[[], Channel]:
    from labctl.transport.visa_lan import connect_hislip, connect_vxi11  # PyVISA is slow to import

    host = _host(parts)
    _nothing_else(parts, path=True)
    device = parts.path.strip("/")
    if parts.scheme == "hislip":
        port = _port(parts, _HISLIP_PORT)
        return lambda: connect_hislip(host, port, device or "hislip0")
    core = parts.port
    return lambda: connect_vxi11(host, core, device or "inst0")


def _visa_bus(parts: SplitResult) -> Callable[[], Channel]:
    from labctl.transport.visa_bus import connect_gpib, connect_usbtmc, library  # PyVISA is slow to import

    library()  # and so may be the library of the machine
    if parts.scheme == "gpib":
        _nothing_else(parts, path=True)
        primary, secondary = _gpib_address(parts, parts.path)
        if not parts.netloc.isdecimal():
            raise _Unreadable(_form(parts.scheme, Text("the board is missing", zh="缺少板卡号")))
        board = int(parts.netloc)
        return lambda: connect_gpib(board, primary, secondary)
    _nothing_else(parts, path=False)
    vendor, product, serial = (*parts.netloc.split(":"), "", "", "")[:3]
    try:
        codes = int(vendor, 16), int(product, 16)
    except ValueError:
        problem = Text("vendor or product is no hexadecimal code", zh="厂商或产品代码不是十六进制数")
        raise _Unreadable(_form(parts.scheme, problem)) from None
    if not serial:
        raise _Unreadable(_form(parts.scheme, Text("the serial number is missing", zh="缺少序列号")))
    return lambda: connect_usbtmc(*codes, serial)


def _prologix(parts: SplitResult) -> Callable[[], Channel]:
    from labctl.transport.prologix import SECONDARY, connect_prologix

    behind_serial = parts.scheme == "prologix+serial"
    primary, secondary = _gpib_address(parts, parts.fragment if behind_serial else parts.path)
    further = "" if secondary is None else f" {SECONDARY + secondary}"
    address = f"{primary}{further}".encode()
    if behind_serial:
        line = _line(parts, {"baud": 115200}, parse_qsl(parts.query, keep_blank_values=True))
        return lambda: connect_prologix(line.port, lambda: connect_serial(line), address)
    host, port = _host(parts), _port(parts, _PROLOGIX_PORT)
    _nothing_else(parts, path=True)
    return lambda: connect_prologix(f"{host}:{port}", lambda: connect_tcp(host, port), address)


def _gpib_address(parts: SplitResult, given: str) -> tuple[int, int | None]:
    """Return the primary and perhaps the secondary address, both from 0 to 30."""
    numbers = given.strip("/").split("/")
    if len(numbers) > 2 or not all(each.isdecimal() and int(each) in _GPIB_ADDRESSES for each in numbers):  # noqa: PLR2004
        problem = Text("{given!r} is no GPIB address", zh="{given!r} 不是 GPIB 地址").filled(given=given.strip("/"))
        raise _Unreadable(_form(parts.scheme, problem))
    return int(numbers[0]), int(numbers[1]) if numbers[1:] else None


def _modbus(parts: SplitResult, note: Callable[[str], None], *, simulated: bool) -> Callable[[], Channel]:
    from labctl.transport.modbus import connect_modbus_rtu, connect_modbus_tcp  # pymodbus is slow to import

    unit, settings = _unit(parts)
    if parts.scheme == "modbus+rtu":
        line = _line(parts, {"baud": 19200, "parity": "E"}, settings)
        return lambda: connect_modbus_rtu(line, unit, note, simulated=simulated)
    host, port = _host(parts), _port(parts, _MODBUS_PORT)
    _nothing_else(parts._replace(query=urlencode(settings)), path=False)
    return lambda: connect_modbus_tcp(host, port, unit, note)


def _unit(parts: SplitResult) -> tuple[int, list[tuple[str, str]]]:
    """Return the unit identifier of a Modbus address, 1 unless given, and its other settings."""
    given = parse_qsl(parts.query, keep_blank_values=True)
    units = [value for name, value in given if name == "unit"] or ["1"]
    if len(units) > 1 or not units[0].isdecimal() or int(units[0]) not in _UNITS:
        problem = Text("unit={given} is no unit identifier", zh="unit={given} 不是从站地址").filled(given=units[-1])
        raise _Unreadable(_form(parts.scheme, problem))
    return int(units[0]), [(name, value) for name, value in given if name != "unit"]


def _remarks(address: str, transcript: Transcript | None) -> Callable[[str], None]:
    def note(remark: str) -> None:
        if transcript is not None:
            transcript.record(address, Direction.NOTE, remark.encode())

    return note


class _Unreadable(Exception):
    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


def _line(parts: SplitResult, usual: dict[str, object], wanted: list[tuple[str, str]]) -> Line:
    port = parts.netloc or parts.path
    if not port:
        raise _Unreadable(_form(parts.scheme, Text("the port is missing", zh="缺少端口")))
    settings = dict(usual)
    for name, given in wanted:
        try:
            settings[name] = _SERIAL[name](given)
        except (KeyError, ValueError):
            problem = Text("{name}={given} cannot be set", zh="无法设置 {name}={given}").filled(name=name, given=given)
            raise _Unreadable(_form(parts.scheme, problem)) from None
    return Line(port=port, **settings)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def _host(parts: SplitResult) -> str:
    if not parts.hostname:
        raise _Unreadable(_form(parts.scheme, Text("the host is missing", zh="缺少主机地址")))
    return parts.hostname


def _port(parts: SplitResult, usual: int | None) -> int:
    port = parts.port if parts.port is not None else usual
    if not port:
        raise _Unreadable(_form(parts.scheme, Text("the port is missing", zh="缺少端口号")))
    return port


def _nothing_else(parts: SplitResult, *, path: bool) -> None:
    more = parts.query or parts.fragment or ("" if path else parts.path.strip("/"))
    if more:
        problem = Text("{more!r} has no meaning here", zh="{more!r} 在此无意义").filled(more=more)
        raise _Unreadable(_form(parts.scheme, problem))


def _form(scheme: str, problem: Text) -> Text:
    return Text("{problem}; write it like {example}", zh="{problem}，写法如 {example}").filled(
        problem=problem, example=_EXAMPLES[scheme]
    )
