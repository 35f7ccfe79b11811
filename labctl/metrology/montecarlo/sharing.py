"""Effects of unstated sharing: drawn as one or apart, whichever gives an output the larger uncertainty."""

from collections.abc import Sequence

import numpy as np

from labctl.metrology.combination import Group, Use, combine
from labctl.metrology.equations import Equations
from labctl.metrology.montecarlo.draws import Apart
from labctl.metrology.propagation import Leaves, propagate


def ways_of(
    equations: Equations,
    entering: Leaves,
    uses: Sequence[Use],
    groups: Sequence[Group],
    outputs: tuple[str, ...],
) -> list[dict[Apart, tuple[str, ...]]]:
    """Return, for each point, which outputs are drawn with which groups of unstated sharing taken apart."""
    shared = [number for number, group in enumerate(groups) if group.unstated and len(group.members) > 1]
    if not shared:
        return [{frozenset(): outputs}] * entering.points
    ways: list[dict[Apart, list[str]]] = [{} for _ in range(entering.points)]
    for output, result in propagate(equations, entering).items():
        if output not in outputs:
            continue
        along = np.zeros((len(uses), entering.points))
        for number, use in enumerate(uses):
            along[number] = result.slopes.get(use.column, 0.0)
        independent = combine(along, uses, groups, ()).independent
        for point, way in enumerate(ways):
            apart = frozenset(number for number in shared if independent[number, point])
            way.setdefault(apart, []).append(output)
    return [{apart: tuple(names) for apart, names in way.items()} for way in ways]
