"""A method's model at one point, from readings and records that a test writes down: what reference budgets need."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import sqrt

from labctl.language import Text
from labctl.metrology.batch import Batch
from labctl.metrology.effects import Scope
from labctl.metrology.evaluation import evaluate
from labctl.metrology.inputs import Input
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.metrology.units import parse_unit
from labctl.procedure.bind import Circumstances, bind
from labctl.procedure.joining import columns_of
from labctl.procedure.procedure import Procedure
from labctl.records.equipment import (
    Asset,
    Basis,
    CertificateOfStandard,
    Characteristic,
    CorrectionPoint,
    Identity,
    SpecificationLine,
)


def asset(
    key: str,
    *,
    characteristics: Mapping[str, str] | None = None,
    specification: Sequence[tuple[str, str, str]] = (),
    certified: tuple[str, float] | None = None,
    drift: str = "",
    function: Mapping[str, str] | None = None,
) -> Asset:
    """Return a record: (quantity, up to, figure) lines, or temperatures certified everywhere with one U and k."""
    corrections: dict[str, tuple[CorrectionPoint, ...]] = {}
    if certified is not None:
        expanded, k = certified
        corrections["temperature"] = tuple(
            CorrectionPoint(
                at=Quantity.of(at, "°C"),
                correction=Quantity.of(0, "K"),
                expanded_uncertainty=parse_quantity(expanded),
                k=k,
            )
            for at in (-200, 1800)
        )
    return Asset(
        key=key,
        title=Text(key, zh=key),
        identity=Identity(manufacturer="", model=key, serial="1"),
        certificate=CertificateOfStandard(
            number=key, laboratory="NMI", calibrated=date(2025, 12, 1), due=date(2026, 12, 1)
        ),
        basis=Basis.CORRECTIONS if corrections else Basis.SPECIFICATION,
        corrections=corrections,
        drift={"temperature": drift} if drift else {},
        function=dict(function or {}),
        characteristics=tuple(
            Characteristic(name=name, figure=figure, source="reference budget")
            for name, figure in (characteristics or {}).items()
        ),
        specification=tuple(
            SpecificationLine(quantity=quantity, up_to=parse_quantity(top), figure=figure, source="reference budget")
            for quantity, top, figure in specification
        ),
    )


def spread(mean: float, u: float, n: int, unit: str) -> list[Quantity]:
    """Return readings of this mean whose s/√n is u, n being even or three."""
    if n == 3:
        off = u * sqrt(3)
        return [Quantity.of(mean + each, unit) for each in (-off, 0.0, off)]
    step = u * sqrt(n - 1)
    return [Quantity.of(mean + (step if i % 2 else -step), unit) for i in range(n)]


def evaluated(  # noqa: PLR0913  (a point has many parts)
    procedure: Procedure,
    section: str,
    readings: Mapping[str, Sequence[Quantity]],
    *,
    columns: Mapping[str, Quantity],
    assets: Mapping[str, Asset],
    spans: Mapping[str, str] | None = None,
    results: Mapping[str, tuple[float, str]] | None = None,
    conditions: Mapping[str, str] | None = None,
    resolutions: Mapping[str, str] | None = None,
    traced: frozenset[str] = frozenset(),
) -> Batch:
    """Return the results of a section's model; `results` are exact ones of other sections."""
    declared = procedure.find(section)
    exact = {name: Input.of(name, parse_unit(unit), value) for name, (value, unit) in (results or {}).items()}
    first = next(each for name in declared.model.equations.inputs for each in readings.get(name, ()))
    at = Circumstances(
        procedure=procedure,
        section=declared,
        columns=columns,
        assets=assets,
        places={scope: scope.value for scope in Scope},
        resolutions={role: parse_quantity(each) for role, each in (resolutions or {}).items()},
        unit=first.unit,
        traced=traced,
        spans={name: parse_quantity(each) for name, each in (spans or {}).items()},
        conditions={name: [parse_quantity(each)] for name, each in (conditions or {}).items()},
        finds=lambda symbol, _source, _every: exact[symbol],
    )
    equations = declared.model.equations
    inputs = {name: each for name, each in bind(readings, at).items() if name in equations.inputs}
    return evaluate(equations, inputs, points=1, names=columns_of([columns]))


def u(batch: Batch, output: str) -> float:
    """Return the standard uncertainty of a result, in coherent units."""
    return float(batch.u[output][0])


def value(batch: Batch, output: str) -> float:
    """Return a result, in coherent units, temperatures in °C."""
    return float(batch.values[output][0])
