"""A reference sampler that draws air through a filter, by a profile of SCPI that is our own.

The protocols of the reference samplers that are in use are not public. Who builds a converter for one lets it answer
so:

| command | meaning |
|---|---|
| `*IDN?` | maker, model, serial number, firmware |
| `SAMPle:STARt`, `SAMPle:STOP`, `SAMPle:STATe?` | draws air: 1, or not: 0; starting clears time and volume |
| `SAMPle:TIME?`, `SAMPle:VOLume?` | seconds and litres since the last start |
| `FLOW?` | the flow that it controls, in L/min as it flows |
| `STATus:QUEStionable?` | 0 when all is well; 1 no filter, 2 flow not held, 4 power failed while sampling |
| `SYSTem:TIME?` | its clock, `hh,mm,ss` |

Off at power-up.
"""

import re
from typing import Final

from labctl.errors import InstrumentReported, NotReady
from labctl.instruments.safety import SafeState
from labctl.instruments.scpi import ScpiDriver
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication

QUESTIONABLE: Final = {1: "no filter", 2: "flow not held", 4: "power failed while sampling"}

_TIME: Final = re.compile(r"(\d{1,2}),(\d{1,2}),(\d{1,2})")


class AirSampler(ScpiDriver, maker="Generic", model="AIR-SAMPLER"):
    """A sampler of PM2.5 at 16.67 L/min, by labctl's own profile of SCPI."""

    quantities = ("time", "flow", "volume")
    safe = SafeState(commands=(b"SAMP:STOP\n",), clears=b"\n", energy=False)

    def sampling(self) -> bool:
        """Return whether it draws air."""
        return self.query_integer("SAMP:STAT?") == 1

    def confirm_safe(self) -> bool:
        """Return whether it draws no air."""
        return not self.sampling()

    def prepare(self) -> None:
        """Bring it to no errors; a sampling that is under way goes on."""
        self.send("*CLS", check=False)

    def start(self) -> None:
        """Start to draw air through the filter; time and volume begin at zero.

        Raises:
            InstrumentReported: there is no filter, or it refused.
            NotReady: it does not draw air.
        """
        self.send("SAMP:STAR")
        self._refuse_trouble()
        if not self.sampling():
            raise NotReady(instrument=self.name, asked="sampling", found="stopped", waited=0.0)

    def stop(self) -> None:
        """Stop drawing air."""
        self.send("SAMP:STOP")
        if self.sampling():
            raise NotReady(instrument=self.name, asked="stopped", found="sampling", waited=0.0)

    def stand_by(self) -> None:
        """Take the flow away."""
        self.send("SAMP:STOP")
        if self.sampling():
            raise NotReady(instrument=self.name, asked="stopped", found="sampling", waited=0.0)

    def sampling_time(self) -> Indication:
        """Read for how long air was drawn since the last start.

        Raises:
            InstrumentReported: the flow was not held or the power failed; the filter is worth nothing.
        """
        self._refuse_trouble()
        return self.indication("SAMP:TIME?", "s", resolution=Quantity.of(1, "s"))

    def volume_total(self) -> Indication:
        """Read the volume of air drawn since the last start, as its own flow sensor has it.

        Raises:
            InstrumentReported: the flow was not held or the power failed; the filter is worth nothing.
        """
        self._refuse_trouble()
        return self.indication("SAMP:VOL?", "L", resolution=Quantity.of(0.1, "L"))

    def reset_volume_total(self) -> None:
        """Set volume and time to zero; it must not be sampling."""
        self.send("SAMP:CLE")

    def flow(self) -> Indication:
        """Measure the flow by its own sensor, as the air flows."""
        return self.indication("FLOW?", "L/min", resolution=Quantity.of(0.01, "L/min"))

    def clock_time(self) -> Indication:
        """Read its clock, as seconds since midnight on it."""
        return self.indication("SYST:TIME?", "s", resolution=Quantity.of(1, "s"), part=_seconds)

    def _refuse_trouble(self) -> None:
        trouble = self.query_integer("STAT:QUES?")
        if trouble:
            words = ", ".join(word for bit, word in QUESTIONABLE.items() if trouble & bit)
            raise InstrumentReported(instrument=self.name, command=b"STAT:QUES?\n", code=trouble, message=words)


def _seconds(text: str) -> str:
    found = _TIME.fullmatch(text.strip())
    return str((int(found[1]) * 60 + int(found[2])) * 60 + int(found[3])) if found is not None else ""
