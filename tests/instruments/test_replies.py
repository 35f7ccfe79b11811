"""Numbers are read as the manual prints them, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labctl.errors import Overload, ReplyError
from labctl.instruments.replies import decoded, integer, number


def read(text: str) -> float:
    return number(text, instrument="meter", query=b"READ?\n", reply=text.encode())


@pytest.mark.parametrize(
    ("text", "value"),
    [("+1.23456780E+00", 1.2345678), ("-.5", -0.5), (" 12. ", 12.0), ("1.2e-003", 0.0012), ("+1.2E+004", 12000.0)],
)
def test_a_number_is_the_whole_text(text: str, value: float) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    "text", ["", ".", "+", "1.0V", "1,0", "0x10", "1e", "1 2", "nan", "inf", "\uff11\uff12", "1_0"]
)
def test_all_else_is_refused(text: str) -> None:
    with pytest.raises(ReplyError):
        read(text)


@pytest.mark.parametrize("text", ["+9.9E37", "-9.90000000E+37", "9.91E+37", "1e999"])
def test_infinity_is_no_number(text: str) -> None:
    with pytest.raises(Overload):
        read(text)


@given(st.floats(min_value=-1e37, max_value=1e37))
def test_every_finite_number_survives(value: float) -> None:
    assert read(f"{value:.17e}") == value


@given(st.text(max_size=12))
def test_nothing_else_than_a_number_becomes_one(text: str) -> None:
    try:
        value = read(text)
    except (ReplyError, Overload):
        return
    assert value == float(text)


def test_integers_and_text() -> None:
    assert integer("+6145", instrument="", query=b"", reply=b"") == 6145
    with pytest.raises(ReplyError):
        integer("1.0", instrument="", query=b"", reply=b"")
    assert decoded(b"ACV\r\n", b"\n", instrument="", query=b"") == "ACV"
    for reply in (b"ACV", b"A\x00V\n", b"A\xb5V\n"):
        with pytest.raises(ReplyError):
            decoded(reply, b"\n", instrument="", query=b"")
