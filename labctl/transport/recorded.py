"""A transcript as a wire: what one instrument was asked and answered on a day, asked and answered again."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote

from labctl.errors import ConnectFailed
from labctl.language import Text
from labctl.records.observation import Exchange
from labctl.transport.replay import ReplayTransport
from labctl.transport.transcript import Direction, Frame, read_transcript


def exchanges_of(frames: Iterable[Frame], wire: str) -> list[Exchange]:
    """Return the conversation on one wire: each message that went out, with the bytes that came before the next one.

    Bytes that came before anything was asked belong to nobody and are left out, as a driver left them out then.
    """
    found: list[Exchange] = []
    for frame in frames:
        if frame.wire != wire:
            continue
        if frame.direction is Direction.OUT:
            found.append(Exchange(sent=frame.content))
        elif frame.direction is Direction.IN and found:
            found[-1] = Exchange(sent=found[-1].sent, received=found[-1].received + frame.content)
    return found


def wires_of(path: Path) -> tuple[str, ...]:
    """Return the addresses of the wires on which something was asked, in the order of their first use.

    Raises:
        RecordAltered, UnknownSchema: as `read_transcript`.
    """
    asked = (each.wire for each in read_transcript(path) if each.direction is Direction.OUT)
    return tuple(dict.fromkeys(asked))


def open_recorded(parts: SplitResult, *, address: str, instrument: str) -> ReplayTransport:
    """Return the wire of an address `replay:///FOLDER/FILE?wire=ADDRESS`; one wire alone needs no naming.

    Raises:
        ConnectFailed: there is no such file, or not that wire in it.
        RecordAltered, UnknownSchema: the file is not what was written.
    """
    path = Path(unquote(parts.path))
    if not path.is_file():
        raise ConnectFailed(
            instrument=instrument, address=address, reason=Text("there is no such file", zh="文件不存在")
        )
    known = wires_of(path)
    named = parse_qs(parts.query).get("wire", [])
    wire = named[0] if named else (known[0] if len(known) == 1 else "")
    if wire not in known:
        raise ConnectFailed(
            instrument=instrument,
            address=address,
            reason=Text(
                "the transcript holds the wires {known}; name one behind ?wire=",
                zh="该通信记录包含线路 {known}；请在 ?wire= 后指明其一",
            ).filled(known=", ".join(known) or "—"),
        )
    return ReplayTransport(exchanges_of(read_transcript(path), wire), address=address, instrument=instrument)
