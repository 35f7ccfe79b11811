"""The bench as the window shows it: one card an instrument, with its identity, certificate and state."""

from datetime import date

from attrs import frozen

from labctl.app.look import Look, Seen
from labctl.language import Language, Text
from labctl_gui.presenters.run import Live

_CONNECTED = Text("● connected, identity checked", zh="● 已连接，身份已核对")
_RUN = Text("● in use by the run", zh="● 运行使用中")
_ABSENT = Text("✖ no answer", zh="✖ 无应答")
_PASSIVE = Text("– no wire", zh="– 无通信接口")
_LOOKING = Text("… connecting", zh="… 正在连接")
_DUE = Text("certificate {number}, valid until {due}", zh="证书 {number}，有效期至 {due}")
_EXPIRED = Text("✖ certificate {number} expired on {due}", zh="✖ 证书 {number} 已于 {due} 到期")
_UNIT = Text("unit under test", zh="被校仪器")


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


def cards_of(
    look: Look | None, live: dict[str, Live], *, in_use: bool, language: Language, today: date
) -> list[BenchCard]:
    """Return the cards of a look at the bench, with the newest values of the run laid over it."""
    if look is None:
        return []
    return [_card(seen, live.get(seen.key), in_use=in_use, language=language, today=today) for seen in look.seen]


def _card(seen: Seen, live: Live | None, *, in_use: bool, language: Language, today: date) -> BenchCard:
    state, problem = _PASSIVE, False
    if seen.address:
        if in_use:
            state = _RUN
        elif seen.failure is not None:
            state, problem = _ABSENT, True
        else:
            state = _CONNECTED if seen.identity is not None else _LOOKING
    certificate = _UNIT if seen.is_unit else Text("", zh="")
    if seen.certificate is not None:
        expired = seen.certificate.due < today
        problem = problem or expired
        certificate = (_EXPIRED if expired else _DUE).filled(number=seen.certificate.number, due=seen.certificate.due)
    room = "   ".join(f"{each.quantity.value:.1f} {each.quantity.unit.symbol}" for each in seen.indications)
    now = room or seen.state.within(language)
    value = f"{live.value} {live.unit}" if live is not None and in_use else now
    return BenchCard(
        key=seen.key,
        title=seen.title.within(language),
        model=f"{seen.expected.manufacturer} {seen.expected.model}",
        serial=seen.identity.serial if seen.identity is not None else seen.expected.serial,
        address=seen.address,
        state=state.within(language),
        is_problem=problem,
        detail=seen.failure.within(language) if seen.failure is not None and not in_use else "",
        certificate=certificate.within(language),
        value=value.replace("-", "−") if live is not None else value,
    )
