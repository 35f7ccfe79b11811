"""Numbers as people key them in: a decimal comma, full-width digits and a typographer's minus are understood."""

import re
import unicodedata
from typing import Final

_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_THOUSANDS: Final = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)


def folded(text: str) -> str:
    """Return a text with the characters of an input method in their plain forms, without surrounding blanks.

    >>> folded(" −1,5 ")
    '-1,5'
    """
    return unicodedata.normalize("NFKC", text).replace("−", "-").strip()


def keyed(text: str) -> str:
    """Return a number as plain digits with a decimal point; empty for what is no number, or could be two.

    A comma before exactly three digits could part the thousands, so it is not taken for a decimal one.

    >>> keyed("20,35"), keyed("-0,125"), keyed("1e-3")
    ('20.35', '-0.125', '1e-3')
    >>> keyed("1,013"), keyed("20.3 °C"), keyed("1 013"), keyed("1,234.5")
    ('', '', '', '')
    """
    plain = folded(text)
    if _NUMBER.fullmatch(plain) is None or _THOUSANDS.fullmatch(plain) is not None:
        return ""
    return plain.replace(",", ".")


def decimals(number: str) -> int:
    """Return the power of ten of the last digit of a number, counted downwards.

    >>> decimals("20.35"), decimals("20"), decimals("1.5e-3")
    (2, 0, 4)
    """
    digits, _, exponent = number.lower().partition("e")
    return len(digits.partition(".")[2]) - int(exponent or "0")
