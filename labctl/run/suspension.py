"""A run that has to wait for a day or two: nothing is held meanwhile, a person takes it up again."""

from datetime import datetime

from labctl.language import Text


class Suspended(Exception):
    """What is left of a run may begin only later."""

    def __init__(self, until: datetime | None) -> None:
        super().__init__(str(until))
        self.until = until

    @property
    def reason(self) -> Text:
        """Return why the run rests."""
        if self.until is None:
            return Text("what is left waits for sections that were left out", zh="剩余部分所依赖的部分未完成")
        at = self.until.astimezone().strftime("%Y-%m-%d %H:%M")
        return Text("the next section may begin from {at} on", zh="下一部分可于 {at} 之后开始").filled(at=at)
