"""The ambient conditions of a run, from what the room's instruments showed."""

from collections.abc import Sequence

from labctl.errors import TraceabilityError
from labctl.events.kinds import IndicationTaken, RunStarted
from labctl.metrology.corrections import CorrectionTable
from labctl.metrology.quantity import Quantity
from labctl.metrology.specification import Specification
from labctl.procedure.account import Account, Seen
from labctl.records.calibration import Condition
from labctl.records.equipment import Asset, Basis

COVERAGE = 2.0
"""k of the uncertainty stated with a condition."""
_DIVISOR = 3**0.5  # of a rectangular distribution


def conditions_of(account: Account) -> tuple[Condition, ...]:
    """Return lowest and highest value of each ambient condition, with U by the record of what showed it.

    Those of an earlier run, whose results stand in, are not this run's. A condition is named by the method that showed
    it: `temperature`, `humidity`, `pressure`.
    """
    found: dict[str, list[Seen]] = {}
    for seen in account.conditions:
        place = seen.event.place
        if isinstance(seen.event, IndicationTaken) and (place.phase, place.section) not in account.adopted:
            found.setdefault(seen.event.method, []).append(seen)
    return tuple(_condition(name, seen, account.started) for name, seen in found.items())


def _condition(name: str, seen: Sequence[Seen], started: RunStarted) -> Condition:
    shown = [each.quantity for each in seen if each.quantity is not None]
    lowest, highest = min(shown), max(shown)
    instrument = seen[0].event.instrument
    assets = {asset.key: asset for asset in (*started.auxiliaries.values(), *started.standards.values())}
    return Condition(
        name=name,
        lowest=lowest,
        highest=highest,
        expanded_uncertainty=_uncertainty(assets[instrument], name, highest) if instrument in assets else None,
        events=tuple(each.n for each in seen),
    )


def _uncertainty(asset: Asset, name: str, value: Quantity) -> Quantity | None:
    """Return U at k = 2; None where the record of the instrument does not reach."""
    try:
        if asset.basis is Basis.CORRECTIONS and name in asset.corrections:
            return CorrectionTable(asset.corrections[name], owner=asset.title).at(value).u * COVERAGE
        limit = Specification(asset.specification, owner=asset.title).limit(name, value)
        return limit.half_width * (COVERAGE / _DIVISOR)
    except TraceabilityError:
        return None
