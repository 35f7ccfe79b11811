"""Calibration functions of standards: what a call such as `sprt(W)` in a model's text stands for."""

import ast
from collections.abc import Mapping
from typing import Final

from attrs import frozen

from labctl.errors import ProcedureError
from labctl.language import Text
from labctl.metrology.grammar import parsed
from labctl.procedure.sources import Calibration, Fit, Parameter, Source


@frozen(kw_only=True)
class Form:
    """A kind of calibration function.

    Attributes:
        text: the function of x, in the language of models; `p` stands before the name of a parameter.
        parameters: unit of each.
        quantity: of the result, as specifications and certificates name it.
        unit: of the result's errors.
    """

    text: str
    parameters: Mapping[str, str]
    quantity: str
    unit: str


FORMS: Final = {
    # ITS-90 above the triple point of water: W - Wr = a(W - 1) + b(W - 1)², subranges to 660.323 °C with c = 0
    "its90": Form(
        text="its90.t(x - p_a * (x - 1) - p_b * (x - 1)**2) + p_fit",
        parameters={"a": "1", "b": "1"},
        quantity="temperature",
        unit="K",
    ),
    # ITS-90 from the triple point of argon to that of water: W - Wr = a(W - 1) + b(W - 1) ln W
    "its90 below 0 °C": Form(
        text="its90.t(x - p_a * (x - 1) - p_b * (x - 1) * log(x)) + p_fit",
        parameters={"a": "1", "b": "1"},
        quantity="temperature",
        unit="K",
    ),
    **{
        # the table of the type, and a deviation of the thermocouple itself: E = E_table(t) + c + d t
        f"thermocouple {kind}": Form(
            text=f"iec60584.e('{kind}', x + p_fit) + p_c + p_d * (x - p_zero)",
            parameters={"c": "mV", "d": "mV/K", "zero": "°C"},
            quantity="temperature",
            unit="K",
        )
        for kind in "BCEJKNRST"
    },
}
"""Every kind, by the name that a record and a model give it."""


def expanded(texts: tuple[str, ...], sources: Mapping[str, Source]) -> tuple[tuple[str, ...], dict[str, Source]]:
    """Return the texts with every call of a calibration function written out, and the sources of its parameters.

    >>> expanded(("t = s(R / R_0)",), {"s": Calibration("sprt")})[0]
    ('t = its90.t(R / R_0 - s_a * (R / R_0 - 1) - s_b * (R / R_0 - 1) ** 2) + s_fit',)

    Raises:
        ProcedureError: a form that there is not.
    """
    functions = {symbol: source for symbol, source in sources.items() if isinstance(source, Calibration)}
    if not functions:
        return texts, dict(sources)
    found: dict[str, Source] = {symbol: source for symbol, source in sources.items() if symbol not in functions}
    for symbol, source in functions.items():
        form = _form(symbol, source)
        for name, unit in form.parameters.items():
            found[f"{symbol}_{name}"] = Parameter(source.role, name, unit)
        found[f"{symbol}_fit"] = Fit(source.role, form.quantity, form.unit)
    return tuple(_written_out(each, functions) for each in texts), found


def _form(symbol: str, source: Calibration) -> Form:
    if source.form not in FORMS:
        raise ProcedureError(
            where=f"{symbol}=Calibration({source.role!r}, form={source.form!r})",
            problem=Text("there is no such form of a calibration function", zh="没有这种校准函数形式"),
            remedy=Text("Forms are: {known}", zh="可用形式：{known}").filled(known=", ".join(FORMS)),
        )
    return FORMS[source.form]


class _Call(ast.NodeTransformer):
    """Writes calls of calibration functions out."""

    def __init__(self, functions: Mapping[str, Calibration]) -> None:
        self._functions = functions

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Replace a call of one argument by the form's text."""
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Name(id=symbol), args=[argument], keywords=[]) if symbol in self._functions:
                form = FORMS[self._functions[symbol].form]
                text = ast.parse(form.text, mode="eval").body
                written: ast.expr = _Filled(symbol, argument).visit(text)
                return written
            case _:
                return node


class _Filled(ast.NodeTransformer):
    """Puts the argument and the names of the parameters into a form's text."""

    def __init__(self, symbol: str, argument: ast.expr) -> None:
        self._symbol, self._argument = symbol, argument

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Replace x, and p_ before a parameter."""
        if node.id == "x":
            return self._argument
        if node.id.startswith("p_"):
            return ast.Name(f"{self._symbol}{node.id[1:]}", node.ctx)
        return node


def _written_out(text: str, functions: Mapping[str, Calibration]) -> str:
    try:
        return ast.unparse(_Call(functions).visit(parsed(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the equations tell it, with its position
        return text
