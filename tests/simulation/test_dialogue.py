import pytest

from labctl.app.simulate import bench_alone
from labctl.simulation.dialogue import ScpiDialogue, Spoken, command, spellings, split
from labctl.simulation.line import Line
from labctl.simulation.pace import Pace
from labctl.simulation.status import Status
from labctl.transport.loopback import LoopbackPeer


class Thing(ScpiDialogue):
    level = 0.0

    @command("SOURce[:VOLTage]:LEVel")
    def _level(self, parameters: list[str]) -> Spoken:
        self.level = float(parameters[0])
        return None

    @command("SOURce[:VOLTage]:LEVel?")
    def _level_query(self, _: list[str]) -> Spoken:
        return f"{self.level:g}"

    @command("SYSTem:TEXT?")
    def _text(self, parameters: list[str]) -> Spoken:
        return "|".join(parameters)


def _said(message: str) -> str | None:
    answer = Thing(Status()).answer(message)
    return None if answer is None else answer.compose()


def test_words_are_short_or_long_and_nothing_between() -> None:
    assert spellings("SOURce[:VOLTage]:LEVel?") == {
        f"{a}{b}:{c}?" for a in ("SOUR", "SOURCE") for b in ("", ":VOLT", ":VOLTAGE") for c in ("LEV", "LEVEL")
    }


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("SOUR:LEV 5;LEV?", "5"),
        ("sour:volt:lev 5;lev?;:sour:lev?", "5;5"),
        ("SOUR:LEV 5;*ESE 3;LEV?;*ESE?", "5;3"),
        ("SOUR:LEV 5;:LEV?", None),
        ("SOURC:LEV?", None),
        ('SYST:TEXT? "a;b,c", d', '"a;b,c"|d'),
        ("SOUR:LEV 5", None),
        ("SOUR:LEV?;NONSENSE;*IDN?", "0"),  # what follows an error is not carried out
    ],
)
def test_units_of_a_message_share_a_path(message: str, said: str | None) -> None:
    assert _said(message) == said


def test_messages_are_cut_at_terminators_wherever_the_bytes_are_cut() -> None:
    thing = Thing(Status())
    assert thing.messages(b"*ID") == []
    assert thing.messages(b"N?\n*RST\r\n*CL") == ["*IDN?", "*RST"]
    thing.clear()
    assert thing.messages(b"*OPC?", end=True) == ["*OPC?"]
    assert thing.messages(b"x" * 5000) == []
    assert thing.status.next_error()[0] == -363


@pytest.mark.parametrize("parts", [(b"A\rAHC\rA\r",), (b"A\rAH", b"C\rA", b"\r")])
def test_commands_that_arrive_together_are_each_heard_with_their_own_last_character(parts: tuple[bytes, ...]) -> None:
    """A terminal hands on what was written in quick succession as one; the answers are due as if it had not."""
    assert _due(parts) == _due((b"A\r", b"AHC\r", b"A\r"))


def _due(parts: tuple[bytes, ...]) -> list[float]:
    (instrument,) = bench_alone("alicat/MC-100SLPM", seed=3).instruments.values()
    line = Line(instrument, LoopbackPeer(), "serial:///dev/pts/0", ("test",), pace=Pace.of("serial", "baud=300"))
    line.claim(("test", 1))
    for each in parts:
        line.receive(each)
    return [reply.due for reply in line.outbox]


def test_separators_in_quotes_do_not_separate() -> None:
    assert split("a 'x;y';b", ";") == ["a 'x;y'", "b"]
