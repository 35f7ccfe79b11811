"""The report on a bench: every instrument opened and asked, nothing changed, and what of it needs a person."""

from datetime import date

from attrs import frozen

from labctl.app.look import Look, Looker, Seen
from labctl.app.own_bench import bench_named
from labctl.app.simulate import bench_of
from labctl.app.station import Station, StationInstrument, read_station, with_endpoints
from labctl.clock import WallClock
from labctl.language import Language, Text
from labctl.records.equipment import Identity
from labctl.transport.base import Transport
from labctl.transport.connect import open_transport
from labctl.transport.transcript import Transcript

_FINE, _FOUND, _FAILED = 0, 1, 4  # exit statuses
_LOOPBACK = "loopback:"
_SIMULATED = Text("simulated", zh="模拟")
_DUE = Text("certificate {number} valid until {due}", zh="证书 {number} 有效期至 {due}")
_EXPIRED = Text("✖ certificate {number} expired on {due}", zh="✖ 证书 {number} 已于 {due} 到期")
_NO_WIRE = Text("no wire", zh="无通信接口")
_ABSENT = Text("✖ not reachable: {reason}", zh="✖ 无法连接：{reason}")
_QUEUE = Text("▲ in its error queue: {errors}", zh="▲ 错误队列：{errors}")
_FIRMWARE = Text("firmware {firmware}", zh="固件 {firmware}")


@frozen(kw_only=True)
class BenchReport:
    """What a look at a bench found, held against a day."""

    look: Look
    today: date

    @property
    def status(self) -> int:
        """Return 0 where all is well, 1 where something needs attention, 4 where an instrument is not reachable."""
        if any(each.failure is not None for each in self.look.seen):
            return _FAILED
        return _FOUND if any(self._needs_a_person(each) for each in self.look.seen) else _FINE

    def _needs_a_person(self, seen: Seen) -> bool:
        return seen.is_expired(self.today) or seen.errors is not None or seen.safe is False

    def plain(self) -> dict[str, object]:
        """Return it for JSON."""
        return {
            "station": self.look.station,
            "simulated": self.look.simulated,
            "instruments": [self._plain(each) for each in self.look.seen],
        }

    def text(self, language: Language) -> str:
        """Return it for a person."""
        mark = f" ({_SIMULATED.within(language)})" if self.look.simulated else ""
        lines = [f"{self.look.station}{mark}"]
        for each in self.look.seen:
            lines += self._lines(each, language)
        return "\n".join(lines)

    def _plain(self, seen: Seen) -> dict[str, object]:
        certificate = seen.certificate
        return {
            "instrument": seen.key,
            "title": _both(seen.title),
            "address": seen.address,
            "by_hand": seen.by_hand,
            "reachable": None if seen.identity is None and seen.failure is None else seen.failure is None,
            "reason": _both(seen.failure),
            "expected": _who(seen.expected),
            "identity": _who(seen.identity),
            "unit_under_test": seen.is_unit,
            "certificate": None
            if certificate is None
            else {
                "number": certificate.number,
                "due": certificate.due.isoformat(),
                "days": (certificate.due - self.today).days,
                "expired": seen.is_expired(self.today),
            },
            "safe": seen.safe,
            "errors": _both(seen.errors),
            "indications": [str(each.quantity) for each in seen.indications],
        }

    def _lines(self, seen: Seen, language: Language) -> list[str]:
        who = seen.identity if seen.identity is not None else seen.expected
        named = " ".join(filter(None, (who.manufacturer, who.model, who.serial)))
        lines = [f"{seen.key}: {seen.title.within(language)}, {named}"]
        if seen.failure is not None:
            lines.append(_ABSENT.filled(reason=seen.failure).within(language))
        told = [seen.address or _NO_WIRE.within(language)]
        told += [_FIRMWARE.filled(firmware=who.firmware).within(language)] if who.firmware else []
        told += [seen.state.within(language)] if seen.state.en else []
        told += [str(each.quantity) for each in seen.indications]
        lines.append(", ".join(told))
        if seen.certificate is not None:
            said = _EXPIRED if seen.is_expired(self.today) else _DUE
            lines.append(said.filled(number=seen.certificate.number, due=seen.certificate.due).within(language))
        if seen.errors is not None:
            lines.append(_QUEUE.filled(errors=seen.errors).within(language))
        return [lines[0], *(f"    {each}" for each in lines[1:])]


def report_on(named: str, *, endpoints: str = "", today: date | None = None) -> BenchReport:
    """Look at a bench and report.

    Args:
        named: a station file, or the name of a bench that ships.
        endpoints: the line of `labctl simulate` where the station's simulators are served; without it they are set up
            within this process for the look.
        today: on which certificates have to be valid; the present day by default.

    Raises:
        StationError: the station file has mistakes.
    """
    station = read_station(bench_named(named).station)
    looker = _looker(with_endpoints(station, endpoints) if endpoints else station)
    return BenchReport(look=looker.look(), today=today or WallClock().now().astimezone().date())


def over_wires(instrument: StationInstrument, transcript: Transcript | None = None) -> Transport:
    """Return the wire of an instrument as an observer has it; every byte is kept where there is a transcript."""
    return open_transport(
        instrument.address, instrument=instrument.key, clock=WallClock(), transcript=transcript, claim=False
    )


def _looker(station: Station) -> Looker:
    waiting = {key: f"{_LOOPBACK}//{key}" for key, each in station.instruments.items() if not each.address}
    if not waiting:
        return Looker(station=station, reach=over_wires, clock=WallClock())
    bench = bench_of(station)

    def reach(instrument: StationInstrument) -> Transport:
        here = instrument.address.startswith(_LOOPBACK)
        return bench.loopback(instrument.key, claim=False) if here else over_wires(instrument)

    return Looker(station=station.with_addresses(waiting), reach=reach, clock=bench.clock)


def _who(identity: Identity | None) -> dict[str, str] | None:
    if identity is None:
        return None
    return {
        "manufacturer": identity.manufacturer,
        "model": identity.model,
        "serial": identity.serial,
        "firmware": identity.firmware,
    }


def _both(text: Text | None) -> dict[str, str] | None:
    return None if text is None else {"en": text.en, "zh": text.zh}
