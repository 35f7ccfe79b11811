"""Druck PACE5000 pressure controller with one control module, over its serial port or the network.

Source: PACE Series SCPI Remote Communications Manual K0472 revision A, pages 4-32 (output), 4-71 (identity), 4-87 to
4-89 (source and vent). The answer to a query repeats the header of the query; that of the identity may leave it out.
Pressures are asked for in kPa, relative to the atmosphere. The words for units, the decimals of a reading, the
settings of the serial port and the span of control modules up to 210 bar are engineering memory [K].
"""

from collections.abc import Callable
from typing import ClassVar, Final

from labctl.errors import NotReady, ReplyError
from labctl.instruments.limits import Limit
from labctl.instruments.safety import SafeState
from labctl.instruments.scpi import ScpiDriver, written
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Indication, Setting

UNIT: Final = "kPa"
UNITS: Final = {"PA": "Pa", "HPA": "hPa", "KPA": "kPa", "MPA": "MPa", "MBAR": "mbar", "BAR": "bar", "PSI": "psi"}
STEP: Final = 0.001  # kPa, of a reading over the wire
CLOSE: Final = 1e-4  # of a set-point, within which it was understood
VENTED: Final = 5.0  # kPa that may be left in what counts as vented
VENTING: Final = "1"
SET_POINT: Final = ":SOUR:PRES:LEV:IMM:AMPL"
VENT: Final = ":SOUR:PRES:LEV:IMM:AMPL:VENT"
OUTPUT: Final = ":OUTP:STAT"
READING: Final = ":SENS:PRES"


class PACE5000(ScpiDriver, maker="Druck", model="PACE5000"):
    """Druck PACE5000, modular controller of a gas pressure."""

    quantities = ("pressure",)
    model_pattern = r"Pace5000(?: User Interface)?"
    error_query = ":SYST:ERR?"
    safe = SafeState(commands=(f"{OUTPUT} 0\n".encode(), f"{VENT} 1\n".encode()), takes=60.0)
    limits: ClassVar = {"pressure": Limit(low=Quantity.of(-100, "kPa"), high=Quantity.of(21, "MPa"))}

    def identify(self) -> Identity:
        """Return who answers (manual, page 4-71)."""
        said = self.query("*IDN?")
        fields = [each.strip() for each in said.removeprefix("*IDN ").split(",")]
        if len(fields) != 4:  # noqa: PLR2004  (maker, model, serial number, version)
            raise self._unexpected("manufacturer,model,serial,version")
        return Identity(manufacturer=fields[0], model=fields[1], serial=fields[2], firmware=fields[3])

    def confirm_safe(self) -> bool:
        """Return whether it does not control, does not vent any more, and next to no pressure is left, in any unit."""
        if self._told(OUTPUT) != "0" or self._told(VENT) == VENTING:
            return False
        unit = UNITS.get(self._told(":UNIT:PRES").upper())
        if unit is None:
            raise self._unexpected(f"a unit of {', '.join(UNITS)}")
        return abs(Quantity.of(float(self._told(READING)), unit).value_in(UNIT)) <= VENTED

    def prepare(self) -> None:
        """Bring it to kPa, without overshoot, with its controller off."""
        self.send("*CLS", check=False)
        self.send(f"{OUTPUT} 0")
        self.send(":UNIT:PRES KPA")
        if self._told(":UNIT:PRES").upper() != "KPA":
            raise self._unexpected("the unit kPa")
        self.send(":SOUR:PRES:SLEW:OVER 0")

    def pressure(self) -> Indication:
        """Measure the pressure at its outlet, relative to the atmosphere."""
        return self.indication(f"{READING}?", UNIT, resolution=Quantity.of(STEP, UNIT), part=_after(READING))

    def set_pressure(self, pressure: Quantity) -> Setting:
        """Set the pressure and begin to control; it returns before it is reached.

        Raises:
            LimitExceeded: beyond the limits; nothing was sent.
            NotReady: another set-point than the one asked for stands in its answer, or it does not control.
        """
        self.refuse_beyond_limits("pressure", pressure)
        asked = pressure.value_in(UNIT)
        self.send(f"{SET_POINT} {written(pressure, UNIT)}")
        found = float(self._told(SET_POINT))
        if abs(found - asked) > max(CLOSE * abs(asked), STEP):
            raise NotReady(instrument=self.name, asked=f"set-point {pressure}", found=f"{found} {UNIT}", waited=0.0)
        self.send(f"{OUTPUT} 1")
        if self._told(OUTPUT) != "1":
            raise NotReady(instrument=self.name, asked="controller on", found="controller off", waited=0.0)
        return self.setting(pressure)

    def stand_by(self) -> None:
        """Take the pressure away: controller off, outlet vented to the atmosphere (manual, page 4-89)."""
        self.send(f"{OUTPUT} 0")
        self.send(f"{VENT} 1")

    def _error(self) -> tuple[int, str]:
        said = self.query(self.error_query, once=True)
        code, comma, words = said.removeprefix(":SYST:ERR ").partition(",")
        if not comma or not code.strip().lstrip("+-").isdecimal():
            raise self._unexpected('code,"message"')
        return int(code), words.strip().strip('"')

    def _told(self, header: str) -> str:
        """Ask for something and return what stands behind the repeated header."""
        said = _after(header)(self.query(f"{header}?"))
        if not said:
            raise self._unexpected(f"an answer that begins with {header}")
        return said

    def _unexpected(self, expected: str) -> ReplyError:
        sent, received = self._latest()
        return ReplyError(instrument=self.name, query=sent, reply=received, expected=expected)


def _after(header: str) -> Callable[[str], str]:
    """Return what takes the value out of an answer; "" where it does not begin with the header."""

    def part(said: str) -> str:
        found, _, value = said.partition(" ")
        return value.strip() if found == header else ""

    return part
