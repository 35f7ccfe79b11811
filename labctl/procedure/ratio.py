"""The accuracy ratio of a verification: U no more than a share of the MPE, unless the order says why it may be."""

from collections.abc import Iterator, Sequence
from typing import Final

from labctl.language import Text
from labctl.metrology.conformity import Side
from labctl.procedure.procedure import Procedure
from labctl.records.calibration import PointResult
from labctl.records.order import Kind, Order

_ROUNDED: Final = 1e-9  # U and limit are figures of a few digits; their quotient is not held against the last bit


def too_coarse(procedure: Procedure, order: Order, side: Side, ratio: float) -> bool:
    """Return whether a U, as a share of its limit, is too large for a verification; of a calibration it never is.

    A limit on one side only, such as a leak rate, is no maximum permissible error.
    """
    asked = order.kind is Kind.VERIFICATION and side is Side.WITHIN
    return asked and ratio * procedure.accuracy_ratio > 1 + _ROUNDED


def notes_of(procedure: Procedure, order: Order, points: Sequence[PointResult]) -> Iterator[Text]:
    """Yield what a certificate says where a verification was carried out with a U that is too large a share."""
    sides = {each.title.en: each.limit.side for each in procedure.requirements}
    found: dict[str, list[str]] = {}
    for point in points:
        for each in point.judgements:
            if too_coarse(procedure, order, sides.get(each.requirement.en, Side.AT_MOST), each.ratio):
                found.setdefault(point.section, []).append(f"{point.point} ({each.ratio:.2f})")
    for section, keys in found.items():
        once = list(dict.fromkeys(keys))
        words = _COARSE.filled(
            section=procedure.source(section).title,
            share=share(procedure),
            points=Text("; ".join(once), zh="；".join(once)),
        )
        yield _ALLOWED.filled(words=words, reason=order.coarse) if order.coarse else words


def share(procedure: Procedure) -> str:
    """Return the largest share of the MPE that U may be, as people write it: 1/3."""
    return f"1/{procedure.accuracy_ratio:g}"


_COARSE: Final = Text(
    "{section}: U is more than {share} of the MPE at: {points}",
    zh="{section}：以下各点 U 大于最大允许误差的 {share}：{points}",
)
_ALLOWED: Final = Text("{words}. The order allows it: {reason}", zh="{words}。委托允许：{reason}")
