"""A thermometer bench: sensors in a bath, a furnace, a triple-point cell or an ice point, and on readouts' channels."""

import math
from collections.abc import Mapping
from typing import Final, cast

from labctl.instruments.channel import place_of
from labctl.records.equipment import Asset
from labctl.simulation.coupling import Coupling
from labctl.simulation.instrument import SimulatedInstrument
from labctl.simulation.truth import of_characteristic
from labctl.simulation.world import World
from labctl_simulators.thermal.body import Body
from labctl_simulators.thermal.inputs import HasInputs
from labctl_simulators.thermal.media import ROOM, TRIPLE_POINT, Fixed, Heats, Medium, Place
from labctl_simulators.thermal.sensors import Sensor, Thermoelectric
from labctl_simulators.thermal.volume import Volume
from labctl_simulators.worlds.electrical import Feels, room

CELL: Final = 1e-4  # K, half-width of a triple-point cell's own deviation
ICE: Final = 2e-3  # K, half-width of an ice point's
HOT: Final = 500.0  # °C; a volume that reaches it is a furnace
LOW: Final = 90.0  # millimetres of liquid that are missing when the level is low
UNIFORMITY: Final = "uniformity"
STABILITY: Final = "stability"


class Temperature(Coupling, field="temperature"):
    """Every sensor begins in the first bath, thermocouples in the first furnace where there is one.

    Who stands where is changed by name: `sprt in cell`, `units in ice`, `all in bath`, `k1 in furnace`, `all out`.
    `who` is the name of a sensor, `units`, `standards` or `all`; the places are the heaters' names, `bath`, `furnace`,
    `cell`, `ice` and `room`. Besides: `stirrer off`, `stirrer on`, `level low`, `level full`, and for one sensor
    `raise NAME`, `lower NAME`, `break NAME`, `short NAME`, `wet NAME`, `reverse NAME`, `mend NAME`; for one heater
    `oscillate NAME`, whose controller is badly tuned, `burn NAME`, whose heater is open, and `mend NAME`.
    """

    def __init__(
        self, world: World, instruments: Mapping[str, SimulatedInstrument], auxiliaries: Mapping[str, Asset]
    ) -> None:
        """Set up what stands on the bench."""
        super().__init__(world, instruments, auxiliaries)
        self.volumes = {
            key: cast("Volume", each.volume) for key, each in instruments.items() if isinstance(each, Heats)
        }
        self.bodies: dict[str, Body] = {
            key: body for key, each in instruments.items() if isinstance(body := getattr(each, "body", None), Body)
        }
        self.media: dict[str, Medium] = {
            **self.volumes,
            "cell": Fixed(TRIPLE_POINT + world.drawn(CELL, "cell")),
            "ice": Fixed(world.drawn(ICE, "ice")),
            "room": Fixed(ROOM),
        }
        baths = [each for each in self.volumes.values() if each.figures.highest < HOT]
        furnaces = [each for each in self.volumes.values() if each.figures.highest >= HOT]
        if baths:
            self.media.setdefault("bath", baths[0])
        if furnaces:
            self.media.setdefault("furnace", furnaces[0])
        self._stand_apart()
        for key, each in instruments.items():
            if isinstance(each, Sensor):
                self._plug(key, each)
            if isinstance(each, Feels):
                each.air = room(world)
        for key, volume in self.volumes.items():
            self._as_recorded(key, volume)

    # --- how it begins -----------------------------------------------------------------------------------------------

    def _stand_apart(self) -> None:
        """Put the sensors side by side, evenly, into what they begin in."""
        for n, (key, body) in enumerate(self.bodies.items()):
            instrument = self.instruments[key]
            hot = isinstance(instrument, Thermoelectric) and "furnace" in self.media
            across = instrument.figure("across", math.sin(2.4 * n))
            depth = instrument.figure("depth", 200.0 if hot else 300.0)
            body.stand(Place(across=across, depth=depth))
            body.put(self.media.get("furnace" if hot else "bath", self.media["room"]))

    def _plug(self, key: str, sensor: Sensor) -> None:
        place = place_of(sensor.placed.address)
        if place is None:
            return
        readout = self.instruments.get(place[0])
        if not isinstance(readout, HasInputs):
            raise LookupError(f"{key}: {place[0]} is no readout on this bench")  # noqa: TRY004  (a bench, not a type)
        readout.inputs.plug(place[1], sensor)

    def _as_recorded(self, key: str, volume: Volume) -> None:
        """Let the true uniformity of a bath be drawn as its record says."""
        asset = self.instruments[key].placed.asset
        for each in asset.characteristics if asset is not None else ():
            if each.name == UNIFORMITY:
                volume.uneven(of_characteristic(self.world, cast("Asset", asset), each, "K"))

    # --- what an operator does ---------------------------------------------------------------------------------------

    def act(self, action: str) -> None:
        """Do what an operator does. Raises LookupError for something that this bench does not know."""
        self.world.catch_up()
        who, _, where = action.partition(" in ")
        if where or action.endswith(" out"):
            self._put(who.removesuffix(" out"), where or "room")
        elif action in _STIRRING:
            for each in self.volumes.values():
                each.stirred = _STIRRING[action]
        elif action in _LEVELS:
            for each in self.volumes.values():
                each.level = _LEVELS[action]
        else:
            self._handle(action)

    def _put(self, who: str, where: str) -> None:
        if where not in self.media:
            raise LookupError(f"{where!r} is no place; known are {', '.join(self.media)}")
        for body in self._meant(who):
            body.put(self.media[where])

    def _meant(self, who: str) -> list[Body]:
        if who == "all":
            return list(self.bodies.values())
        if who in {"units", "standards"}:
            are_units = who == "units"
            chosen = [key for key in self.bodies if (self.instruments[key].placed.unit is not None) == are_units]
            return [self.bodies[key] for key in chosen]
        if who not in self.bodies:
            raise LookupError(f"{who!r} is no sensor; known are {', '.join(self.bodies)}")
        return [self.bodies[who]]

    def _handle(self, action: str) -> None:
        """Do something to one sensor, or to one volume."""
        verb, _, key = action.partition(" ")
        if verb in _CONDITIONS and key in self.volumes:
            self.volumes[key].condition = "" if verb == "mend" else verb
            return
        if verb not in _HANDLED or key not in self.bodies:
            raise LookupError(action)
        body, instrument = self.bodies[key], self.instruments[key]
        if verb in _DEPTHS:
            body.stand(Place(across=body.place.across, depth=max(body.place.depth + _DEPTHS[verb], 0.0)))
            return
        for name in ("open", "broken", "shorted", "wet", "reversed"):
            if hasattr(instrument, name) and (verb == "mend" or name in _HANDLED[verb]):
                setattr(instrument, name, verb != "mend")

    # --- what is hidden ----------------------------------------------------------------------------------------------

    def truth(self, name: str) -> float:
        """Return a true temperature in °C: of a medium by its name, or `at NAME` of where a sensor's element stands."""
        if name in self.media:
            medium = self.media[name]
            return medium.at_sensor if isinstance(medium, Volume) else medium.now.at(Place())
        key = name.removeprefix("at ")
        if name.startswith("at ") and key in self.bodies:
            body = self.bodies[key]
            return body.medium.now.at(body.place)
        return super().truth(name)


_STIRRING: Final = {"stirrer off": False, "stirrer on": True}
_LEVELS: Final = {"level low": LOW, "level full": 0.0}
_CONDITIONS: Final = ("oscillate", "burn", "mend")
_DEPTHS: Final = {"raise": -100.0, "lower": 100.0}  # millimetres
_HANDLED: Final[dict[str, tuple[str, ...]]] = {
    "raise": (),
    "lower": (),
    "break": ("open", "broken"),  # a lead, or a column
    "short": ("shorted",),
    "wet": ("wet",),
    "reverse": ("reversed",),
    "mend": (),
}
