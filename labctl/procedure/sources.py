"""Where the value of a model's input comes from, and with it all that is not known of it."""

from collections.abc import Callable, Mapping
from typing import Final

from attrs import field, frozen

from labctl.errors import MetrologyError, ProcedureError
from labctl.language import Text
from labctl.metrology.effects import Scope
from labctl.metrology.figure import Figure, Value, as_text
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.procedure.cited import cited
from labctl.procedure.kinds import InKind, keep_kinds

_USUAL: Final = "rectangular"
DISTRIBUTIONS = (_USUAL, "normal", "triangular", "arcsine")
"""How the figure of an effect may be distributed; of a normal one it is an expanded uncertainty with `k`."""


def _written(text: str) -> str:
    """Return the text of a figure; whether it is one, the check tells. Raises FigureError where it is no text."""
    return as_text(text)


@frozen
class Spread(InKind):
    """How a figure of the method may be off: made by `rectangular`, `normal`, `triangular` or `arcsine`."""

    figure: str = field(converter=_written)
    distribution: str
    k: float = 2.0  # of a normal distribution


def rectangular(half_width: str) -> Spread:
    """Return that a value lies anywhere within ± a half-width, equally."""
    return Spread(half_width, "rectangular")


def normal(expanded: str, *, k: float = 2.0) -> Spread:
    """Return that a value is known with an expanded uncertainty U = k·u."""
    return Spread(expanded, "normal", k)


def triangular(half_width: str) -> Spread:
    """Return that a value lies within ± a half-width, more likely in the middle."""
    return Spread(half_width, "triangular")


def arcsine(half_width: str) -> Spread:
    """Return that a value swings within ± a half-width, most likely at its ends."""
    return Spread(half_width, "arcsine")


def _spread(given: Spread | str | None) -> Spread | None:
    """Return how a value may be off; a text alone is a half-width, as it is of an effect."""
    return given if given is None or isinstance(given, Spread) else rectangular(given)


def _figure(given: Spread | str) -> Spread | str:
    return given if isinstance(given, Spread) else _written(given)


def _twice(where: str, word: str) -> ProcedureError:
    return ProcedureError(
        where=where,
        problem=Text("how far it may be off stands there twice", zh="重复给出了其分散性"),
        remedy=Text("Leave {word} out, or the distribution", zh="请去掉 {word} 或分布，只保留其一").filled(word=word),
    )


@frozen
class Observed(InKind):
    """The mean of the readings as shown, with their Type A."""


@frozen
class Corrected(InKind):
    """The same, read on a standard: corrected by its certificate, with every effect of its record."""

    role: str


@frozen
class Applied(InKind):
    """What a standard presented: the setting, corrected where its record says so, with every effect of its record.

    Of the unit under test it is the setting alone. A standard without a wire, such as a reference cell or a weight,
    presents what its record certifies: `Applied("zener", "DC voltage", at="nominal")` needs no function to fill it.

    Args:
        role: the standard, or the unit.
        quantity: the name under which the record of a standard without a wire certifies it.
        at: its nominal value there, a figure that may use the point's columns; empty: a function applies it.
    """

    role: str
    quantity: str = ""
    at: str = field(default="", kw_only=True)


@frozen
class Characteristic(InKind):
    """A named figure of a role's record; zero, with the figure as its uncertainty.

    Args:
        role: whose record.
        name: as the record has it; the word that budgets print.
        zh: that word in Chinese.
        scope: where two of them are one effect.
    """

    role: str
    name: str
    zh: str = field(default="", kw_only=True)
    scope: Scope = field(default=Scope.POINT, kw_only=True)


@frozen
class Resolution(InKind):
    """Zero, with half a digit of the indication itself."""

    role: str


