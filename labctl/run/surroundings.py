"""The room: read at the start, at each point and at the end, and held against what the method allows."""

from attrs import define, field

from labctl.events.kinds import NoteTaken, Purpose
from labctl.language import Text
from labctl.procedure.environment import CONDITIONS, Environment
from labctl.records.observation import Indication
from labctl.run.verbs import LiveRun

ROOM = "room"
"""The role of whoever tells the surroundings; no procedure names it."""
_UNWATCHED = Text("nobody watches the surroundings on this bench", zh="本台位未配置环境监测仪器")


@define
class Surroundings:
    """Reads the ambient conditions and says when one leaves the method's interval.

    Args:
        allowed: what the method asks for.
        run: the verbs; the way to bench and scribe.
    """

    allowed: Environment
    run: LiveRun
    _told: bool = field(default=False, init=False)
    _beyond: set[str] = field(factory=set[str], init=False)

    def read(self) -> None:
        """Read every condition; one that lies outside is noted when it leaves and when it is back.

        Raises:
            InstrumentError: the room's instrument does not answer as it should.
        """
        scribe = self.run.scribe
        if ROOM not in self.run.bench.seats:
            if not self._told:
                self._told = True
                self._note(_UNWATCHED)
            return
        room = self.run.bench.driver(ROOM)
        for name in CONDITIONS:
            method = getattr(room, name, None)
            if method is not None:
                self.run.look()
                with scribe.at(name, Purpose.CONDITION):
                    shown: Indication = method()
                self._judge(name, self.allowed.beyond(name, shown.quantity))

    def _judge(self, name: str, beyond: Text | None) -> None:
        if beyond is not None and name not in self._beyond:
            self._beyond.add(name)
            self._note(beyond)
        elif beyond is None and name in self._beyond:
            self._beyond.discard(name)
            self._note(Text("{name} is back in its interval", zh="{name} 已恢复到规定范围").filled(name=name))

    def _note(self, text: Text) -> None:
        scribe = self.run.scribe
        scribe.append(NoteTaken(at=self.run.clock.now(), text=text, place=scribe.place))
