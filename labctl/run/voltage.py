"""Above 42 V a person has said so before: which outputs that concerns, and what is asked, once in a section."""

import math
from collections.abc import Sequence
from typing import Final, Protocol

from attrs import define, field

from labctl.errors import RunAborted
from labctl.events.kinds import Argument, NoteTaken, Question
from labctl.instruments.driver import Driver
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import parse_unit
from labctl.run.control import NobodyThere
from labctl.run.operator import Operator
from labctl.run.scribe import Scribe

LIMIT: Final = 42.0
"""Volts, of the peak: up to 42.4 V of DC or of an AC's peak a part may be touched (IEC 60335-1, 8.1.4), 30 V rms of
a sine. One limit serves both; DC limits that are higher elsewhere (60 V in IEC 61010-1) are not made use of."""
_VOLT, _HERTZ = parse_unit("V").dimension, parse_unit("Hz").dimension

_ASKED: Final = Text(
    "{instrument} is about to present {value}, more than 42 V. Nobody touches terminals or leads, and the leads are "
    "made for it: energise? This holds for the section “{section}”",
    zh="{instrument} 即将输出 {value}，超过 42 V。确认无人接触端子和引线，且引线耐压足够。"
    "是否通电？本确认仅适用于“{section}”一节",
)
_ENERGISE: Final = Text("energise", zh="通电")
_ABORT: Final = Text("abort the run", zh="中止运行")
_REFUSED: Final = Text("nobody wanted more than 42 V on the bench", zh="未同意在台位上加载超过 42 V 的电压")
_NOBODY: Final = Text(
    "{instrument} is about to present {value}, more than 42 V, and nobody is there to confirm it; "
    "--high-voltage confirms it beforehand",
    zh="{instrument} 即将输出 {value}，超过 42 V，而无人确认；可用 --high-voltage 预先确认",
)
_BEFOREHAND: Final = Text(
    "{instrument} presents {value}, more than 42 V, confirmed beforehand for this section (--high-voltage)",
    zh="{instrument} 输出 {value}，超过 42 V，本节已预先确认（--high-voltage）",
)


class Asks(Protocol):
    """The verbs of a run, as far as they are needed here."""

    scribe: Scribe
    operator: Operator

    def put(self, question: Question) -> str:
        """Put a question and return the answer."""
        ...

    def new_key(self) -> str:
        """Return a fresh name for a question."""
        ...


@define
class HighVoltage:
    """Asks before the first output above 42 V of each section; a simulated bench needs nobody.

    What was confirmed is not read from the journal: a resumed run asks again.

    Args:
        run: the verbs.
        beforehand: somebody confirmed it for the whole run.
    """

    run: Asks
    beforehand: bool = False
    _confirmed: tuple[str, str] | None = field(default=None, init=False)  # phase and section

    def before(self, driver: Driver, method: str, arguments: Sequence[Argument]) -> None:
        """Hear that a command is about to leave; return when it may.

        Raises:
            RunAborted: the person does not want it.
            NobodyThere: it takes a person, and there is none.
            Turned: the run ends meanwhile.
        """
        if driver.safe is None or not driver.safe.energy or (value := beyond(method, arguments)) is None:
            return
        scribe = self.run.scribe
        here = (scribe.place.phase, scribe.place.section)
        started = scribe.progress.started
        if here == self._confirmed or (started is not None and started.simulated):
            return
        if self.beforehand:
            said = _BEFOREHAND.filled(instrument=driver.name, value=value)
            scribe.append(NoteTaken(at=scribe.clock.now(), text=said, place=scribe.place))
        elif not self.run.operator.attended:
            raise NobodyThere(_NOBODY.filled(instrument=driver.name, value=value))
        elif self._asked(driver, value) != _ENERGISE.en:
            raise RunAborted(reason=_REFUSED.en)
        self._confirmed = here

    def _asked(self, driver: Driver, value: Quantity) -> str:
        text = _ASKED.filled(instrument=driver.name, value=value, section=self.run.scribe.place.section)
        question = Question(key=self.run.new_key(), kind="choice", text=text, choices=(_ENERGISE, _ABORT))
        return self.run.put(question)


def beyond(method: str, arguments: Sequence[Argument]) -> Quantity | None:
    """Return the voltage among a call's arguments whose peak is above the limit; None where there is none.

    >>> beyond("source_dc_voltage", (Quantity.of(-43, "V"),)), beyond("source_dc_voltage", (Quantity.of(42, "V"),))
    (Quantity(-43, 'V'), None)
    >>> beyond("source_ac_voltage", (Quantity.of(30, "V"), Quantity.of(50, "Hz")))
    Quantity(30, 'V')
    """
    quantities = [each for each in arguments if isinstance(each, Quantity)]
    sine = "ac" in method.split("_") or any(each.unit.dimension == _HERTZ for each in quantities)
    crest = math.sqrt(2) if sine else 1.0
    voltages = (each for each in quantities if each.unit.dimension == _VOLT)
    return next((each for each in voltages if crest * abs(each.value_in("V")) > LIMIT), None)
