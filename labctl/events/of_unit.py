"""What of a run with several units belongs to one of them: its own run, read from the common journal."""

import json
from collections.abc import Iterable, Iterator
from typing import Final, cast

from attrs import define, evolve, field

from labctl.events.journal import Entry
from labctl.events.kinds import (
    CertificateIssued,
    CommandIntended,
    Event,
    IndicationTaken,
    OperatorAnswered,
    OperatorAsked,
    Question,
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

_ENDINGS: Final = (RunFinished, UnitExcluded, RecordEvaluated, RecordSigned, CertificateIssued)


def filled_in(answer: str) -> dict[str, str]:
    """Return what a person filled into a form, by unit; nothing where it is no filled form.

    >>> filled_in('{"c07": "36.98"}'), filled_in("done")
    ({'c07': '36.98'}, {})
    """
    try:
        found = json.loads(answer)
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(unit): str(each) for unit, each in cast("dict[object, object]", found).items()}


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
    _forms: set[str] = field(factory=set[str], init=False)
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
            case OperatorAsked(question=Question(kind="form", key=key)):
                self._forms.add(key)
            case OperatorAnswered(question=question, answer=answer) if question in self._forms:
                own = filled_in(answer).get(self.unit)
                return evolve(event, answer=own) if own is not None else None
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
