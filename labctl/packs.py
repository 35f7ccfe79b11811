"""What is installed: the drivers, procedures and simulators of every pack; a broken one is listed with its reason."""

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from attrs import field, frozen

from labctl.errors import PackBroken
from labctl.instruments.driver import Driver
from labctl.simulation.coupling import Coupling
from labctl.simulation.instrument import SimulatedInstrument

if TYPE_CHECKING:  # NumPy comes with it, and a bench is found without
    from labctl.procedure.procedure import Procedure

T = TypeVar("T")

DRIVERS: Final = "labctl.drivers"
PROCEDURES: Final = "labctl.procedures"
SIMULATORS: Final = "labctl.simulators"


@frozen(kw_only=True)
class Catalogue(Generic[T]):
    """What the packs of one kind hold, by key, and what could not be loaded."""

    kind: str
    found: Mapping[str, T]
    broken: tuple[PackBroken, ...] = field(default=())

    def get(self, name: str) -> T | None:
        """Return what has this key, however its capitals and blanks are written; None where nothing has."""
        wanted = _plain(name)
        return next((each for key, each in self.found.items() if _plain(key) == wanted), None)


@lru_cache(maxsize=1)
def drivers() -> Catalogue[type[Driver]]:
    """Return every driver, by maker and model: `fluke/5522A`, which `get` also finds as `Fluke 5522A`."""
    return _catalogue(DRIVERS, _drivers_of)


@lru_cache(maxsize=1)
def simulators() -> Catalogue[type[SimulatedInstrument]]:
    """Return every simulator, by maker and model as its driver."""
    return _catalogue(SIMULATORS, _simulators_of)


@lru_cache(maxsize=1)
def worlds() -> Catalogue[type[Coupling]]:
    """Return what couples the instruments of a simulated bench, by field, `electrical`."""
    return _catalogue(SIMULATORS, _worlds_of)


@lru_cache(maxsize=1)
def procedures() -> "Catalogue[Procedure]":
    """Return every procedure, by its name."""
    return _catalogue(PROCEDURES, _procedures_of)


def forget() -> None:
    """Look anew the next time: something was installed or removed."""
    for each in (drivers, simulators, worlds, procedures):
        each.cache_clear()


def folders(kind: str) -> tuple[Path, ...]:
    """Return the folders of the packs of one kind; those that cannot be imported are left out."""
    packages, _ = _packages(kind)
    return tuple(Path(each) for package in packages for each in package.__path__)


def model_key(model: type[Driver | SimulatedInstrument]) -> str:
    """Return the key of a driver or simulator: its maker in small letters, and its model."""
    return f"{model.maker.lower()}/{model.model}"


def _drivers_of(module: ModuleType) -> Iterator[tuple[str, type[Driver]]]:
    for each in vars(module).values():
        if isinstance(each, type) and issubclass(each, Driver) and each.__module__ == module.__name__ and each.model:
            yield model_key(each), each


def _simulators_of(module: ModuleType) -> Iterator[tuple[str, type[SimulatedInstrument]]]:
    for each in vars(module).values():
        if not isinstance(each, type) or not issubclass(each, SimulatedInstrument):
            continue
        if each.__module__ == module.__name__ and each.model:
            yield model_key(each), each


def _worlds_of(module: ModuleType) -> Iterator[tuple[str, type[Coupling]]]:
    for each in vars(module).values():
        if isinstance(each, type) and issubclass(each, Coupling) and each.__module__ == module.__name__:
            yield each.field, each


def _procedures_of(module: ModuleType) -> "Iterator[tuple[str, Procedure]]":
    from labctl.procedure.procedure import Procedure

    for each in vars(module).values():
        if isinstance(each, Procedure):
            yield each.name, each


def _catalogue(kind: str, held: Callable[[ModuleType], Iterator[tuple[str, T]]]) -> Catalogue[T]:
    packages, broken = _packages(kind)
    found: dict[str, T] = {}
    for package in packages:
        for name in _modules(package):
            module, problem = _imported(name, kind)
            if problem is not None:
                broken.append(problem)
            elif module is not None:
                found.update(held(module))
    return Catalogue(kind=kind, found=found, broken=tuple(broken))


def _packages(kind: str) -> tuple[list[ModuleType], list[PackBroken]]:
    from importlib.metadata import entry_points  # slow to import, and not needed to say --help

    packages: list[ModuleType] = []
    broken: list[PackBroken] = []
    for point in sorted(entry_points(group=kind), key=lambda each: each.name):
        package, problem = _imported(point.value, kind)
        if problem is not None:
            broken.append(problem)
        elif package is not None and package not in packages:
            packages.append(package)
    return packages, broken


def _modules(package: ModuleType) -> Iterator[str]:
    for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.", onerror=_later):
        if not each.ispkg:
            yield each.name


def _later(_: str) -> None:
    """Let the walk go on past a broken folder; it is empty then."""


def _imported(name: str, kind: str) -> tuple[ModuleType | None, PackBroken | None]:
    try:
        return import_module(name), None
    except Exception as error:  # noqa: BLE001  (a stranger's code may raise anything; it is listed)
        reason = f"{type(error).__name__}: {error}"
        return None, PackBroken(pack=name, kind=kind, reason=reason)


def _plain(name: str) -> str:
    return name.casefold().replace(" ", "/")