@frozen
class Constant(InKind):
    """A value of the method, exact or with how it may be off, and where it stands.

    `Constant("8000 kg/m³", rectangular("50 kg/m³"), source="OIML D 28")`; `half_width="50 kg/m³"` is the same. Both
    figures may use the point's columns and the data of the unit's type: `0.05 * unit.division`.
    """

    figure: str = field(converter=_written)
    spread: Spread | None = field(default=None, converter=_spread)  # None: exact
    half_width: str = field(default="", converter=_written, kw_only=True)  # another spelling of rectangular
    source: Text = field(default=Text("", zh=""), converter=cited, kw_only=True)
    confirmed: bool = field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse two spreads, and words of another kind. Raises ProcedureError."""
        keep_kinds(self)
        if self.spread is not None and self.half_width:
            raise _twice(f"Constant({self.figure!r}, …)", "half_width=")

    @property
    def off(self) -> Spread | None:
        """Return how it may be off; None where it is exact."""
        return rectangular(self.half_width) if self.half_width else self.spread

    def value(self, names: Mapping[str, Value]) -> Quantity:
        """Return the value at a point whose columns are known. Raises MetrologyError where the figure is none."""
        try:
            return parse_quantity(self.figure)
        except MetrologyError:
            return Figure(self.figure).quantity(names)


@frozen
class Effect(InKind):
    """Zero, with what only the method can know; the figure may use the point's columns and the model's series.

    `Effect("loading", "2 mK", source=…)` lies within ± the figure, equally; `Effect("loading", normal("2 mK"), …)` is
    distributed as it says, and `distribution="normal"` beside the figure is another spelling of that.
    """

    title: str
    figure: str | Spread = field(converter=_figure)
    zh: str = field(default="", kw_only=True)
    distribution: str = field(default=_USUAL, kw_only=True)
    k: float = field(default=2.0, kw_only=True)  # of a normal distribution
    scope: Scope = field(default=Scope.POINT, kw_only=True)
    source: Text = field(default=Text("", zh=""), converter=cited, kw_only=True)
    confirmed: bool = field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse two distributions, and words of another kind. Raises ProcedureError."""
        keep_kinds(self)
        if isinstance(self.figure, Spread) and self.distribution != _USUAL:
            raise _twice(f"Effect({self.title!r}, …)", "distribution=")

    @property
    def off(self) -> Spread:
        """Return how far it may be off, and how that is distributed."""
        return self.figure if isinstance(self.figure, Spread) else Spread(self.figure, self.distribution, self.k)


@frozen
class Calibration(InKind):
    """The calibration function of a standard, to be called in the text: `sprt(W)`.

    The record of the standard states its parameters, and by specification or corrections how well it holds.
    """

    role: str
    form: str = field(default="its90", kw_only=True)  # one of `labctl.procedure.calibrations.FORMS`


@frozen
class Parameter(InKind):
    """A parameter of a standard's calibration function; made of a Calibration, not written by authors."""

    role: str
    name: str
    unit: str


@frozen
class Fit(InKind):
    """Zero, with what the record says of how well a calibration function holds; made of a Calibration."""

    role: str
    quantity: str
    unit: str


@frozen
class Stability(InKind):
    """Zero, with half the span of a trace: what a bath or chamber moved while it was being read."""

    trace: str


@frozen
class Condition(InKind):
    """An ambient condition at the point, `temperature`, `pressure` or `humidity`, with U of the room's instrument."""

    name: str


@frozen
class Result(InKind):
    """The result of another section or reduction, earlier or later, with everything that it rests on.

    Args:
        section: title of the section or reduction.
        symbol: of the result there.
        by: the column that says which of its points is meant, and by which vectors pair; `nominal` unless told.
        at: a column along which the value is interpolated, linearly between its two neighbours; never extrapolated.
    """

    section: str
    symbol: str
    by: str = field(default="nominal", kw_only=True)
    at: str = field(default="", kw_only=True)


@frozen(eq=False)
class Computed:
    """A plain function of arrays that a model's text may call by the symbol to which it is given.

    Made by `@METHOD.function`; it brings no value and no uncertainty of its own.

    Args:
        name: of the Python function.
        call: works element by element on arrays, in the units it names.
        units: of the arguments.
        gives: unit of what it gives.
    """

    name: str
    call: Callable[..., object]
    units: tuple[str, ...]
    gives: str


Source = (
    Observed
    | Corrected
    | Applied
    | Characteristic
    | Resolution
    | Constant
    | Effect
    | Calibration
    | Parameter
    | Fit
    | Stability
    | Condition
    | Result
)
