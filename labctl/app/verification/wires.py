"""From bytes to indications: every recorded call made again, every exchange found in the transcript."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from attrs import define, field

from labctl.app.verification.report import Finding, Step
from labctl.certificate.bundle import Bundle
from labctl.errors import LabctlError
from labctl.events.journal import Entry
from labctl.events.kinds import (
    IndicationTaken,
    InstrumentOpened,
    RunInterrupted,
    SettingMade,
    TranscriptSealed,
)
from labctl.instruments.channel import ChannelReadout, place_of
from labctl.instruments.driver import Driver
from labctl.instruments.replay import Replay
from labctl.language import Language, Text
from labctl.records.observation import Exchange
from labctl.transport.transcript import Direction, read_transcript

_SHOWN = 5  # differences that are told one by one


def replayed(bundle: Bundle) -> Step:
    """Feed every recorded call to the driver method that made it, and compare what it makes of the bytes."""
    drivers = _installed()
    replays: dict[str, Replay] = {}
    places: dict[str, dict[int, str]] = {}
    problems: list[Text] = []
    missing: dict[str, None] = {}
    calls = indications = 0
    for entry in bundle.entries:
        event = entry.event
        try:
            match event:
                case InstrumentOpened(driver=driver) if driver not in drivers:
                    missing[driver] = None
                    replays.pop(event.instrument, None)
                case InstrumentOpened(driver=driver):
                    replays[event.instrument] = Replay.of(drivers[driver], event)
                    _plug_in(replays, places, event)
                    calls += 1
                case SettingMade() | IndicationTaken() if event.instrument in replays:
                    replays[event.instrument].repeat(event)
                    calls += 1
                    indications += isinstance(event, IndicationTaken)
                case _:
                    pass
        except LabctlError as error:
            problems.append(_numbered(entry, error.text()))
    if problems:
        return Step(name="replay", finding=Finding.DIFFERS, said=_listed(problems))
    if missing:
        said = Text(
            "drivers {names} are not installed here: their calls cannot be made again",
            zh="此处未安装驱动 {names}，无法重现其调用",
        ).filled(names=", ".join(missing))
        return Step(name="replay", finding=Finding.UNKNOWN, said=said)
    said = Text(
        "{calls} calls made again from their bytes: {indications} indications, all the same",
        zh="由原始字节重现 {calls} 次调用，其中示值 {indications} 个，全部一致",
    ).filled(calls=calls, indications=indications)
    return Step(name="replay", finding=Finding.AGREES, said=said)


def transcribed(bundle: Bundle) -> Step:
    """Find every exchange of the journal in the transcript, in order, byte by byte.

    What no seal covers when an engine died may never have reached the disk, and the next engine says the same things
    again, so those exchanges are counted and not looked for.
    """
    if bundle.is_part:
        return Step(
            name="transcript", finding=Finding.AGREES, said=_KEPT.filled(count=len([*_exchanges(bundle.entries)]))
        )
    turns = _turns(bundle)
    lost = _unsealed(bundle.entries)
    found = absent = 0
    problems: list[Text] = []
    for entry, address, exchange in _exchanges(bundle.entries):
        if entry.n in lost:
            absent += 1
        elif turns.get(address, _Turns()).find(exchange):
            found += 1
        else:
            said = Text("{sent!r} → {received!r} is not in the transcript", zh="{sent!r} → {received!r} 不在通信记录中")
            problems.append(_numbered(entry, said.filled(sent=exchange.sent, received=exchange.received)))
    if problems:
        return Step(name="transcript", finding=Finding.DIFFERS, said=_listed(problems))
    said = Text(
        "{found} exchanges found in the transcript, byte by byte{absent}",
        zh="{found} 次交互与通信记录逐字节一致{absent}",
    ).filled(found=found, absent=_absent(absent) if absent else Text("", zh=""))
    return Step(name="transcript", finding=Finding.AGREES, said=said)


def _plug_in(replays: dict[str, Replay], places: dict[str, dict[int, str]], opened: InstrumentOpened) -> None:
    """Let the readouts know which sensors hang on their channels, as the run's bench did."""
    place = place_of(opened.address)
    if place is not None:
        places.setdefault(place[0], {})[place[1]] = opened.instrument
    for readout, sensors in places.items():
        driver = replays[readout].driver if readout in replays else None
        if isinstance(driver, ChannelReadout):
            driver.sensors.update(sensors)


