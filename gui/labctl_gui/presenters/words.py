"""The words of the window that belong to no single screen."""

from labctl.language import Text
from labctl.metrology.conformity import Verdict

MARKS: dict[Verdict, str] = {
    Verdict.CONFORMS: "✔",
    Verdict.DOES_NOT_CONFORM: "✖",
    Verdict.INCONCLUSIVE: "▲",
}
"""What stands before a verdict, so that colour is not alone in telling it."""


def marked(verdict: Verdict, *, legal: bool) -> Text:
    """Return a verdict in words behind its mark; that of a verification passes or fails."""
    words = verdict.said(legal=legal)
    return Text(f"{MARKS[verdict]} {words.en}", zh=f"{MARKS[verdict]} {words.zh}")


PHASES: dict[str, Text] = {
    "as found": Text("as found", zh="调整前"),
    "as left": Text("as left", zh="调整后"),
}

QUANTITIES: dict[str, Text] = {
    "temperature": Text("temperature", zh="温度"),
    "humidity": Text("relative humidity", zh="相对湿度"),
    "pressure": Text("air pressure", zh="气压"),
}
