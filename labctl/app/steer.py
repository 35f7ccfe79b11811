"""Acting on a simulation that runs already: faults on and off, the operator's hands, what a front panel shows."""

import json
from pathlib import Path
from typing import cast

from attrs import define, field

from labctl.errors import ArgumentRefused, ReplyError
from labctl.language import Text
from labctl.simulation.faults import NAMES
from labctl.transport.borrowed import BorrowedClock

_CONTROL = "--control"


@define
class RunningSimulation:
    """A bench that `labctl simulate` serves, in wall time or simulated time.

    Args:
        where: the address that stands behind `operator` in the line it printed, or a file that holds the line.
    """

    where: str
    _door: BorrowedClock = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Find the door. Raises ArgumentRefused."""
        self._door = BorrowedClock(self.where if "://" in self.where else _address_in(Path(self.where)))

    def fault(self, instrument: str, name: str, **parameters: str | float) -> dict[str, object]:
        """Switch a fault on.

        Args:
            instrument: its name on the bench.
            name: of the fault, as `labctl simulate --list` has them.
            **parameters: `on`, `times`, `after`, `seconds`, `rate`, `bytes`, `line`.

        Raises:
            ArgumentRefused: no such fault, instrument or parameter.
        """
        if name not in NAMES:
            raise ArgumentRefused(
                argument=name,
                problem=Text("is no fault", zh="不是已知故障"),
                remedy=Text("Choose one of: {known}", zh="可选：{known}").filled(known=", ".join(NAMES)),
            )
        return self._ask(instrument, do="fault", instrument=instrument, fault=name, **parameters)

    def mend(self, instrument: str, name: str = "") -> dict[str, object]:
        """Switch one fault of an instrument off, or all of them. Raises ArgumentRefused."""
        return self._ask(instrument, do="mend", instrument=instrument, fault=name)

    def act(self, action: str) -> dict[str, object]:
        """Do something on the bench by its name, such as `short`. Raises ArgumentRefused."""
        return self._ask(action, do="operator", action=action)

    def state(self, instrument: str) -> dict[str, object]:
        """Return what an instrument's front panel shows. Raises ArgumentRefused."""
        return self._ask(instrument, do="state", instrument=instrument)

    def close(self) -> None:
        """Leave the simulation alone."""
        self._door.close()

    def _ask(self, argument: str, **request: str | float) -> dict[str, object]:
        try:
            return dict(self._door.ask(request))
        except ReplyError as refused:
            raise ArgumentRefused(
                argument=argument,
                problem=Text("the simulation refuses it: {reason}", zh="模拟台位拒绝：{reason}").filled(
                    reason=_reason(refused.reply)
                ),
                remedy=Text(
                    "Names stand in the line that `labctl simulate` printed", zh="名称见 labctl simulate 输出的那一行"
                ),
            ) from refused


def _address_in(file: Path) -> str:
    try:
        line = json.loads(file.read_text(encoding="utf-8"))
        return str(line["operator"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ArgumentRefused(
            argument=_CONTROL,
            problem=Text(
                "{file} is neither an address nor the line of a simulation",
                zh="{file} 不是地址，也不是模拟台位的输出行",
            ).filled(file=file),
            remedy=Text(
                "Give what stands behind `operator` in the line that `labctl simulate` printed",
                zh="请给出 labctl simulate 输出行中 operator 后的地址",
            ),
        ) from error


def _reason(reply: bytes) -> str:
    try:
        answer: object = json.loads(reply)
    except ValueError:
        return repr(reply)
    if not isinstance(answer, dict):
        return repr(reply)
    told = cast("dict[str, object]", answer)
    return str(told.get("error", told))
