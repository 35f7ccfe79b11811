"""The control endpoint of a bench: lends its clock, switches its faults, stands in for its operator."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast

from labctl.clock import Clock
from labctl.simulation.timekeeper import Timekeeper
from labctl.simulation.world import World
from labctl.transport.serve import Request, Server


class Controlled(Protocol):
    """The bench, as its control endpoint sees it."""

    clock: Clock
    world: World
    keeper: Timekeeper | None

    def operate(self, picture: str, about: Mapping[str, str]) -> bool:
        """Do what the operator does on an instruction with this picture."""
        ...

    def act(self, action: str) -> None:
        """Do something on the bench by its name."""
        ...

    def fault(self, instrument: str, name: str, **parameters: Any) -> None:  # noqa: ANN401  (the fields of Fault)
        """Switch a fault on."""
        ...

    def mend(self, instrument: str, name: str = "") -> None:
        """Switch faults off."""
        ...

    def state(self, instrument: str) -> Mapping[str, object]:
        """Return what a person sees of an instrument."""
        ...

    def truth(self, of: str, name: str, **at: float) -> float:
        """Return a hidden value."""
        ...


class Control:
    """Answers requests, each a JSON object with `do`; every answer holds `now`, `monotonic`, `simulated`.

    | do | further | answer |
    |---|---|---|
    | `now` | | |
    | `wait` | `seconds`, `sent` | after the time has passed; what was sent, by address, is heard before |
    | `claim` | `address` | the next connection there moves the time |
    | `owed` | `address`, `sent`, `others`, `deadline` | `owed`; what was sent to others, too, is heard before |
    | `operator` | `picture` and `about`, or `action` | `done`: whether the bench knows it |
    | `fault` | `instrument`, `fault`, and its parameters | |
    | `mend` | `instrument`, `fault` or none for all | |
    | `state` | `instrument` | `state`: what its front panel shows |
    | `truth` | `of`, `name`, `at` | `truth`, where the bench was started to tell it |
    """

    def __init__(self, bench: Controlled, server: Server, *, truthful: bool) -> None:
        """Answer for a bench that a server serves."""
        self.bench = bench
        self.server = server
        self._waits = {"wait": self._wait, "owed": self._owed}
        self._answers: dict[str, Callable[[Request], Request]] = {
            "now": lambda _: {},
            "claim": self._claim,
            "operator": self._operator,
            "fault": self._fault,
            "mend": self._mend,
            "state": lambda request: {"state": dict(bench.state(request["instrument"]))},
        }
        if truthful:
            self._answers["truth"] = self._truth

    async def answer(self, request: Request) -> Request:
        """Return the answer to a request. Raises LookupError for one that is not known."""
        wanted = str(request.get("do", ""))
        if wanted in self._waits:
            answer = await self._waits[wanted](request)
        elif wanted in self._answers:
            answer = self._answers[wanted](request)
        else:
            raise LookupError(f"cannot do {wanted!r}; known are {', '.join([*self._waits, *self._answers])}")
        clock = self.bench.clock
        return answer | {"now": clock.now().isoformat(), "monotonic": clock.monotonic(), "simulated": clock.simulated}

    async def _owed(self, request: Request) -> Request:
        keeper, address, sent = self.bench.keeper, str(request["address"]), int(request["sent"])
        if keeper is None:
            return {"owed": True}
        others = cast("dict[str, int]", request.get("others", {}))
        await self.server.until(lambda: keeper.ready(address, sent) and _all_heard(keeper, others))
        return {"owed": keeper.owed(address, sent, float(request["deadline"]))}

    async def _wait(self, request: Request) -> Request:
        seconds = float(request["seconds"])
        if self.bench.keeper is None:
            await self.server.until(lambda: False, seconds)  # wall time passes by itself
        else:
            keeper, sent = self.bench.keeper, cast("dict[str, int]", request.get("sent", {}))
            await self.server.until(lambda: _all_heard(keeper, sent))
            self.bench.clock.wait(seconds)
            keeper.pass_on()
        return {}

    def _claim(self, request: Request) -> Request:
        self.bench.clock.claim(str(request["address"]))
        return {}

    def _operator(self, request: Request) -> Request:
        if "action" in request:
            self.bench.act(str(request["action"]))
            return {"done": True}
        return {"done": self.bench.operate(str(request.get("picture", "")), request.get("about", {}))}

    def _fault(self, request: Request) -> Request:
        parameters = {name: each for name, each in request.items() if name not in {"do", "instrument", "fault"}}
        self.bench.fault(str(request["instrument"]), str(request["fault"]), **parameters)
        return {}

    def _mend(self, request: Request) -> Request:
        self.bench.mend(str(request["instrument"]), str(request.get("fault", "")))
        return {}

    def _truth(self, request: Request) -> Request:
        at = {name: float(request[name]) for name in ("at", "range") if name in request}
        return {"truth": self.bench.truth(str(request["of"]), str(request["name"]), **at)}


def _all_heard(keeper: Timekeeper, sent: Mapping[str, int]) -> bool:
    """Return whether everything that went out on wires has arrived: what comes later would be heard later."""
    return all(keeper.heard(address, total) for address, total in sent.items())
