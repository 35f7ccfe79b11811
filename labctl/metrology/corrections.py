"""A standard's certificate as a table: corrections and their uncertainty, interpolated, never extrapolated."""

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from attrs import evolve, field, frozen

from labctl.errors import OutsideCalibratedInterval, UncertaintyError
from labctl.language import Text
from labctl.metrology.many import Many, Mask, as_many, chosen, everywhere, holds
from labctl.metrology.quantity import Quantity


class StatesCorrection(Protocol):
    """A line of a certificate, wherever it is recorded."""

    @property
    def at(self) -> Quantity:
        """Return the indication or setting."""
        ...

    @property
    def correction(self) -> Quantity:
        """Return what is added to it to give the reference value."""
        ...

    @property
    def expanded_uncertainty(self) -> Quantity:
        """Return U of the correction."""
        ...

    @property
    def k(self) -> float:
        """Return the coverage factor of U."""
        ...


@frozen(kw_only=True)
class CertificateLine:
    """A line of a certificate that also states degrees of freedom."""

    at: Quantity
    correction: Quantity
    expanded_uncertainty: Quantity
    k: float = 2.0
    dof: float = math.inf


@frozen(kw_only=True)
class Correction:
    """The correction at one value; add it to the indication."""

    correction: Quantity
    u: Quantity  # standard uncertainty
    dof: float
    between: tuple[Quantity, Quantity]  # the lines it was taken from; twice the same on a line


@frozen
class CorrectionTable:
    """The lines of one quantity of a certificate, in any order."""

    lines: Sequence[StatesCorrection] = field(converter=tuple[StatesCorrection, ...])
    owner: str | Text = field(default="", kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse an empty table, one value given twice, and an uncertainty that cannot be."""
        if not self.lines:
            raise self._refusal("empty-table", Text("the certificate has no lines here", zh="证书中没有相应的数据"))
        for line in self.lines:
            if line.k <= 0 or line.expanded_uncertainty.value < 0 or not math.isfinite(line.k):
                raise self._refusal(
                    "negative-uncertainty",
                    Text("U and k must not be negative at {at}", zh="{at} 处的 U 和 k 不得为负").filled(at=line.at),
                )
        if len({line.at for line in self.lines}) < len(self.lines):
            raise self._refusal("one-value-twice", Text("one value has two corrections", zh="同一量值有两个修正值"))

    def at(self, value: Quantity) -> Correction:
        """Return correction and standard uncertainty at a value, both linear between the lines around it.

        Raises:
            OutsideCalibratedInterval: the value lies outside the calibrated interval.
            UnitMismatch: the value has another dimension.
        """
        lines = sorted(self.lines, key=lambda line: line.at)
        if value < lines[0].at or value > lines[-1].at:
            raise OutsideCalibratedInterval(
                standard=self.owner or "certificate", asked=str(value), allowed=f"{lines[0].at} … {lines[-1].at}"
            )
        differing = as_many(value.value)
        if differing is not None:
            return _of_each(lines, value, differing)
        low, high = [line for line in lines if line.at <= value][-1], next(line for line in lines if line.at >= value)
        return _from(low, high, value)

    def _refusal(self, code: str, problem: Text) -> UncertaintyError:
        return UncertaintyError(code=code, input=str(self.owner) or "certificate", problem=problem)


def _of_each(lines: Sequence[StatesCorrection], value: Quantity, differing: Many) -> Correction:
    """Return the correction of units that are calibrated in step, each from the lines around its own value."""
    below = np.sum([holds(line.at <= value, differing.members) for line in lines], axis=0) - 1
    above = len(lines) - np.sum([holds(line.at >= value, differing.members) for line in lines], axis=0)
    below, above = np.maximum(below, 0), np.minimum(above, len(lines) - 1)  # who is outside has strayed
    between: list[tuple[int, int]] = [*zip(below.tolist(), above.tolist(), strict=True)]
    found = _from(lines[between[0][0]], lines[between[0][1]], value)
    for low, high in sorted(set(between)):
        here = Mask(differing.members, (below == low) & (above == high))
        part = _from(lines[low], lines[high], value)
        found = evolve(
            found,
            correction=_chosen(here, part.correction, found.correction),
            u=_chosen(here, part.u, found.u),
            dof=found.dof if part.dof == found.dof else chosen(here, part.dof, found.dof),
        )
    return found


def _chosen(here: Mask, one: Quantity, other: Quantity) -> Quantity:
    return Quantity(chosen(here, one.value_in(other.unit), other.value), other.unit)


def _from(low: StatesCorrection, high: StatesCorrection, value: Quantity) -> Correction:
    span = (high.at - low.at).si if high is not low else 0.0
    share = (value - low.at).si / span if span else 0.0
    u_low, u_high = low.expanded_uncertainty / low.k, high.expanded_uncertainty / high.k
    return Correction(
        correction=_between(low.correction, high.correction, share),
        u=_between(u_low, u_high, share),
        dof=min(_dof(low), _dof(high)),
        between=(low.at, high.at),
    )


def _between(low: Quantity, high: Quantity, share: float) -> Quantity:
    return low if everywhere(share == 0) else low + (high - low) * share


def _dof(line: StatesCorrection) -> float:
    return float(getattr(line, "dof", math.inf))
