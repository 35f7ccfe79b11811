"""What a method of a capability measures or presents, declared once for every driver."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from attrs import frozen

M = TypeVar("M", bound=Callable[..., Any])


@frozen(kw_only=True)
class Subject:
    """What a method of a capability measures or presents."""

    quantity: str  # as specifications and certificates in a station name it, "DC voltage"
    unit: str


_SUBJECTS: Final[dict[str, Subject]] = {}


def concerns(quantity: str, unit: str) -> Callable[[M], M]:
    """Declare once, for every driver, what a method of a capability measures or presents."""

    def declared(method: M) -> M:
        _SUBJECTS[f"{method.__module__}.{method.__qualname__}"] = Subject(quantity=quantity, unit=unit)
        return method

    return declared


def subject(ability: type, method: str) -> Subject | None:
    """Return what a method of a capability measures or presents; None for one that only changes a state."""
    owners = (f"{kind.__module__}.{kind.__qualname__}.{method}" for kind in ability.__mro__)
    return next((_SUBJECTS[each] for each in owners if each in _SUBJECTS), None)
