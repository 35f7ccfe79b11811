"""The coverage interval of a Monte Carlo calculation in place of k·u, as a policy of its own (JCGM 101:2008, 7.7)."""

from attrs import evolve

from labctl.metrology.batch import Batch
from labctl.metrology.montecarlo.simulation import Simulation
from labctl.metrology.montecarlo.tolerance import Kind


def covered(batch: Batch, simulation: Simulation, kind: Kind = "symmetric") -> Batch:
    """Return first-order results whose U is half the width of the simulated interval, and k the ratio U/u.

    Value, u and budget stay those of first order; `batch.rule` says that the interval was simulated. An interval that
    does not lie evenly about the value is stated by its width all the same: give its ends beside it.

    Args:
        batch: the results to cover, in the units of the simulation.
        simulation: of the same model at the same points, and of the probability that is to be stated.
        kind: which of its intervals.
    """
    intervals = simulation.symmetric if kind == "symmetric" else simulation.shortest
    expanded = dict(batch.expanded)
    factors = dict(batch.k)
    for output, ends in intervals.items():
        half_width = (ends[:, 1] - ends[:, 0]) / 2
        certain = batch.u[output] == 0  # nothing to cover: U is 0 and k stays what the policy gives
        expanded[output] = half_width
        factors[output] = (half_width / (batch.u[output] + certain)) * ~certain + batch.k[output] * certain
    policy = evolve(batch.policy, probability=simulation.probability, fixed=None, simulated=kind)
    return evolve(batch, expanded=expanded, k=factors, policy=policy, ruling={})
