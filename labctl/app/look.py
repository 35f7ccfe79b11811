"""The bench at one moment: who answers, in which state, with which errors; every wire asked, nothing changed."""

from collections.abc import Callable
from datetime import date
from typing import cast

from attrs import frozen

from labctl.app.readonly import QueriesOnly, WouldChange
from labctl.app.station import Station, StationInstrument
from labctl.clock import Clock
from labctl.errors import InstrumentReported, LabctlError
from labctl.instruments.capabilities import MeasuresSurroundings
from labctl.instruments.channel import place_of
from labctl.instruments.driver import Driver
from labctl.language import Text
from labctl.packs import drivers
from labctl.records.equipment import Asset, CertificateOfStandard, Identity
from labctl.records.observation import Indication
from labctl.transport.base import Transport
from labctl.transport.operator import is_operator

_NOTHING = Text("", zh="")
_NO_DRIVER = Text("no driver {driver} is installed", zh="未安装驱动 {driver}")
_SAFE = Text("output off", zh="输出已断开")
_ENERGISED = Text("▲ output is on", zh="▲ 输出已接通")
_UNKNOWN = Text("state unknown: asking would change it", zh="状态未知：查询会改变仪器")
_ON_CHANNEL = Text("on channel {channel} of {readout}", zh="接于 {readout} 的通道 {channel}")
_BY_HAND = Text("read by hand", zh="人工读数")


@frozen(kw_only=True)
class Seen:
    """One instrument or auxiliary of the bench, as it was found at the last look."""

    key: str  # its name in the station
    title: Text
    expected: Identity  # as the station names it
    address: str = ""  # empty: it has no wire
    by_hand: bool = False  # a person is its wire
    identity: Identity | None = None  # who answered
    failure: Text | None = None  # why nobody did
    certificate: CertificateOfStandard | None = None
    is_unit: bool = False
    shows_live: bool = False  # it shows or presents something during a run
    state: Text = _NOTHING  # what it says of itself now
    safe: bool | None = None  # whether it says that it is safe; None: it feeds nothing, or was not asked
    errors: Text | None = None  # what stood in its error queue
    indications: tuple[Indication, ...] = ()  # what it shows now, where looking disturbs nothing

    def is_expired(self, today: date) -> bool:
        """Return whether its certificate is past its last day."""
        return self.certificate is not None and self.certificate.due < today


@frozen(kw_only=True)
class Look:
    """The bench at one moment."""

    station: str
    simulated: bool
    seen: tuple[Seen, ...]


Reach = Callable[[StationInstrument], Transport]
"""Builds the wire of an instrument; it is opened and closed by whoever looks."""


@frozen(kw_only=True)
class Looker:
    """Somebody who goes from instrument to instrument, asks and touches nothing.

    Args:
        station: what stands on the bench.
        reach: builds wires.
        clock: of those wires.
    """

    station: Station
    reach: Reach
    clock: Clock

    def look(self, *, touch: bool = True) -> Look:
        """Return what stands on the bench; without `touch` no wire is opened."""
        parts = [self.seen(each, touch=touch) for each in self.station.instruments.values()]
        parts += [_passive(asset) for asset in self.station.auxiliaries.values()]
        return Look(station=self.station.name, simulated=self.station.simulated, seen=tuple(parts))

    def seen(self, instrument: StationInstrument, *, touch: bool = True) -> Seen:
        """Return one instrument, asked who it is and what can be asked without changing anything."""
        by_hand = is_operator(instrument.address)
        place = place_of(instrument.address)
        if by_hand:
            found = _Found(state=_BY_HAND)
        elif place is not None:
            found = _Found(state=_ON_CHANNEL.filled(readout=place[0], channel=place[1]))
        else:
            found = self._asked(instrument) if touch else _Found()
        return Seen(
            key=instrument.key,
            title=instrument.asset.title,
            expected=instrument.asset.identity,
            address=instrument.address,
            by_hand=by_hand,
            identity=found.identity,
            failure=found.failure,
            certificate=instrument.asset.certificate,
            is_unit=bool(instrument.unit_type),
            shows_live=instrument.key != self.station.environment,
            state=found.state,
            safe=found.safe,
            errors=found.errors,
            indications=found.indications,
        )

    def _asked(self, instrument: StationInstrument) -> "_Found":
        kind = drivers().get(instrument.driver)
        if kind is None:
            return _Found(failure=_NO_DRIVER.filled(driver=instrument.driver))
        try:
            wire = self.reach(instrument)
            try:
                wire.open()
                driver: Driver = kind(wire, name=instrument.key, witness=QueriesOnly(), clock=self.clock)
                return self._told(driver, instrument, driver.recognise(instrument.asset.identity))
            finally:
                wire.close()
        except LabctlError as error:
            return _Found(failure=error.text())
        except WouldChange:
            return _Found(state=_UNKNOWN)

    def _told(self, driver: Driver, instrument: StationInstrument, identity: Identity) -> "_Found":
        errors = _queued(driver)
        state, safe = _NOTHING, None
        if driver.safe is not None:
            try:
                safe = driver.confirm_safe()
                state = _SAFE if safe else _ENERGISED
            except WouldChange:
                state = _UNKNOWN
        shown: tuple[Indication, ...] = ()
        if instrument.key == self.station.environment:
            room = cast("MeasuresSurroundings", driver)
            shown = (room.temperature(), room.humidity())
        return _Found(identity=identity, state=state, safe=safe, errors=errors, indications=shown)


@frozen(kw_only=True)
class _Found:
    """What one instrument said of itself."""

    identity: Identity | None = None
    failure: Text | None = None
    state: Text = _NOTHING
    safe: bool | None = None
    errors: Text | None = None
    indications: tuple[Indication, ...] = ()


def _queued(driver: Driver) -> Text | None:
    """Return what stood in the error queue of an instrument; reading empties it."""
    try:
        driver.check_errors()
    except InstrumentReported as reported:
        return reported.text()
    except WouldChange:
        return None
    return None


def _passive(asset: Asset) -> Seen:
    return Seen(key=asset.key, title=asset.title, expected=asset.identity, certificate=asset.certificate)
