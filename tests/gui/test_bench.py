"""The Bench screen: what answers and in which state, one instrument asked again, and the bytes on the wires."""

from datetime import UTC, datetime

from labctl.app.look import Look, Seen
from labctl.app.traffic import Passed
from labctl.language import Language, Text
from labctl.records.equipment import Identity
from labctl_gui.presenters.bench import cards_of, with_seen
from labctl_gui.presenters.traffic import LINES, TrafficPresenter
from labctl_gui.windows.main import BENCH
from tests.gui.desk import TODAY, Room

AT = datetime(2026, 11, 28, 5, 6, 7, 89000, tzinfo=UTC)
WHO = Identity(manufacturer="Fluke", model="5522A", serial="1", firmware="2.0")


def passed(instrument: str, direction: str, content: bytes) -> Passed:
    return Passed(at=AT, instrument=instrument, direction=direction, content=content)


def test_parts_of_an_answer_are_one_line_and_what_is_asked_another() -> None:
    traffic = TrafficPresenter()
    traffic.take([passed("meter", "out", b"READ?\n"), passed("meter", "in", b"+1."), passed("meter", "in", b"0\r\n")])
    assert [each.text[14:] for each in traffic.lines] == ["meter        → READ?\\n", "meter        ← +1.0\\r\\n"]


def test_one_instrument_can_be_watched_alone_and_old_lines_go() -> None:
    traffic = TrafficPresenter()
    traffic.take([passed("meter", "out", b"A\n"), passed("bath", "out", bytes([0, 255]))])
    traffic.watch("bath")
    assert [each.text[14:] for each in traffic.lines] == ["bath         → \\x00\\xff"]
    traffic.take(passed("bath", "out", b"%d\n" % n) for n in range(LINES + 5))
    assert len(traffic.lines) == LINES
    traffic.watch("meter")
    assert traffic.lines == []


def seen(**facts: object) -> Seen:
    given: dict[str, object] = {
        "key": "calibrator",
        "title": Text("Calibrator", zh="校准器"),
        "expected": WHO,
        "address": "tcp://1",
        **facts,
    }
    return Seen(**given)  # type: ignore[arg-type]


def test_a_card_says_what_needs_a_person() -> None:
    fine, queue = seen(identity=WHO), seen(identity=WHO, errors=Text("-113", zh="-113"))
    gone, by_hand = seen(failure=Text("no answer", zh="无应答")), seen(address="operator:", by_hand=True)
    look = Look(station="A", simulated=True, seen=(fine,))
    told = {
        name: cards_of(with_seen(look, each), {}, in_use=False, language=Language.CHINESE, today=TODAY)[0]
        for name, each in {"fine": fine, "queue": queue, "gone": gone, "by hand": by_hand}.items()
    }
    assert {name for name, card in told.items() if card.is_problem} == {"queue", "gone"}
    assert {name for name, card in told.items() if card.may_reconnect} == {"fine", "queue", "gone"}
    assert told["fine"].address == "tcp://1 · 固件 2.0"
    assert "错误队列" in told["queue"].detail
    assert "人工读数" in told["by hand"].state


def test_nothing_is_asked_while_a_run_uses_the_bench() -> None:
    look = Look(station="A", simulated=True, seen=(seen(identity=WHO),))
    busy = cards_of(look, {}, in_use=True, language=Language.ENGLISH, today=TODAY)[0]
    asked = cards_of(look, {}, in_use=False, language=Language.ENGLISH, today=TODAY, looking=frozenset({"calibrator"}))[
        0
    ]
    assert not busy.may_reconnect
    assert not asked.may_reconnect
    assert "connecting" in asked.state


def test_an_instrument_is_reconnected_and_its_bytes_are_seen(room: Room) -> None:
    seat = room.open()
    seat.until(seat.window.start.isEnabled)
    page = seat.window.bench_page
    seat.window.go_to(BENCH)
    seat.until(lambda: "*IDN?" in page.log.text.toPlainText())
    seat.ask_world(do="fault", instrument="meter", fault="wrong serial")
    panel = page.panels["meter"]
    seat.click(panel.reconnect)
    seat.until(lambda: next(each for each in page.cards if each.key == "meter").is_problem)
    seat.ask_world(do="mend", instrument="meter")
    seat.click(panel.reconnect)
    seat.until(lambda: not next(each for each in page.cards if each.key == "meter").is_problem)
    page.log.filter.setCurrentIndex(page.log.filter.findData("meter"))
    assert "calibrator" not in page.log.text.toPlainText()
    seat.start()
    seat.card("Short-circuit")
    seat.confirm()
    seat.window.go_to(BENCH)
    seat.until(lambda: "READ?" in page.log.text.toPlainText())
    assert not panel.reconnect.isEnabled()
