"""One call of a driver's method: what was asked, over which bytes, and how the journal hears of it."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from inspect import Parameter, isfunction, signature
from typing import ParamSpec, Protocol, TypeVar

from attrs import define, field, fields, has

from labctl.clock import Clock
from labctl.errors import LabctlError, StoreFailed
from labctl.events.journal import Witness
from labctl.events.kinds import Argument, CallFailed, SettingMade
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Exchange, Setting

P = ParamSpec("P")
R = TypeVar("R")


@define(kw_only=True)
class Call:
    """A method of a driver while it runs; methods that it calls itself belong to it."""

    method: str
    arguments: tuple[Argument, ...]
    exchanges: list[Exchange] = field(factory=list[Exchange])
    command: bytes = b""  # the first command that changed something
    sent_at: datetime | None = None
    indicating: bool = False  # it asks for what the instrument shows
    indicated: bool = False
    once: bool = False  # its queries are not asked again

    def keep(self, sent: bytes, received: bytes = b"") -> None:
        """Keep the bytes of one exchange."""
        self.exchanges.append(Exchange(sent=sent, received=received))


class Recording(Protocol):
    """A driver, as its recorder sees it."""

    name: str
    witness: Witness
    clock: Clock
    call: Call | None
    last_exchanges: tuple[Exchange, ...]


def flattened(arguments: tuple[object, ...]) -> tuple[Argument, ...]:
    """Return arguments as the journal keeps them: a record among them as its fields, in order."""
    flat: list[Argument] = []
    for each in arguments:
        if isinstance(each, Quantity | str | float | int | bool | None):
            flat.append(each)
        elif has(kind := type(each)):
            flat.extend(flattened(tuple(getattr(each, one.name) for one in fields(kind))))
        else:
            message = f"{each!r} cannot be kept in a journal; a driver takes quantities, texts, numbers and records"
            raise TypeError(message)
    return tuple(flat)


def recorded(method: Callable[..., R]) -> Callable[..., R]:
    """Return a driver's method so that its outermost call is one entry of the journal.

    A call that sent something and showed nothing becomes a SettingMade when it returns, a call that failed a
    CallFailed; an Indication is kept by `Driver.indication` itself; a call that only asked leaves no event.
    """
    _refuse_keywords(method)
    form = signature(method)

    @wraps(method)
    def call(driver: Recording, *given: object, **named: object) -> R:
        if driver.call is not None:  # part of the outermost call
            return method(driver, *given, **named)
        if named:
            given, named = form.bind(driver, *given, **named).args[1:], {}
        driver.call = Call(method=method.__name__, arguments=flattened(given))
        try:
            returned = method(driver, *given, **named)
            _returned(driver, driver.call, returned)
        except StoreFailed:  # nobody is left to tell
            raise
        except LabctlError as error:
            _failed(driver, driver.call, error)
            raise
        finally:
            driver.last_exchanges = tuple(driver.call.exchanges)
            driver.call = None
        return returned

    call.__labctl_recorded__ = True  # type: ignore[attr-defined]  # says that this is done
    return call


def door(method: Callable[P, R]) -> Callable[P, R]:
    """Mark a public method of a base class as a door to the wire: part of the call in which it is used, never one."""
    method.__labctl_recorded__ = True  # type: ignore[attr-defined]  # it stays as it is
    return method


def record_public_methods(kind: type) -> None:
    """Replace the public methods that a class defines by their recorded form."""
    for name, attribute in list(vars(kind).items()):
        if isfunction(attribute) and not name.startswith("_") and not hasattr(attribute, "__labctl_recorded__"):
            setattr(kind, name, recorded(attribute))


def _returned(driver: Recording, call: Call, returned: object) -> None:
    if call.sent_at is None or call.indicated:
        return
    driver.witness.append(
        SettingMade(
            at=driver.clock.now(),
            instrument=driver.name,
            method=call.method,
            arguments=call.arguments,
            exchanges=tuple(call.exchanges),
            sent_at=call.sent_at,
            quantity=returned.quantity if isinstance(returned, Setting) else None,
        )
    )


def _failed(driver: Recording, call: Call, error: LabctlError) -> None:
    driver.witness.append(
        CallFailed(
            at=driver.clock.now(),
            instrument=driver.name,
            method=call.method,
            arguments=call.arguments,
            exchanges=tuple(call.exchanges),
            error=type(error).__name__,
            message=error.text(),
        )
    )


def _refuse_keywords(method: Callable[..., object]) -> None:
    for each in signature(method).parameters.values():
        if each.kind in {Parameter.KEYWORD_ONLY, Parameter.VAR_KEYWORD}:
            message = f"{method.__qualname__}({each.name}): a journal replays positional arguments only"
            raise TypeError(message)
