"""Events and records as canonical JSON bytes, and back; the one encoding of journal, bundle and processes."""

from typing import Any, TypeVar, get_args

import msgspec
from attrs import frozen

from labctl.errors import RecordAltered, UnknownSchema
from labctl.events.kinds import Event
from labctl.language import Text
from labctl.metrology.units import Unit, parse_unit

SCHEMA = 4
KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(Event)}

T = TypeVar("T")


def _plain(value: object) -> object:
    if isinstance(value, Unit):
        return value.symbol
    message = f"{type(value).__name__} has no canonical form"
    raise TypeError(message)


def _rich(kind: type, value: object) -> object:
    if kind is Unit and isinstance(value, str):
        return parse_unit(value)
    message = f"{kind.__name__} cannot be read"
    raise TypeError(message)


_ENCODER = msgspec.json.Encoder(enc_hook=_plain, order="sorted")


@frozen
class _Frame:
    """How an event stands in a journal."""

    body: msgspec.Raw
    kind: str
    schema: int


_FRAME = msgspec.json.Decoder(_Frame)
_DECODERS: dict[type[Any], msgspec.json.Decoder[Any]] = {}


def encode(record: object) -> bytes:
    """Return the canonical JSON of a record: sorted keys, no spaces, shortest floats, UTC instants."""
    return _ENCODER.encode(record)


def decode(kind: type[T], canonical: bytes) -> T:
    """Return the record of a kind from its canonical JSON.

    Raises:
        RecordAltered: the bytes are not what `encode` writes for such a record.
    """
    decoder = _DECODERS.get(kind)
    if decoder is None:
        decoder = _DECODERS[kind] = msgspec.json.Decoder(kind, dec_hook=_rich)
    try:
        record: T = decoder.decode(canonical)
    except msgspec.MsgspecError as error:
        raise RecordAltered(
            record=kind.__name__, problem=Text("cannot be read: {error}", zh="无法读取：{error}").filled(error=error)
        ) from error
    if encode(record) != canonical:
        raise RecordAltered(
            record=kind.__name__, problem=Text("is not in its canonical form", zh="不是规范形式，内容可能被改动")
        )
    return record


def encode_event(event: Event) -> bytes:
    """Return the canonical bytes of an event, its kind and schema included."""
    return _ENCODER.encode({"body": event, "kind": type(event).__name__, "schema": SCHEMA})


def decode_event(canonical: bytes) -> Event:
    """Return the event of canonical bytes.

    Raises:
        UnknownSchema: the kind or schema is not known to this release.
        RecordAltered: the bytes are not canonical.
    """
    try:
        frame = _FRAME.decode(canonical)
    except msgspec.MsgspecError as error:
        raise RecordAltered(
            record="event", problem=Text("cannot be read: {error}", zh="无法读取：{error}").filled(error=error)
        ) from error
    kind = KINDS.get(frame.kind)
    if kind is None or frame.schema != SCHEMA:
        raise UnknownSchema(
            record=frame.kind,
            problem=(_OLDER if frame.schema < SCHEMA else _NEWER).filled(schema=frame.schema),
        )
    event: Event = decode(kind, bytes(frame.body))
    if encode_event(event) != canonical:
        raise RecordAltered(
            record=frame.kind, problem=Text("is not in its canonical form", zh="不是规范形式，内容可能被改动")
        )
    return event


_OLDER = Text(
    "schema {schema} is of an earlier release; read it with that labctl",
    zh="格式 {schema} 属于早期版本，请用该版本的 labctl 读取",
)
_NEWER = Text(
    "schema {schema} is not known to this release; use a newer labctl",
    zh="本版本不识别格式 {schema}，请使用更新的 labctl",
)
