"""What of a run with several units belongs to one of them: its own run, read from the common journal."""

from collections.abc import Iterable, Iterator
from typing import Final

from attrs import define, evolve, field

from labctl.events.journal import Entry
from labctl.events.kinds import (
    CertificateIssued,
    CommandIntended,
    Event,
    IndicationTaken,
    OperatorAnswered,
    RecordEvaluated,
    RecordSigned,
    RunFinished,
    RunStarted,
    SettingMade,
    UnitExcluded,
    UnitPlanned,
)
from labctl.language import Text
from labctl.records.calibration import Outcome

_MARK: Final = "@"
"""Stands before the unit in the name of a question that is put once for each of several."""
_ENDINGS: Final = (RunFinished, UnitExcluded, RecordEvaluated, RecordSigned, CertificateIssued)


def asked_of(question: str, unit: str) -> str:
    """Return the name of a question that is put for one of several units; as it is where there is one.

    >>> asked_of("inspection Appearance", "c07"), asked_of("inspection Appearance", "")
    ('inspection Appearance@c07', 'inspection Appearance')
    """
    return f"{question}{_MARK}{unit}" if unit else question


def units_of(started: RunStarted) -> tuple[str, ...]:
    """Return the instruments of a run's several units; one empty name where there is one unit."""
    return tuple(each.key for each in started.units) or ("",)


@define
class UnitView:
    """Looks at a run's events, one after the other, as one unit's run.

    Readings of other units, and whatever else concerns them alone, are not there; readings of anything else are. A unit
    that was excluded has a run that was aborted then.

    Args:
        unit: its instrument; empty: the run has one, and everything is its.
    """

    unit: str
    _others: frozenset[str] = field(default=frozenset(), init=False)
    _excluded: Text | None = field(default=None, init=False)

    def seen(self, event: Event) -> Event | None:
        """Return an event as it belongs to the unit; None where it does not."""
        if not self.unit:
            return event
        if isinstance(event, RunStarted):
            return self._started(event)
        if self._of_another(event) or (self._excluded is not None and not isinstance(event, _ENDINGS)):
            return None
        match event:
            case UnitExcluded(reason=reason):
                self._excluded = reason
            case RunFinished() if self._excluded is not None:
                return evolve(event, outcome=Outcome.ABORTED, reason=self._excluded)
            case OperatorAnswered(question=question):
                return evolve(event, question=question.removesuffix(f"{_MARK}{self.unit}"))
            case _:
                pass
        return event

    def _started(self, event: RunStarted) -> RunStarted:
        own = planned_of(event, self.unit)
        first = event.units[0].key
        self._others = frozenset(each.key for each in event.units if each.key != self.unit)
        roles = {role: self.unit if key == first else key for role, key in event.roles.items()}
        return evolve(event, unit=own.unit, order=own.order, plan=own.plan, notes=own.notes, roles=roles, units=())

    def _of_another(self, event: Event) -> bool:
        match event:
            case IndicationTaken(instrument=instrument, of=of):
                return instrument in self._others or of in self._others
            case SettingMade(instrument=instrument) | CommandIntended(instrument=instrument):
                return instrument in self._others
            case UnitExcluded(unit=unit) | RecordEvaluated(unit=unit) | RecordSigned(unit=unit):
                return unit in self._others
            case CertificateIssued(unit=unit):
                return unit in self._others
            case _:
                place = getattr(event, "place", None)
                return place is not None and place.unit in self._others


def planned_of(started: RunStarted, unit: str) -> UnitPlanned:
    """Return what is planned of one of several units. Raises LookupError for one that there is not."""
    for each in started.units:
        if each.key == unit:
            return each
    raise LookupError(unit)


def entries_of(entries: Iterable[Entry], unit: str) -> Iterator[Entry]:
    """Return the entries of one unit's run, numbered as in the journal; all of them for the empty name."""
    view = UnitView(unit)
    for entry in entries:
        seen = view.seen(entry.event)
        if seen is not None:
            yield entry if seen is entry.event else evolve(entry, event=seen)
