"""What is installed: every driver with what can be asked of it, every simulator with its wires, and broken packs."""

from attrs import field, frozen

from labctl.app.readable import readable
from labctl.errors import PackBroken
from labctl.instruments import capabilities
from labctl.instruments.capabilities import subject
from labctl.instruments.driver import Driver
from labctl.language import Language, Text
from labctl.packs import drivers, simulators
from labctl.simulation.instrument import SimulatedInstrument

_LIMITS = Text("limits", zh="限值")
_CAN = Text("can", zh="能力")
_SAFE = Text("safe state", zh="安全状态")
_WATCHDOG = Text("own watchdog acts after {seconds:g} s", zh="自带看门狗，{seconds:g} s 后动作")
_SIMULATED = Text("simulated on", zh="模拟接口")
_NO_SIMULATOR = Text("no simulator", zh="无模拟器")


@frozen(kw_only=True)
class Ability:
    """A capability that a driver has, with what each of its methods measures or presents."""

    name: str
    methods: dict[str, str] = field(factory=dict[str, str])  # by method: "DC voltage in V", "" for a mere change

    @property
    def short(self) -> str:
        """Return the capability with its quantities."""
        told = dict.fromkeys(each for each in self.methods.values() if each)
        return f"{self.name} ({', '.join(told)})" if told else self.name


@frozen(kw_only=True)
class InstalledDriver:
    """A driver, as far as it can be told without an instrument."""

    key: str
    kind: type[Driver]
    abilities: tuple[Ability, ...]
    simulator: type[SimulatedInstrument] | None = None

    @property
    def title(self) -> str:
        """Return the first line of its documentation."""
        return title_of(self.kind)

    def plain(self) -> dict[str, object]:
        """Return it for JSON."""
        safe = self.kind.safe
        return {
            "driver": self.key,
            "maker": self.kind.maker,
            "model": self.kind.model,
            "title": self.title,
            "quantities": list(self.kind.quantities),
            "capabilities": [{"name": each.name, "methods": each.methods} for each in self.abilities],
            "limits": {name: limit.text for name, limit in self.kind.limits.items()},
            "safe": None
            if safe is None
            else {
                "clears": readable(safe.clears),
                "commands": [readable(each) for each in safe.commands],
                "energy": safe.energy,
            },
            "watchdog": self.kind.watchdog,
            "wires": list(self.simulator.wires) if self.simulator is not None else [],
        }

    def lines(self, language: Language) -> list[str]:
        """Return it for a person."""
        said = [f"{self.key}  {self.title}"]
        said += [f"    {_CAN.within(language)}: {each.short}" for each in self.abilities]
        said += [f"    {_LIMITS.within(language)}: {name} {limit.text}" for name, limit in self.kind.limits.items()]
        if self.kind.safe is not None:
            commands = " ".join(readable(each) for each in self.kind.safe.commands)
            said.append(f"    {_SAFE.within(language)}: {commands}")
        if self.kind.watchdog is not None:
            said.append(f"    {_WATCHDOG.filled(seconds=self.kind.watchdog).within(language)}")
        wires = ", ".join(self.simulator.wires) if self.simulator is not None else ""
        said.append(f"    {_SIMULATED.within(language)}: {wires}" if wires else f"    {_NO_SIMULATOR.within(language)}")
        return said


@frozen(kw_only=True)
class Installed:
    """Every driver, and what could not be loaded."""

    drivers: tuple[InstalledDriver, ...]
    broken: tuple[PackBroken, ...]

    def plain(self) -> dict[str, object]:
        """Return it for JSON."""
        return {"drivers": [each.plain() for each in self.drivers], "broken": [_broken(each) for each in self.broken]}

    def text(self, language: Language) -> str:
        """Return it for a person."""
        said = [line for each in self.drivers for line in each.lines(language)]
        said += [f"✖ {each.within(language)}" for each in self.broken]
        return "\n".join(said)


@frozen(kw_only=True)
class Simulatable:
    """Every simulator that can be served by itself, and what could not be loaded."""

    models: dict[str, type[SimulatedInstrument]]
    broken: tuple[PackBroken, ...]
    benches: tuple[str, ...]

    def plain(self) -> dict[str, object]:
        """Return it for JSON."""
        return {
            "models": [
                {
                    "model": key,
                    "title": title_of(each),
                    "wires": list(each.wires),
                    "line": each.line if {"serial", "modbus+rtu"} & set(each.wires) else "",
                    "driver": drivers().get(key) is not None,
                }
                for key, each in self.models.items()
            ],
            "benches": list(self.benches),
            "broken": [_broken(each) for each in self.broken],
        }

    def text(self, language: Language) -> str:
        """Return it for a person."""
        said = [f"{key:<26} {', '.join(each.wires)}" for key, each in self.models.items()]
        said += [Text("bench {name}", zh="台位 {name}").filled(name=each).within(language) for each in self.benches]
        said += [f"✖ {each.within(language)}" for each in self.broken]
        return "\n".join(said)


def installed() -> Installed:
    """Return every driver that is installed, in the order of their names."""
    found, models = drivers(), simulators()
    told = (
        InstalledDriver(key=key, kind=kind, abilities=abilities_of(kind), simulator=models.get(key))
        for key, kind in sorted(found.found.items())
    )
    return Installed(drivers=tuple(told), broken=(*found.broken, *_new(models.broken, found.broken)))


def simulatable(benches: tuple[str, ...] = ()) -> Simulatable:
    """Return every simulator that is installed, in the order of their names."""
    found = simulators()
    return Simulatable(models=dict(sorted(found.found.items())), broken=found.broken, benches=benches)


def abilities_of(driver: type[Driver]) -> tuple[Ability, ...]:
    """Return the capabilities of which a driver has every method; one that another of them includes is left out."""
    named = (getattr(capabilities, each) for each in capabilities.__all__)
    kinds = [each for each in named if isinstance(each, type) and getattr(each, "_is_protocol", False)]
    had = [each for each in kinds if _methods(each) and all(hasattr(driver, name) for name in _methods(each))]
    widest = [each for each in had if not any(other is not each and each in other.__mro__ for other in had)]
    return tuple(
        Ability(name=each.__name__, methods={name: _told(each, name) for name in _methods(each)}) for each in widest
    )


def title_of(kind: type) -> str:
    """Return the first line of a class's documentation."""
    return (kind.__doc__ or "").strip().partition("\n")[0].rstrip(".")


def _methods(capability: type) -> list[str]:
    return [
        name
        for kind in reversed(capability.__mro__)
        if getattr(kind, "_is_protocol", False)
        for name, each in vars(kind).items()
        if callable(each) and not name.startswith("_")
    ]


def _told(capability: type, method: str) -> str:
    found = subject(capability, method)
    return f"{found.quantity}, {found.unit}" if found is not None else ""


def _broken(pack: PackBroken) -> dict[str, str]:
    return {"pack": pack.pack, "kind": pack.kind, "reason": pack.reason}


def _new(more: tuple[PackBroken, ...], known: tuple[PackBroken, ...]) -> list[PackBroken]:
    """Return what of a second list the first does not hold: a whole pack is broken once."""
    return [each for each in more if (each.pack, each.reason) not in {(one.pack, one.reason) for one in known}]
