"""How steady an indication has become, held against the criterion of the method, in words and as parts of a whole."""

from typing import TYPE_CHECKING

from attrs import frozen

from labctl.language import Language, Text
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import parse_unit

if TYPE_CHECKING:
    from labctl.app.watching import Watch

_SPAN = Text("span {span} of {within}", zh="极差 {span}，允许 {within}")
_TIME = Text("steady for {held} of {window}", zh="已稳定 {held} / {window}")
_COUNT = Text("{held} of {wanted} readings together", zh="{held}/{wanted} 个读数一致")
_LEFT = Text("gives up in {left}", zh="{left} 后超时")
_MET = Text("✔ steady", zh="✔ 已稳定")
_NOT_YET = Text("… becoming steady", zh="… 等待稳定")
_PERCENT = parse_unit("%")
_HOUR, _MINUTE = 3600, 60
_MILLIKELVIN = 0.1


@frozen(kw_only=True)
class Stability:
    """What the strip below the plot says."""

    words: str  # whether it is steady
    span: str
    span_part: float  # of the allowed span; more than 1 is too much
    held: str
    held_part: float  # of the window
    left: str
    met: bool


def stability_of(watch: "Watch | None", language: Language) -> Stability | None:
    """Return how steady a trace is; None where nothing settles."""
    if watch is None or not watch.readings:
        return None
    count, seconds = watch.together
    part = seconds / watch.window if watch.window else count / max(watch.wanted, 1)
    if watch.window:
        held = _TIME.filled(held=clock(seconds), window=clock(watch.window))
    else:
        held = _COUNT.filled(held=min(count, watch.wanted), wanted=watch.wanted)
    words, span_part = _span(watch)
    return Stability(
        words=(_MET if watch.met else _NOT_YET).within(language),
        span=words.within(language),
        span_part=span_part,
        held=held.within(language),
        held_part=1.0 if watch.met else min(part, 1.0),
        left="" if watch.met else _LEFT.filled(left=clock(watch.left)).within(language),
        met=watch.met,
    )


def _span(watch: "Watch") -> tuple[Text, float]:
    """Return the span of the window beside what is allowed, and its part of that."""
    span, within = watch.span, watch.within
    if span is None or within is None:
        return Text("", zh=""), 0.0
    if within.unit.is_number and not span.unit.is_number:
        middle = watch.middle
        allowed = within.si * abs(middle)
        part = span.value / allowed if allowed else 0.0
        said = Quantity(span.value / abs(middle) * 100, _PERCENT) if middle else None
        limit = Quantity(within.si * 100, _PERCENT)
        return _SPAN.filled(span=_short(said) if said is not None else "—", within=_short(limit)), part
    limit = within.to(span.unit)
    part = span.value / limit.value if limit.value else 0.0
    return _SPAN.filled(span=_short(span), within=_short(limit)), part


def _short(quantity: Quantity) -> str:
    shown = quantity
    if quantity.unit.symbol == "K" and abs(quantity.value) < _MILLIKELVIN:
        shown = quantity.to("mK")
    return f"{shown.value:.3g} {shown.unit.symbol}"


def clock(seconds: float) -> str:
    """Return a duration as a person reads it off a clock.

    >>> clock(9.4), clock(75), clock(3725)
    ('9 s', '1:15 min', '1:02 h')
    """
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}:{whole % _MINUTE:02d} min"
    return f"{whole // _HOUR}:{whole % _HOUR // _MINUTE:02d} h"
