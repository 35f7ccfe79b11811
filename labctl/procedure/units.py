"""All units under test that are present at a point, as a function of a section is given them."""

from typing import Final, TypeVar

T = TypeVar("T")

UNIT: Final = "unit"
"""The name of the unit's role in models and signatures; there, `units` means the same role, all of it."""
UNITS: Final = "units"


class Units(tuple[T, ...]):
    """The units that are present, in their order: `[unit.temperature for unit in units]`.

    A function that names them so measures all of them in one call; one that names a `unit` is called for each in turn.
    """

    __slots__ = ()


def role_named(name: str) -> str:
    """Return the role that a name in a signature means.

    >>> role_named("units"), role_named("bath")
    ('unit', 'bath')
    """
    return UNIT if name == UNITS else name
