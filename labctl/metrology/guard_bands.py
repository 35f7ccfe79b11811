"""Acceptance limits that a test uncertainty ratio alone fixes, as guard-band handbooks name their methods."""

import math
from enum import Enum
from typing import Final

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.admission import positive


class GuardBandMethod(Enum):
    """How far the acceptance limits lie inside the tolerance limits; TUR is half the tolerance over U (k = 2)."""

    RSS = "rss"  # A = √(T² − U²)
    SUBTRACTED = "subtracted"  # A = T − U
    RP10 = "rp-10"  # A = (1.25 − 1/TUR)·T
    DOBBERT = "method 6"  # A = T − U·(1.04 − exp(0.38 ln TUR − 0.54)): 2 % false acceptance whatever the items

    @property
    def text(self) -> Text:
        """Return the formula as a certificate states it."""
        return _FORMULAS[self]


_FORMULAS: Final = {
    GuardBandMethod.RSS: Text(
        "acceptance limit A = √(T² − U²) (root sum square)", zh="接受限 A = √（T² − U²）（方和根法）"
    ),
    GuardBandMethod.SUBTRACTED: Text("acceptance limit A = T − U", zh="接受限 A = T − U"),
    GuardBandMethod.RP10: Text(
        "acceptance limit A = (1.25 − 1/TUR)·T, at most T (NCSLI RP-10)",
        zh="接受限 A = (1.25 − 1/TUR)·T，不大于 T(NCSLI RP-10)",
    ),
    GuardBandMethod.DOBBERT: Text(
        "acceptance limit A = T − U·(1.04 − exp(0.38·ln TUR − 0.54)), at most T (ANSI/NCSL Z540.3 method 6)",
        zh="接受限 A = T − U·（1.04 − exp(0.38·ln TUR − 0.54)），不大于 T（ANSI/NCSL Z540.3 方法 6）",
    ),
}


def acceptance_multiplier(method: GuardBandMethod, tur: float) -> float:
    """Return A/T, the acceptance limit as a part of the tolerance limit, between 0 and 1.

    Raises UncertaintyError for a ratio that is not positive, and where the method leaves nothing to accept.
    """
    ratio = positive(tur, "TUR")
    match method:
        case GuardBandMethod.RSS:
            part = math.sqrt(max(0.0, 1 - 1 / ratio**2))
        case GuardBandMethod.SUBTRACTED:
            part = 1 - 1 / ratio
        case GuardBandMethod.RP10:
            part = 1.25 - 1 / ratio
        case GuardBandMethod.DOBBERT:
            part = 1 - (1.04 - math.exp(0.38 * math.log(ratio) - 0.54)) / ratio
    if part <= 0:
        raise UncertaintyError(
            code="nothing-to-accept",
            input="TUR",
            problem=Text(
                "at a test uncertainty ratio of {tur:g} this guard band leaves nothing to accept; "
                "measure with less uncertainty or agree on another rule",
                zh="测试不确定度比为 {tur:g} 时，此保护带不留接受区间；请减小不确定度或约定其他规则",
            ).filled(tur=ratio),
        )
    return min(part, 1.0)
