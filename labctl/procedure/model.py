"""A model: equations over named inputs, each input with its source."""

from collections.abc import Mapping
from types import MappingProxyType

from attrs import field, frozen

from labctl.metrology.equations import Equations
from labctl.procedure.calibrations import expanded
from labctl.procedure.sources import Applied, Corrected, Observed, Result, Source, Stability


@frozen(init=False, eq=False)
class Model:
    """Equations as text, and the source of every symbol they use; every left-hand name is a result.

    >>> model = Model("E = V_ind - V_s", V_ind=Observed(), V_s=Applied("source"))
    >>> model.outputs, sorted(model.series)
    (('E',), ['V_ind', 'V_s'])
    """

    equations: Equations
    sources: Mapping[str, Source] = field(converter=MappingProxyType)

    def __init__(self, *equations: str, **sources: Source) -> None:
        """Read the equations, calibration functions written out. Raises ModelError and ProcedureError."""
        texts, every = expanded(equations, sources)
        object.__setattr__(self, "equations", Equations(*texts))
        object.__setattr__(self, "sources", MappingProxyType(every))

    @property
    def outputs(self) -> tuple[str, ...]:
        """Return the symbols of the results."""
        return self.equations.outputs

    @property
    def series(self) -> frozenset[str]:
        """Return the symbols that the section's function fills."""
        kinds = (Observed, Corrected, Applied)
        return frozenset(
            symbol
            for symbol, source in self.sources.items()
            if isinstance(source, kinds) and not (isinstance(source, Applied) and source.at)
        )

    @property
    def traces(self) -> frozenset[str]:
        """Return the names of the traces whose stability counts."""
        return frozenset(source.trace for source in self.sources.values() if isinstance(source, Stability))

    @property
    def results(self) -> dict[str, Result]:
        """Return the symbols that are results of other sections or reductions."""
        return {symbol: source for symbol, source in self.sources.items() if isinstance(source, Result)}