@define
class _Turns:
    """What was said on one wire: each message out with everything that came before the next."""

    spoken: list[tuple[bytes, bytes]] = field(factory=list[tuple[bytes, bytes]])
    position: int = 0

    def find(self, exchange: Exchange) -> bool:
        """Go on to the exchange; stay where it was when there is none. What came unasked behind it is no part of it."""
        for index in range(self.position, len(self.spoken)):
            sent, received = self.spoken[index]
            if sent == exchange.sent and received.startswith(exchange.received):
                self.position = index + 1
                return True
        return False


def _turns(bundle: Bundle) -> dict[str, _Turns]:
    found: dict[str, _Turns] = {}
    with tempfile.TemporaryDirectory(prefix="labctl-") as folder:
        path = Path(folder) / "transcript.bin"
        path.write_bytes(bundle.transcript)
        for frame in read_transcript(path) if bundle.transcript else ():
            spoken = found.setdefault(frame.wire, _Turns()).spoken
            if frame.direction is Direction.OUT:
                spoken.append((frame.content, b""))
            elif frame.direction is Direction.IN and spoken:
                sent, received = spoken[-1]
                spoken[-1] = (sent, received + frame.content)
    return found


def _exchanges(entries: tuple[Entry, ...]) -> Iterator[tuple[Entry, str, Exchange]]:
    """Yield what the journal says of the wires, in order, with the address."""
    addresses: dict[str, str] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, InstrumentOpened):
            addresses[event.instrument] = event.address
        if isinstance(event, InstrumentOpened | SettingMade | IndicationTaken):
            for exchange in event.exchanges:
                yield entry, addresses.get(event.instrument, ""), exchange


def _unsealed(entries: tuple[Entry, ...]) -> set[int]:
    """Return the entries before an engine's death that no seal covers: their bytes may never have reached the disk."""
    found: set[int] = set()
    since = 0
    for entry in entries:
        if isinstance(entry.event, TranscriptSealed):
            since = entry.n
        if isinstance(entry.event, RunInterrupted):
            found.update(range(since + 1, entry.n))
    return found


def _installed() -> dict[str, type[Driver]]:
    from labctl.packs import drivers

    return {f"{kind.__module__}.{kind.__qualname__}": kind for kind in drivers().found.values()}


def _absent(count: int) -> Text:
    return Text(
        "; {count} more, made just before an engine died, stand in the journal alone",
        zh="；另有 {count} 次在引擎意外终止之前进行，仅见于日志",
    ).filled(count=count)


def _numbered(entry: Entry, said: Text) -> Text:
    return Text("entry {n}: {said}", zh="第 {n} 条：{said}").filled(n=entry.n, said=said)


def _listed(problems: list[Text]) -> Text:
    """Return the first problems in one text, with the number of those left out."""
    shown = problems[:_SHOWN]
    more = len(problems) - len(shown)
    joined = Text(
        "; ".join(each.within(Language.ENGLISH) for each in shown),
        zh=";".join(each.within(Language.CHINESE) for each in shown),
    )
    if not more:
        return joined
    return Text("{joined}; and {more} more", zh="{joined}；另有 {more} 处").filled(joined=joined, more=more)


_KEPT = Text(
    "{count} exchanges stand in these entries; the transcript of the wires, on which other customers' units speak too, "
    "stays in the laboratory, and its seals stand in the chain",
    zh="条目中含 {count} 次交互；通信记录涉及其他客户的器具，由本实验室保存，其封印见于记录链",
)
