"""The rules that every driver keeps, told to whoever breaks one."""

from collections.abc import Iterator
from inspect import getdoc, isfunction, signature
from typing import Any, Final

from labctl.instruments import capabilities
from labctl.instruments.driver import Driver

VERBS: Final = ("Measure", "Set", "Return", "Bring", "Read", "Select", "Start", "Stop", "Store", "Take")
"""Words with which the documentation of a driver's method may begin."""


def complaints(driver: type[Driver]) -> list[str]:
    """Return what a driver's class lacks; none where it keeps the rules of every driver.

    A test of a pack asserts that this is empty for each of its drivers. The rules: maker, model and quantities are
    declared; class and methods are documented, methods beginning with one of `VERBS`; what sources energy
    declares a safe state and can confirm it; a method that a capability names has that capability's arguments.
    """
    return [f"{driver.__qualname__}: {each}" for each in _complaints(driver)]


def _complaints(driver: type[Driver]) -> Iterator[str]:
    if not (driver.maker and driver.model and driver.quantities):
        yield "maker, model and quantities are declared in the class"
    if not vars(driver).get("__doc__"):
        yield "the class has a docstring"
    if driver.identify is Driver.identify:
        yield "identify asks the instrument who it is"
    for name, method in _methods(driver):
        words = (getdoc(method) or "").split(maxsplit=1)
        if not words or words[0] not in VERBS:
            yield f"the docstring of {name} begins with one of {', '.join(VERBS)}"
    yield from _unsafe(driver)
    yield from _misspelled(driver)


def _unsafe(driver: type[Driver]) -> Iterator[str]:
    presenting = sorted(name for kind in _presenting() for name in _promised_by(kind) if hasattr(driver, name))
    sourcing = [name for name in dir(driver) if name.startswith("source_")] or presenting
    if not sourcing:
        return
    if driver.safe is None:
        yield f"{sourcing[0]} puts energy on the bench, so a safe state is declared"
    elif not all(each.endswith(driver.terminator) for each in driver.safe.commands):
        yield "every safe command ends with the terminator"
    if driver.confirm_safe is Driver.confirm_safe:
        yield "confirm_safe asks the instrument"
    if driver.watchdog is not None and driver.arm_watchdog is Driver.arm_watchdog:
        yield "arm_watchdog arms the watchdog that it declares, and reads it back"
    if not driver.limits and any(_sets_a_value(driver, each) for each in sourcing):
        yield "limits are declared"


def _presenting() -> list[type]:
    """Return the capabilities that put voltage, heat, flow or aerosol on the bench: they can stand by."""
    return [each for each in _capabilities() if capabilities.StandsBy in each.__mro__[1:]]


def _sets_a_value(driver: type[Driver], method: str) -> bool:
    return "Setting" in str(signature(getattr(driver, method)).return_annotation)


def _misspelled(driver: type[Driver]) -> Iterator[str]:
    """Compare the methods with those of the capabilities: whoever has one of a capability's has them all."""
    for capability in _capabilities():
        own, promised = _promised_by(capability), _promised(capability)
        missing = {name for name in promised if not hasattr(driver, name)}
        if missing and any(hasattr(driver, name) for name in own):
            yield f"{capability.__name__} needs {', '.join(sorted(missing))} too"
        for name in own:
            if not hasattr(driver, name):
                continue
            wanted, found = (
                list(signature(own[name]).parameters),
                list(signature(getattr(driver, name)).parameters),
            )
            if wanted != found:
                yield f"{name}({', '.join(found[1:])}) is spelled ({', '.join(wanted[1:])}) everywhere else"


def _promised_by(capability: type) -> dict[str, Any]:
    """Return the methods that a capability itself adds to those it builds on."""
    return {name: each for name, each in vars(capability).items() if _is_public(name, each)}


def _promised(capability: type) -> dict[str, Any]:
    """Return every method of a capability."""
    return {name: each for kind in capability.__mro__ for name, each in _promised_by(kind).items()}


def _capabilities() -> list[type]:
    named = (getattr(capabilities, each) for each in capabilities.__all__)
    return [each for each in named if isinstance(each, type) and getattr(each, "_is_protocol", False)]


def _methods(driver: type[Driver]) -> list[tuple[str, Any]]:
    return [(name, each) for name, each in vars(driver).items() if _is_public(name, each)]


def _is_public(name: str, member: object) -> bool:
    return isfunction(member) and not name.startswith("_")
