"""A run that has to wait for a day or two: nothing is held meanwhile, a person takes it up again."""

from datetime import datetime
from typing import Final

from labctl.language import Text

_MINUTE: Final = "%Y-%m-%d %H:%M"


class Suspended(Exception):
    """What is left of a run may begin only later."""

    def __init__(self, until: datetime | None, latest: datetime | None = None, section: Text = Text("", zh="")) -> None:
        super().__init__(str(until))
        self.section = section
        self.until = until
        self.latest = latest

    @property
    def reason(self) -> Text:
        """Return why the run rests."""
        if self.until is None:
            return Text("what is left waits for sections that were left out", zh="剩余部分所依赖的部分未完成")
        if self.latest is None:
            return Text("{section} may begin from {at} on", zh="“{section}”可于 {at} 之后开始").filled(
                section=self.section, at=minute(self.until)
            )
        return Text(
            "{section} may begin from {at} on, and should by {latest}",
            zh="“{section}”可于 {at} 之后开始，最迟应在 {latest} 开始",
        ).filled(section=self.section, at=minute(self.until), latest=minute(self.latest))


def minute(at: datetime) -> str:
    """Return an instant as people here write it, to the minute."""
    return at.astimezone().strftime(_MINUTE)
