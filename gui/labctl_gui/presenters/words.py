"""The words of the window that belong to no single screen."""

from labctl.language import Text
from labctl.metrology.conformity import Verdict

VERDICTS: dict[Verdict, Text] = {
    Verdict.CONFORMS: Text("✔ conforms", zh="✔ 符合"),
    Verdict.DOES_NOT_CONFORM: Text("✖ does not conform", zh="✖ 不符合"),
    Verdict.INCONCLUSIVE: Text("▲ inconclusive", zh="▲ 待定"),
}

PHASES: dict[str, Text] = {
    "as found": Text("as found", zh="调整前"),
    "as left": Text("as left", zh="调整后"),
}

QUANTITIES: dict[str, Text] = {
    "temperature": Text("temperature", zh="温度"),
    "humidity": Text("relative humidity", zh="相对湿度"),
    "pressure": Text("air pressure", zh="气压"),
}
