"""The bench as the window shows it: one card an instrument, with its identity, certificate and state."""

from datetime import date

from attrs import evolve, frozen

from labctl.app.look import Look, Seen
from labctl.language import Language, Text
from labctl_gui.presenters.live import Live

_CONNECTED = Text("● connected, identity checked", zh="● 已连接，身份已核对")
_RUN = Text("● in use by the run", zh="● 运行使用中")
_ABSENT = Text("✖ no answer", zh="✖ 无应答")
_PASSIVE = Text("– no wire", zh="– 无通信接口")
_LOOKING = Text("… connecting", zh="… 正在连接")
_DUE = Text("certificate {number}, valid until {due}", zh="证书 {number}，有效期至 {due}")
_EXPIRED = Text("✖ certificate {number} expired on {due}", zh="✖ 证书 {number} 已于 {due} 到期")
_UNIT = Text("unit under test", zh="被校仪器")
_BY_HAND = Text("– read by hand, keyed in during a run", zh="– 人工读数，运行中键入")
_FIRMWARE = Text("firmware {firmware}", zh="固件 {firmware}")
_QUEUE = Text("▲ in its error queue: {errors}", zh="▲ 错误队列：{errors}")


@frozen(kw_only=True)
class BenchCard:
    """What one card says."""

    key: str
    title: str
    model: str
    serial: str
    address: str
    state: str
    is_problem: bool
    detail: str
    certificate: str
    value: str
    may_reconnect: bool = False


def cards_of(
    look: Look | None,
    live: dict[str, Live],
    *,
    in_use: bool,
    language: Language,
    today: date,
    looking: frozenset[str] = frozenset(),
) -> list[BenchCard]:
    """Return the cards of a look at the bench, with the newest values of the run laid over it.

    Args:
        look: as the bench was found; None before the first one.
        live: what a run shows now, by instrument.
        in_use: whether a run uses the bench.
        language: of the words.
        today: on which certificates have to be valid.
        looking: the instruments that are being asked again at this moment.
    """
    if look is None:
        return []
    return [
        _card(
            seen,
            live.get(seen.key),
            in_use=in_use,
            looking=seen.key in looking,
            language=language,
            today=today,
        )
        for seen in look.seen
    ]


def with_seen(look: Look | None, seen: Seen) -> Look | None:
    """Return a look with one instrument as it was found since."""
    if look is None:
        return None
    return evolve(look, seen=tuple(seen if each.key == seen.key else each for each in look.seen))


def _card(seen: Seen, live: Live | None, *, in_use: bool, looking: bool, language: Language, today: date) -> BenchCard:
    state, problem = _state_of(seen, in_use=in_use, looking=looking)
    certificate = _UNIT if seen.is_unit else Text("", zh="")
    if seen.certificate is not None:
        expired = seen.certificate.due < today
        problem = problem or expired
        certificate = (_EXPIRED if expired else _DUE).filled(number=seen.certificate.number, due=seen.certificate.due)
    room = "   ".join(f"{each.quantity.value:.1f} {each.quantity.unit.symbol}" for each in seen.indications)
    now = room or ("" if seen.by_hand else seen.state.within(language))
    value = f"{live.value} {live.unit}" if live is not None and in_use else now
    return BenchCard(
        key=seen.key,
        title=seen.title.within(language),
        model=f"{seen.expected.manufacturer} {seen.expected.model}",
        serial=seen.identity.serial if seen.identity is not None else seen.expected.serial,
        address=_address_of(seen, language),
        state=state.within(language),
        is_problem=problem or (seen.errors is not None and not in_use),
        detail=_detail_of(seen, language) if not in_use and not looking else "",
        certificate=certificate.within(language),
        value=value.replace("-", "−") if live is not None else value,
        may_reconnect=bool(seen.address) and not seen.by_hand and not in_use and not looking,
    )


def _state_of(seen: Seen, *, in_use: bool, looking: bool) -> tuple[Text, bool]:
    if not seen.address:
        return _PASSIVE, False
    if seen.by_hand:
        return _BY_HAND, False
    if in_use:
        return _RUN, False
    if seen.failure is not None and not looking:
        return _ABSENT, True
    return (_LOOKING if looking or (seen.identity is None and not seen.state.en) else _CONNECTED), False


def _address_of(seen: Seen, language: Language) -> str:
    firmware = seen.identity.firmware if seen.identity is not None else ""
    return " · ".join(
        filter(None, (seen.address, _FIRMWARE.filled(firmware=firmware).within(language) if firmware else ""))
    )


def _detail_of(seen: Seen, language: Language) -> str:
    if seen.failure is not None:
        return seen.failure.within(language)
    return _QUEUE.filled(errors=seen.errors).within(language) if seen.errors is not None else ""
