"""Who answers at an address: the queries by which the installed drivers tell their instruments, tried one by one.

Only queries are sent. A driver that would have to change something to identify its instrument is passed over, as is
one that joins its query to a command; the common query of IEEE 488.2 comes first, and a query that several drivers
share is asked once.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from attrs import define, field, frozen

from labctl.app.readable import readable
from labctl.app.readonly import QueriesOnly, WouldChange
from labctl.errors import ArgumentRefused, LabctlError, TransportError, TransportTimeout
from labctl.instruments.driver import Driver
from labctl.instruments.modbus import ModbusDriver
from labctl.instruments.scpi import Ieee4882Driver
from labctl.language import Language, Text
from labctl.packs import drivers, simulators
from labctl.records.equipment import Identity
from labctl.transport.base import Ending, end_of
from labctl.transport.operator import is_operator
from labctl.transport.raw import RawWire

PATIENCE: Final = 1.5
"""Seconds that an instrument has for the first byte of its answer."""
_FINE, _FOUND, _FAILED = 0, 1, 4  # exit statuses
_USUAL_LINE: Final = "baud=9600"
_SAME_AS: Final = {"prologix+serial": "prologix", "gpib": "prologix", "usbtmc": "hislip"}
_NOBODY = Text("nobody answers at {address}", zh="{address} 无应答")
_STRANGER = Text("no installed driver knows it", zh="无对应的已安装驱动")
_TALKS = Text(
    "{address}: something answers, but not as any installed driver expects",
    zh="{address}：有应答，但不符合任何已安装驱动的预期",
)


@frozen(kw_only=True)
class Try:
    """One message and what came of it."""

    address: str
    sent: bytes
    received: bytes = b""
    failure: str = ""

    @property
    def line(self) -> str:
        """Return it for a person."""
        return f"{self.address}  {readable(self.sent)}  →  {self.failure or readable(self.received) or '—'}"

    def plain(self) -> dict[str, str]:
        """Return it for JSON: the bytes readable, and exact."""
        return {
            "address": self.address,
            "sent": readable(self.sent),
            "received": readable(self.received),
            "sent_hex": self.sent.hex(),
            "received_hex": self.received.hex(),
            "failure": self.failure,
        }


@frozen(kw_only=True)
class Answerer:
    """Who answers at an address.

    Attributes:
        identity: who it says it is; None where nobody could be understood.
        drivers: that know this model.
        changing: drivers that were passed over, since they cannot identify anybody by queries alone.
    """

    address: str
    identity: Identity | None = None
    drivers: tuple[str, ...] = ()
    tries: tuple[Try, ...] = ()
    changing: tuple[str, ...] = ()

    @property
    def status(self) -> int:
        """Return 0 for an instrument that a driver knows, 1 for any other answer, 4 for silence."""
        if self.identity is not None and self.drivers:
            return _FINE
        return _FOUND if any(each.received for each in self.tries) else _FAILED

    def plain(self) -> dict[str, object]:
        """Return it for JSON."""
        who = self.identity
        return {
            "address": self.address,
            "identity": None
            if who is None
            else {
                "manufacturer": who.manufacturer,
                "model": who.model,
                "serial": who.serial,
                "firmware": who.firmware,
            },
            "drivers": list(self.drivers),
            "tries": [each.plain() for each in self.tries],
            "changing": list(self.changing),
        }

    def text(self, language: Language) -> str:
        """Return it for a person."""
        who = self.identity
        if who is not None:
            named = " ".join(filter(None, (who.manufacturer, who.model, who.serial, who.firmware)))
            return f"{self.address}: {named} — {', '.join(self.drivers) or _STRANGER.within(language)}"
        said = _TALKS if self.status == _FOUND else _NOBODY
        return said.filled(address=self.address).within(language)


def identify(
    address: str, driver: str = "", *, patience: float = PATIENCE, tell: Callable[[Try], object] = lambda _try: None
) -> Answerer:
    """Find out who answers at an address.

    Args:
        address: as a station writes it; a serial line without settings is tried with those of every model.
        driver: the only one to try.
        patience: seconds that an answer may take to begin.
        tell: hears of every try as it is made.

    Raises:
        ArgumentRefused: no such driver, no address, or one that only a person answers.
        ConnectFailed: the address cannot be read, or nothing can be connected there.
    """
    if not address.strip():
        raise ArgumentRefused(
            argument="ADDRESS",
            problem=Text("is missing", zh="缺失"),
            remedy=Text(
                "Write one like tcp://192.168.1.20:5025; --serial-ports lists the serial ports of this machine",
                zh="写法如 tcp://192.168.1.20:5025；用 --serial-ports 列出本机串口",
            ),
        )
    if is_operator(address):
        raise ArgumentRefused(
            argument=address,
            problem=Text("a person reads this instrument", zh="该仪器由人员读取"),
            remedy=Text("Give the address of an instrument with a wire", zh="请给出有通信接口的仪器地址"),
        )
    found = Answerer(address=address)
    refused: TransportError | None = None
    for place, kinds in _places(address, _candidates(address, driver)):
        search = _Search(place, patience, tell)
        try:
            found = search.run(kinds, found)
        except TransportError as error:
            refused = error
            continue
        if found.identity is not None:
            return found
    if refused is not None and not found.tries:
        raise refused
    return found


# --- what is tried, and in which order -------------------------------------------------------------------------------


def _candidates(address: str, named: str) -> dict[str, type[Driver]]:
    """Return the drivers whose instruments may stand on such a wire, those of IEEE 488.2 first."""
    installed = drivers()
    if named:
        kind = installed.get(named)
        if kind is None:
            raise ArgumentRefused(
                argument=named,
                problem=Text("no installed driver is called so", zh="未安装该名称的驱动"),
                remedy=Text("Choose one of: {known}", zh="可选：{known}").filled(
                    known=", ".join(sorted(installed.found))
                ),
            )
        return {named: kind}
    fitting = {key: kind for key, kind in installed.found.items() if _fits(key, kind, _wire(address))}
    return dict(sorted(fitting.items(), key=lambda each: (not issubclass(each[1], Ieee4882Driver), each[0])))


def _wire(address: str) -> str:
    scheme = address.partition(":")[0]
    return _SAME_AS.get(scheme, scheme)


def _fits(key: str, kind: type[Driver], wire: str) -> bool:
    """Tell whether a model has a wire; a serial one may stand behind a device server, a raw socket."""
    if issubclass(kind, ModbusDriver) != wire.startswith("modbus"):
        return False
    model = simulators().get(key)
    wires = model.wires if model is not None else (wire,)
    return wire in wires or (wire == "tcp" and "serial" in wires)


def _places(address: str, kinds: Mapping[str, type[Driver]]) -> Iterable[tuple[str, dict[str, type[Driver]]]]:
    """Return the addresses to try; a serial line without settings once for each way in which models are delivered."""
    if not address.startswith("serial:") or "?" in address:
        return [(address, dict(kinds))]
    lines: dict[str, dict[str, type[Driver]]] = {}
    for key, kind in kinds.items():
        model = simulators().get(key)
        lines.setdefault(model.line if model is not None else _USUAL_LINE, {})[key] = kind
    ordered = sorted(lines.items(), key=lambda each: -len(each[1]))
    return [(f"{address}?{line}", some) for line, some in ordered]


# --- one wire --------------------------------------------------------------------------------------------------------


@define
class _Search:
    """Tries drivers on one wire until one understands who answers."""

    address: str
    patience: float
    tell: Callable[[Try], object]
    tries: dict[bytes, Try] = field(factory=dict[bytes, Try], init=False)

    def run(self, kinds: Mapping[str, type[Driver]], before: Answerer) -> Answerer:
        """Return who answers here, after what was tried before."""
        identity: Identity | None = None
        known: list[str] = []
        changing: list[str] = []
        with RawWire(self.address) as raw:
            raw.open()
            for key, kind in kinds.items():
                if identity is not None and not self._is_worthwhile(kind, known):
                    continue
                wire = _Listening(raw, self)
                try:
                    found = kind(wire, name=key, witness=QueriesOnly()).identify()
                except WouldChange:
                    changing.append(key)
                    continue
                except LabctlError:
                    continue
                if not wire.asked:
                    continue  # it says what its class says, whoever answers
                matches = re.fullmatch(kind.model_pattern or re.escape(kind.model), found.model, re.IGNORECASE)
                if matches is not None:
                    identity = found if not known else identity
                    known.append(key)
                elif identity is None and issubclass(kind, Ieee4882Driver):
                    identity = found
        return Answerer(
            address=self.address if identity is not None else before.address,
            identity=identity,
            drivers=tuple(known),
            tries=(*before.tries, *self.tries.values()),
            changing=(*before.changing, *changing),
        )

    def _is_worthwhile(self, kind: type[Driver], known: list[str]) -> bool:
        """Tell whether a driver is tried though somebody was understood already: it may know better who that is."""
        if issubclass(kind, ModbusDriver):
            return True  # registers say little of who keeps them, so all that fit are told
        if not issubclass(kind, Ieee4882Driver):
            return False
        return not known or b"*IDN?" + kind.terminator in self.tries

    def answer_to(self, message: bytes, raw: RawWire, within: float) -> bytes:
        """Return the answer to a message, asked for once."""
        known = self.tries.get(message)
        if known is None:
            try:
                known = Try(address=self.address, sent=message, received=raw.ask(message, min(within, self.patience)))
            except TransportError as error:
                known = Try(address=self.address, sent=message, failure=str(error))
            self.tries[message] = known
            self.tell(known)
            if not known.received:
                raw.close()  # a late answer belongs to nobody
        return known.received


@define(eq=False)
class _Listening:
    """The wire of a driver that is tried: what was asked before is not asked again."""

    raw: RawWire
    search: _Search
    poisoned: bool = field(default=False, init=False)
    asked: int = field(default=0, init=False)
    _message: bytes = field(default=b"", init=False)
    _left: bytes | None = field(default=b"", init=False)

    @property
    def address(self) -> str:
        return self.raw.address

    def open(self) -> None:
        self._left = b""

    def close(self) -> None:
        self._left = b""

    def clear(self) -> None:
        self._left = b""

    def write(self, message: bytes) -> None:
        if b";" in message:
            raise WouldChange(readable(message))  # more than a query
        self._message, self._left = message, None

    def read(self, ending: bytes | Ending, within: float) -> bytes:
        if self._left is None:
            self.asked += 1
            self._left = self.search.answer_to(self._message, self.raw, within)
        end = end_of(self._left, ending)
        if end < 0:
            received, self._left = self._left, b""
            raise TransportTimeout(
                instrument="", address=self.address, waited=within, query=self._message, received=received
            )
        answer, self._left = self._left[:end], self._left[end:]
        return answer
