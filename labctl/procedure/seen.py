"""What attempts saw, as a model takes it: readings, times, spans of traces, steps of displays."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from labctl.events.kinds import IndicationTaken
from labctl.metrology.many import greatest, least
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import ONE, Unit
from labctl.procedure.account import Attempt, Seen
from labctl.procedure.procedure import Section

Readings = dict[str, list[Quantity]]


def readings_of(section: Section, attempt: Attempt) -> Readings:
    """Return the readings of every series of the model; one that was recorded as a trace is taken from it."""
    return {symbol: [each for each, _ in _shown(attempt, symbol)] for symbol in section.model.series}


def together_of(section: Section, attempts: Sequence[Attempt]) -> Readings:
    """Return the readings of several attempts as if they were one; what a hook read for all of them counts once."""
    found: Readings = {}
    for symbol in section.model.series:
        once = {id(each): quantity for attempt in attempts for quantity, each in _shown(attempt, symbol)}
        found[symbol] = [*once.values()]  # not by number: what another run observed is in one entry
    return found


def made_of(section: Section, attempts: Sequence[Attempt]) -> dict[str, str]:
    """Return, of each series that a hook made, where it was made: several points may rest on the same readings."""
    return {
        symbol: f"{place.phase}/{place.section}/{place.point}"
        for attempt in attempts
        for symbol in sorted(section.model.series & attempt.inherited)
        for place in [seen.event.place for _, seen in _shown(attempt, symbol)][:1]
    }


def shared_in(section: Section, attempts: Sequence[Attempt]) -> frozenset[str]:
    """Return the series that a hook made for all of the attempts: the scatter of their results does not show them."""
    found: set[str] = set()
    for symbol in section.model.series.intersection(*(each.inherited for each in attempts)):
        sets = {tuple(id(seen) for _, seen in _shown(attempt, symbol)) for attempt in attempts}
        if len(sets) < max(len(attempts), 2):
            found.add(symbol)
    return frozenset(found)


def times_of(section: Section, attempts: Sequence[Attempt]) -> dict[str, list[float]]:
    """Return when the readings of every series were taken, in seconds since the first of them all."""
    instants = {
        symbol: [at for attempt in attempts for _, seen in _shown(attempt, symbol) if (at := _taken_at(seen))]
        for symbol in section.model.series
    }
    every = [each for found in instants.values() for each in found]
    if not every:
        return {}
    first = min(every)
    return {symbol: [(each - first).total_seconds() for each in found] for symbol, found in instants.items()}


def traced_in(section: Section, attempts: Sequence[Attempt]) -> frozenset[str]:
    """Return the symbols of the series that were recorded as traces: they have no Type A."""
    return frozenset(
        symbol
        for symbol in section.model.series
        if any(symbol in each.traces and symbol not in each.series for each in attempts)
    )


def spans_of(section: Section, attempts: Sequence[Attempt]) -> dict[str, Quantity]:
    """Return the greatest span of each trace whose stability counts: of its window where it settled, else of all."""
    found: dict[str, Quantity] = {}
    for attempt in attempts:
        for name in section.model.traces:
            span = attempt.spans.get(name)
            if span is None and (shown := [each for each, _ in _shown(attempt, name)]):
                span = _extent(shown)
            if span is not None:
                known = found.get(name, span)
                found[name] = Quantity(greatest((known.value_in(span.unit), span.value)), span.unit)
    return found


def resolutions_of(roles: Mapping[str, str], attempts: Sequence[Attempt]) -> dict[str, Quantity]:
    """Return, of each role, the coarsest step of its display in the reported series.

    Args:
        roles: instrument by role.
        attempts: the reported ones.
    """
    found: dict[str, Quantity] = {}
    for seen in (seen for attempt in attempts for series in attempt.series.values() for seen in series):
        if isinstance(seen.event, IndicationTaken) and seen.event.resolution is not None:
            step = seen.event.resolution
            for role in (role for role, key in roles.items() if key in {seen.event.instrument, seen.event.of}):
                known = found.get(role)
                found[role] = step if known is None or _other(known, step) else max(known, step)
    return found


def main_unit(section: Section, attempts: Sequence[Attempt]) -> Unit:
    """Return the unit in which corrections of zero stand: that of the first series of the model."""
    for symbol in section.model.equations.inputs:
        if symbol in section.model.series:
            for attempt in attempts:
                for shown, _ in _shown(attempt, symbol):
                    return shown.unit
    return ONE


def numbers_of(section: Section, attempts: Sequence[Attempt]) -> dict[str, tuple[int, ...]]:
    """Return, of each series of the model, the numbers of the events it rests on."""
    found: dict[str, tuple[int, ...]] = {}
    for attempt in attempts:
        for symbol in sorted(section.model.series):  # the same record whatever the hashing
            numbers = sorted(seen.n for _, seen in _shown(attempt, symbol))
            if numbers:
                found[symbol] = (*found.get(symbol, ()), *numbers)
    return found


def _shown(attempt: Attempt, symbol: str) -> list[tuple[Quantity, Seen]]:
    seen = attempt.series.get(symbol) or attempt.traces.get(symbol, [])
    return [(each.quantity, each) for each in seen if each.quantity is not None]


def _extent(shown: Sequence[Quantity]) -> Quantity:
    """Return how far readings lie apart."""
    unit = shown[0].unit
    values = [each.value_in(unit) for each in shown]
    return Quantity(greatest(values) - least(values), unit.difference)


def _taken_at(seen: Seen) -> datetime | None:
    return seen.event.taken_at if isinstance(seen.event, IndicationTaken) else None


def _other(known: Quantity, step: Quantity) -> bool:
    """Return whether two steps are of different kinds: an instrument that shows temperature and time."""
    return known.unit.dimension != step.unit.dimension
