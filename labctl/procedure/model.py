"""A model: equations over named inputs, each input with its source."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args

from attrs import field, frozen

from labctl.errors import ProcedureError
from labctl.language import Text
from labctl.metrology.array_function import array_function
from labctl.metrology.equations import Equations
from labctl.metrology.functions import FUNCTIONS, Function
from labctl.procedure.calibrations import expanded
from labctl.procedure.kinds import refused
from labctl.procedure.sources import (
    Applied,
    Computed,
    Corrected,
    Fit,
    Observed,
    Parameter,
    Result,
    Source,
    Stability,
)


@frozen(init=False, eq=False)
class Model:
    """Equations as text, and the source of every symbol they use; every left-hand name is a result.

    >>> model = Model("E = V_ind - V_s", V_ind=Observed(), V_s=Applied("source"))
    >>> model.outputs, sorted(model.series)
    (('E',), ['V_ind', 'V_s'])
    """

    equations: Equations
    sources: Mapping[str, Source] = field(converter=MappingProxyType)
    functions: Mapping[str, Computed] = field(converter=MappingProxyType)

    def __init__(self, *equations: str, **sources: Source | Computed) -> None:
        """Read the equations, calibration functions written out. Raises ModelError and ProcedureError."""
        for text in equations:
            if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise refused("Model", _NO_EQUATION.filled(given=text), _QUOTED)
        functions = {symbol: each for symbol, each in sources.items() if isinstance(each, Computed)}
        given = {symbol: each for symbol, each in sources.items() if not isinstance(each, Computed)}
        for symbol, each in given.items():
            _refuse_other(symbol, each)
        texts, every = expanded(equations, given)
        called = {name: _function(name, each) for name, each in functions.items()}
        object.__setattr__(self, "equations", Equations(*texts, functions=called))
        object.__setattr__(self, "sources", MappingProxyType(every))
        object.__setattr__(self, "functions", MappingProxyType(functions))

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


def _refuse_other(symbol: str, source: object) -> None:
    """Refuse what is no source, of an author whose words no type checker has seen."""
    if isinstance(source, Source):
        return
    known = ", ".join(each.__name__ for each in get_args(Source) if each not in {Parameter, Fit})
    raise ProcedureError(
        where=f"Model(…, {symbol}={source!r})",
        problem=Text("{symbol} is given what is no source", zh="{symbol} 的来源不是有效的来源").filled(symbol=symbol),
        remedy=Text(
            'Sources are: {known}; a figure is Constant("…")', zh='来源有：{known}；数值请写 Constant("…")'
        ).filled(known=known),
    )


def _function(name: str, computed: Computed) -> Function:
    if name in FUNCTIONS:
        raise ProcedureError(
            where=f"Model(…, {name}=…)",
            problem=Text("{name} is a function that every model knows", zh="{name} 是模型已有的函数").filled(name=name),
            remedy=Text("Give yours another name", zh="请另取名称"),
        )
    return array_function(name, computed.call, computed.units, computed.gives)


_NO_EQUATION = Text("{given} is no equation", zh="{given} 不是方程")
_QUOTED = Text(
    'Write each equation in quotes, and each source with its symbol: Model("E = V_ind - V_s", V_ind=Observed(), …)',
    zh='方程请写在引号内，来源请写在其符号之后：Model("E = V_ind - V_s", V_ind=Observed(), …)',
)
