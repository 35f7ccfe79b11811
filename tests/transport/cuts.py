"""Bytes cut anywhere, and read to the last one."""

from collections.abc import Callable
from itertools import pairwise

from hypothesis import strategies as st

LINES = st.lists(
    st.sampled_from([b"ECHO? 1", b"ECHO? two", b"OPER", b"ECHO? +1.000000E+01", b""]), min_size=1, max_size=6
)
CUTS = st.lists(st.integers(0, 80), max_size=12)


def expected(lines: list[bytes]) -> bytes:
    return b"".join(line.partition(b" ")[2] + b"\n" for line in lines if line.startswith(b"ECHO?"))


def pieces(content: bytes, cuts: list[int]) -> list[bytes]:
    at = [0, *sorted({each for each in cuts if each < len(content)}), len(content)]
    return [content[a:b] for a, b in pairwise(at) if a < b]


def read_exactly(read: Callable[[int], bytes], size: int) -> bytes:
    received = b""
    while len(received) < size:
        part = read(size - len(received))
        assert part, received
        received += part
    return received


def broken(read: Callable[[], bytes], times: int = 1) -> bool:
    try:
        return any(read() == b"" for _ in range(times))
    except OSError:
        return True
