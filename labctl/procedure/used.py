"""Which roles took part in what a record reports: what only sections needed that were left out is not listed."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

from labctl.procedure.choosing import role_of
from labctl.procedure.declared import Reduction
from labctl.procedure.plan import AS_LEFT
from labctl.procedure.procedure import Procedure, Section
from labctl.records.calibration import SectionResult

T = TypeVar("T")


def used(procedure: Procedure, sections: Sequence[SectionResult], records: Mapping[str, T]) -> dict[str, T]:
    """Return the records of the roles that the reported sections name, and of those that no section names at all.

    A role that no section names, such as the room or leads that are only connected, belongs to the whole method.
    """
    reported = [procedure.source(each.title.en) for each in sections if each.points]
    every = _named([*procedure.sections, *procedure.reductions])
    here = _named(reported)
    adjustments = {role for each in procedure.adjustments for role in each.roles}
    if any(each.phase == AS_LEFT and each.points for each in sections):
        here |= adjustments
    left_out = (every | adjustments) - here
    return {name: record for name, record in records.items() if role_of(name) not in left_out}


def _named(targets: Iterable[Section | Reduction]) -> set[str]:
    return {role for target in targets for role in _named_by(target)}


@lru_cache(maxsize=256)  # the same for every unit of a validation
def _named_by(target: Section | Reduction) -> frozenset[str]:
    """Return the roles that function, hooks and model name."""
    sources: list[object] = [*target.model.sources.values()]
    if isinstance(target, Section):
        sources.append(target.repeatability)
    found = {role for each in sources if isinstance(role := getattr(each, "role", None), str)}
    return frozenset(found | target.roles.keys() if isinstance(target, Section) else found)
