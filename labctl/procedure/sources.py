"""Where the value of a model's input comes from, and with it all that is not known of it."""

from attrs import field, frozen

from labctl.metrology.effects import Scope


@frozen
class Observed:
    """The mean of the readings as shown, with their Type A."""


@frozen
class Corrected:
    """The same, read on a standard: corrected by its certificate, with every effect of its record."""

    role: str


@frozen
class Applied:
    """What a standard presented: the setting, corrected where its record says so, with every effect of its record."""

    role: str


@frozen
class Characteristic:
    """A named figure of a role's record; zero, with the figure as its uncertainty."""

    role: str
    name: str
    scope: Scope = field(default=Scope.POINT, kw_only=True)


@frozen
class Resolution:
    """Zero, with half a digit of the indication itself."""

    role: str


@frozen
class Constant:
    """A value of the method, exact or with a half-width, and where it stands."""

    figure: str
    half_width: str = field(default="", kw_only=True)  # rectangular; empty: exact
    source: str = field(default="", kw_only=True)
    confirmed: bool = field(default=False, kw_only=True)


@frozen
class Effect:
    """Zero, with what only the method can know; the figure may use the point's columns."""

    title: str
    half_width: str  # rectangular
    zh: str = field(default="", kw_only=True)
    scope: Scope = field(default=Scope.POINT, kw_only=True)
    source: str = field(default="", kw_only=True)
    confirmed: bool = field(default=False, kw_only=True)


Source = Observed | Corrected | Applied | Characteristic | Resolution | Constant | Effect
Series = Observed | Corrected | Applied
"""Sources whose values a section's function brings about, under the input's symbol."""
