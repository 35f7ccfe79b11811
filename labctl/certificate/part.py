"""The part of a run's record that is one customer's: what belongs to other customers' units is withheld."""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final, cast

from attrs import evolve, fields, has

from labctl.certificate.bundle import ABRIDGED, Bundle, Withheld, referenced
from labctl.events.codec import encode_event
from labctl.events.journal import Entry, sealed
from labctl.events.kinds import (
    CallFailed,
    CommandIntended,
    Event,
    IndicationTaken,
    InstrumentClosed,
    InstrumentOpened,
    OperatorAnswered,
    OperatorAsked,
    QueryRetried,
    Question,
    RunStarted,
    SafeStateSent,
    SettingMade,
    UnitPlanned,
)
from labctl.events.of_unit import filled_in
from labctl.language import Text
from labctl.procedure.merging import merged
from labctl.records.order import Customer

_OF_INSTRUMENTS: Final = (
    CallFailed, CommandIntended, IndicationTaken, InstrumentClosed, InstrumentOpened, QueryRetried, SafeStateSent,
    SettingMade,
)  # fmt: skip
_STATION: Final = "station/"
_SHORTEST: Final = 4  # characters of a word that is looked for in free text
_WITHHELD: Final = Text("withheld: it speaks of another customer's unit", zh="不予公开：涉及其他客户的器具")


def customers_of(started: RunStarted) -> tuple[Customer, ...]:
    """Return the customers of a run's several units, each once, in the order of their units."""
    return tuple(dict.fromkeys(each.order.customer for each in started.units))


def part_of(bundle: Bundle, customer: Customer) -> Bundle:
    """Return what of a record leaves the house for one customer: bound to the same chain, verifiable by itself.

    Entries that concern other customers' units alone are withheld, their seals in their places. How the run began, what
    was asked on a form, and a sentence that names another customer's unit are abridged. Neither the transcript nor the
    station file is enclosed: both speak of everybody.
    """
    started = bundle.started
    own = tuple(each for each in started.units if each.order.customer == customer)
    others = tuple(each for each in started.units if each.order.customer != customer)
    cut = _Cut(own=own, others=others)
    entries: list[Entry] = []
    withheld: list[Withheld] = []
    abridged: dict[int, bytes] = {}
    for entry in bundle.entries:
        seal = sealed(entry.salt, entry.canonical)
        shown = cut.shown(entry.event)
        if shown is None:
            withheld.append(Withheld(n=entry.n, digest=entry.digest, seal=seal))
        elif shown is entry.event:
            entries.append(entry)
        else:
            abridged[entry.n] = seal
            entries.append(evolve(entry, event=shown, canonical=encode_event(shown), salt=b""))
    wanted = referenced(entries)
    return Bundle(
        stream=bundle.stream,
        entries=tuple(entries),
        transcript=b"",
        blobs={digest: bundle.blobs[digest] for digest in wanted},
        withheld=tuple(withheld),
        abridged=abridged,
    )


class _Cut:
    """Decides of every event what of it one customer sees."""

    def __init__(self, *, own: Collection[UnitPlanned], others: Collection[UnitPlanned]) -> None:
        self._own = tuple(own)
        self._keys = frozenset(each.key for each in others)
        self._names = _pattern(own, others)

    def shown(self, event: Event) -> Event | None:
        """Return an event as the customer sees it; None where it is not shown."""
        if isinstance(event, RunStarted):
            return self._started(event)
        if self._is_others(event):
            return None
        match event:
            case OperatorAsked(question=Question(kind="form") as question):
                mine = tuple(each for each in question.fields if each.unit not in self._keys)
                event = event if mine == question.fields else evolve(event, question=evolve(question, fields=mine))
            case OperatorAnswered(answer=answer) if self._keys & {*filled_in(answer)}:
                event = evolve(event, answer=_own_lines(answer, self._keys))
            case _:
                pass
        return self._discreet(event)

    def _started(self, event: RunStarted) -> RunStarted:
        first = self._own[0]
        mine = {role: first.key if key == event.units[0].key else key for role, key in event.roles.items()}
        plans = [each.plan for each in self._own]
        return evolve(
            event,
            order=first.order,
            unit=first.unit,
            roles=mine,
            plan=merged(plans) if len(plans) > 1 else plans[0],
            notes=first.notes,
            units=self._own,
            blobs={name: digest for name, digest in event.blobs.items() if not name.startswith(_STATION)},
        )

    def _is_others(self, event: Event) -> bool:
        """Return whether an event concerns other customers' units alone."""
        named: set[str] = {getattr(event, "unit", "") or ""}
        named.add(getattr(getattr(event, "place", None), "unit", "") or "")
        if isinstance(event, _OF_INSTRUMENTS):
            named |= {event.instrument, getattr(event, "of", "")}
        return bool(named & self._keys)

    def _discreet(self, event: Event) -> Event | None:
        """Return an event without sentences that name another customer's unit; None where more than that names it."""
        if not self._named_in(event):
            return event
        if not isinstance(event, ABRIDGED):
            return None
        quiet: Event = _replaced(event, lambda text: _WITHHELD if self._named_in(text) else text)
        return None if self._named_in(quiet) else quiet

    def _named_in(self, value: object) -> bool:
        return any(self._names.search(each) for each in _words(value))


def _pattern(own: Collection[UnitPlanned], others: Collection[UnitPlanned]) -> re.Pattern[str]:
    """Return what finds other customers' instruments, serial numbers, orders and names among words."""
    mine = {each for unit in own for each in _marks(unit)}
    theirs = {each for unit in others for each in _marks(unit)} - mine
    keys = {each.key for each in others}
    found = sorted(keys | {each for each in theirs if len(each) >= _SHORTEST or not each.isascii()})
    return re.compile("|".join(rf"(?<![\w-]){re.escape(each)}(?![\w-])" for each in found) or r"(?!)")


def _marks(unit: UnitPlanned) -> Iterator[str]:
    customer = unit.order.customer
    named = (customer.name.en, customer.name.zh, customer.address.en, customer.address.zh)
    yield from filter(None, (unit.unit.identity.serial, unit.unit.asset_number, unit.order.number, *named))


def _words(value: object) -> Iterator[str]:
    """Yield every piece of text in a record."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode(errors="replace")
    elif isinstance(value, Mapping):
        for pair in cast("Mapping[object, object]", value).items():
            yield from _words(pair)
    elif isinstance(value, tuple | list):
        for each in cast("Sequence[object]", value):
            yield from _words(each)
    elif has(kind := type(value)):
        for one in fields(kind):
            yield from _words(getattr(value, one.name))


def _replaced(value: Any, change: Callable[[Text], Text]) -> Any:  # noqa: ANN401  (whatever records hold)
    """Return a record with every sentence changed."""
    if isinstance(value, Text):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_replaced(each, change) for each in cast("Sequence[object]", value))
    kind = cast("type[object]", type(value))
    if has(kind):
        now = {one.name: getattr(value, one.name) for one in fields(kind) if one.init}
        new = {name: _replaced(each, change) for name, each in now.items()}
        return evolve(value, **{name: each for name, each in new.items() if each is not now[name]})
    return value


def _own_lines(answer: str, others: Collection[str]) -> str:
    return json.dumps({unit: each for unit, each in filled_in(answer).items() if unit not in others})
