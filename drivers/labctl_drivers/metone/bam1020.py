"""Met One BAM-1020 beta attenuation monitor: one mass concentration an hour, over its serial port.

Source: BAM 1020 Operation Manual, revision W, pages 86 to 94. RS-232 as delivered: 9600 baud, 8N1. Three carriage
returns bring the prompt `*`, behind which single characters choose a file; `ESC Q` returns the last record at once.
Not confirmed against a printed page: the wording of the settings report (file 4) and of the clock (file 5).
"""

import re
from collections.abc import Callable
from typing import Final

from attrs import frozen

from labctl.errors import InstrumentReported, NotReady, ReplyError
from labctl.instruments.driver import Driver
from labctl.metrology.many import everywhere
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Indication

PATIENCE: Final = 2 * 3600.0 + 300.0
"""Seconds until a record must have come: the hour under way, the one after it, and what clocks differ by."""
PROMPT: Final = "\r\r\r"
LAST: Final = "\x1bQ\r"
POLL: Final = 60.0  # seconds between two looks
ALARMS: Final = "EUMILRNFPDCT"
"""Letters of the alarm columns at the end of a record, in order (manual, chapter 6): T is a broken tape, and so on."""

_VALUE: Final = r",\s*([+-]?\d+\.\d+)"
_RECORD: Final = re.compile(
    rf"(\d\d/\d\d/\d\d \d\d:\d\d(?::\d\d)?){_VALUE}{_VALUE}((?:,\s*[+-]?\d+\.\d+)*)((?:,\s*\d+)*)\s*"
)
_REPORT: Final = re.compile(r"BAM 1020 Settings Report\n")
_SERIAL: Final = re.compile(r"^Serial Number,\s*(\S+)\s*$", re.MULTILINE)
_FIRMWARE: Final = re.compile(r"^Firmware,\s*(.*?)\s*$", re.MULTILINE)
_CLOCK: Final = re.compile(r"\d\d/\d\d/\d{2,4} (\d\d):(\d\d):(\d\d)")


@frozen
class Said:
    """What comes behind a choice ends with a prompt, `*` or `>`; a record ends with its line."""

    def end(self, received: bytes) -> int:
        """Return where the first answer ends."""
        line = received.find(b"\r\n")
        if line >= 0 and b"," in received[:line] and received[:1].isdigit():
            return line + 2
        prompts = [place for place in map(received.find, (b"*", b">")) if place >= 0]
        return min(prompts) + 1 if prompts else -1

    def content(self, answer: bytes) -> bytes:
        """Return the answer without prompt and line's end."""
        return answer.rstrip(b"*>\r\n")


class BAM1020(Driver, maker="MetOne", model="BAM-1020"):
    """Met One BAM-1020, hourly monitor of PM2.5 or PM10, whichever inlet it wears."""

    quantities = ("mass concentration", "time")
    model_pattern = r"BAM[- ]?1020"
    terminator = b""  # a choice is one character; escape commands bring their own carriage return
    answer_terminator = Said()

    _taken: str | None = None  # the time of the record that was read last; None: none since the wire was opened

    def identify(self) -> Identity:
        """Return serial number and firmware from the settings report (file 4)."""
        self._taken = None
        self.query(PROMPT, within=5.0)
        report = self._exchanged("4", 5.0)[1].decode("ascii", "replace").replace("\r", "")
        serial, firmware = _SERIAL.search(report), _FIRMWARE.search(report)
        if _REPORT.search(report) is None or serial is None:
            raise self._unexpected("a settings report with its serial number")
        return Identity(
            manufacturer="Met One", model=self.model, serial=serial[1], firmware=firmware[1] if firmware else ""
        )

    def mass_concentration(self) -> Indication:
        """Measure the mass concentration: wait for the record of an hour that has not been read yet.

        The first call after the wire was opened waits for the next record, so that no hour counts that began before
        anybody looked on.

        Raises:
            InstrumentReported: the record carries alarms; its concentration is worth nothing.
            NotReady: no new record came in two hours.
        """
        known = self._taken if self._taken is not None else self._known()
        started, looks = self.clock.monotonic(), self.patience.begin()
        while (record := self._record())[1] == known or not self._turned(known) or not looks.enough:
            looks.take()
            waited = self.clock.monotonic() - started
            if waited >= PATIENCE:
                raise NotReady(instrument=self.name, asked=f"a record after {known}", found=record[1], waited=waited)
            self.clock.wait(POLL)
        self._refuse_alarms(record)
        shown = self.indication(
            LAST, "mg/m³", resolution=Quantity.of(1, "µg/m³"), part=_concentration(lambda time: time != known)
        )
        self._taken = _time_of(shown.reply.decode("ascii"))
        return shown

    def clock_time(self) -> Indication:
        """Read its clock (file 5), as seconds since midnight on it."""
        self.query(PROMPT, within=5.0)
        return self.indication("5", "s", resolution=Quantity.of(1, "s"), part=_seconds)

    def _known(self) -> str:
        """Return the time of the last record; of monitors in step, once it is the same for all of them."""
        looks = self.patience.begin()
        known = self._record()[1]
        while self._turned(known, whole=False) or not looks.enough:
            looks.take()
            self.clock.wait(POLL)
            known = self._record()[1]
        return known

    def _turned(self, known: str, *, whole: bool = True) -> bool:
        """Return whether the last record is another one than was known; of monitors in step, each one's or any's."""
        other = self._latest_number(lambda answer: float(_time_of(answer) != known))
        return everywhere(other == 1) if whole else not everywhere(other == 0)

    def _latest_number(self, reads: Callable[[str], float]) -> float:
        received = self._open_call().exchanges[-1].received
        return self._of_each(received, lambda answer: reads(answer.decode("ascii")))

    def _record(self) -> re.Match[str]:
        """Return the last record, whatever it says."""
        record = _RECORD.fullmatch(self.query(LAST))
        if record is None:
            raise self._unexpected("a record: time, concentration, volume, channels, alarms")
        return record

    def _refuse_alarms(self, record: re.Match[str]) -> None:
        """Raise InstrumentReported for a record with alarms."""
        raised = _alarms(record)
        if raised:
            raise InstrumentReported(
                instrument=self.name,
                command=LAST.encode("ascii"),
                code=len(raised),
                message=f"{record[1]}: alarm {raised}",
            )

    def _unexpected(self, expected: str) -> ReplyError:
        latest = self._open_call().exchanges[-1]
        return ReplyError(instrument=self.name, query=latest.sent, reply=latest.received, expected=expected)


def _alarms(record: re.Match[str]) -> str:
    raised = (letter for letter, flag in zip(ALARMS, record[5].split(",")[1:], strict=False) if int(flag))
    return "".join(raised)


def _time_of(text: str) -> str | None:
    record = _RECORD.match(text)
    return record[1] if record is not None else None


def _concentration(fresh: Callable[[str], bool]) -> Callable[[str], str]:
    """Return what takes the concentration out of a record that is fresh and without alarm; anything else gives none."""

    def part(text: str) -> str:
        record = _RECORD.fullmatch(text)
        return record[2] if record is not None and fresh(record[1]) and not _alarms(record) else ""

    return part


def _seconds(text: str) -> str:
    found = _CLOCK.search(text)
    if found is None:
        return ""
    hour, minute, second = (int(each) for each in found.groups())
    return str((hour * 60 + minute) * 60 + second)
