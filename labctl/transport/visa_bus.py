"""GPIB and USBTMC as channels, through PyVISA with the VISA library of the machine, or else its Python backend.

Neither was tried on a real bus yet [K].
"""

from functools import cache
from typing import Any, Final, cast

import pyvisa
from pyvisa.constants import StatusCode

from labctl.clock import WallClock
from labctl.transport.visa import PYTHON, VENDORS, VisaChannel, opened, translated

_TURN: Final = 0.1  # seconds that one read holds the bus; libraries round longer ones up to the next of a few
_MESSAGE: Final = 3.0  # seconds for the rest of a message that has begun
_TRANSFER: Final = 0.5  # seconds of a USB transfer: instruments dislike shorter ones, which are broken off
_LONGEST: Final = 1 << 16  # bytes fetched at once


class BusChannel(VisaChannel):
    """A session on a bus, where an instrument keeps its answers whoever opens it: opening clears it."""

    def _read(self, most: int, within: float) -> tuple[bytes, bool]:
        """Return what came, and whether the instrument said that it is all. Raises TimeoutError where nothing did."""
        self._allow(within)
        with translated(), self.resource.ignore_warning(StatusCode.success_max_count_read):
            received, status = cast("Any", self.resource.visalib).read(self.resource.session, most)
        return bytes(received), status != StatusCode.success_max_count_read


class GpibChannel(BusChannel):
    """GPIB: the first byte is waited for alone, because a time-out loses what came before it."""

    def _fetched(self, within: float) -> tuple[bytes, bool]:
        clock = WallClock()
        deadline = clock.monotonic() + within
        while (remaining := deadline - clock.monotonic()) > 0:
            try:
                first, complete = self._read(1, min(remaining, _TURN))
            except TimeoutError:
                continue
            if complete or not first:
                return first, complete
            rest, complete = self._read(_LONGEST, _MESSAGE)
            return first + rest, complete
        return b"", False


class UsbtmcChannel(BusChannel):
    """USBTMC: a message comes whole, in transfers of a size that only the instrument knows."""

    def _fetched(self, within: float) -> tuple[bytes, bool]:
        try:
            return self._read(_LONGEST, max(within, _TRANSFER))
        except TimeoutError:
            return b"", False


def connect_gpib(board: int, primary: int, secondary: int | None) -> GpibChannel:
    """Open an instrument on a GPIB board and clear it; OSError, ValueError or PeerGone if it cannot be."""
    further = "" if secondary is None else f"::{secondary}"
    channel = GpibChannel(opened(f"GPIB{board}::{primary}{further}::INSTR", library()))
    channel.clear()
    return channel


def connect_usbtmc(vendor: int, product: int, serial: str) -> UsbtmcChannel:
    """Open an instrument on USB and clear it; OSError, ValueError or PeerGone if it cannot be."""
    channel = UsbtmcChannel(opened(f"USB::0x{vendor:04X}::0x{product:04X}::{serial}::INSTR", library()))
    channel.clear()
    return channel


@cache
def library() -> str:
    """Return which library drives the interfaces of this machine: its maker's, where one is installed."""
    try:
        pyvisa.ResourceManager(VENDORS)
    except (OSError, ValueError, pyvisa.errors.Error):
        return PYTHON
    return VENDORS
