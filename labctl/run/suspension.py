"""A run that has to wait for a day or two: nothing is held meanwhile, a person takes it up again."""

from datetime import datetime
from typing import Final

from labctl.language import Text

_MINUTE: Final = "%Y-%m-%d %H:%M"


class Suspended(Exception):
    """What is left of a run may begin only later."""

    def __init__(self, until: datetime | None, latest: datetime | None = None) -> None:
        super().__init__(str(until))
        self.until = until
        self.latest = latest

    @property
    def reason(self) -> Text:
        """Return why the run rests."""
        if self.until is None:
            return Text("what is left waits for sections that were left out", zh="剩余部分所依赖的部分未完成")
        at = self.until.astimezone().strftime(_MINUTE)
        if self.latest is None:
            return Text("the next section may begin from {at} on", zh="下一部分可于 {at} 之后开始").filled(at=at)
        return Text(
            "the next section may begin from {at} on, and should by {latest}",
            zh="下一部分可于 {at} 之后开始，最迟应在 {latest} 开始",
        ).filled(at=at, latest=self.latest.astimezone().strftime(_MINUTE))
