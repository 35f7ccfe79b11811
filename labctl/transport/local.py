"""The engine's command endpoint: JSON lines on a socket of this machine that only its owner can reach.

A request is answered with the same `id`; between answers the engine rings `{"bell": n}`, the number of its newest
event. Where the system has no local sockets, it is a port of the loopback with a token in a file of the owner's.
"""

import asyncio
import json
import os
import secrets
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Self, cast

from labctl.errors import AlreadyOpen, ConnectFailed, TransportClosed, TransportTimeout
from labctl.language import Text
from labctl.transport.reactor import Reactor
from labctl.transport.serve_socket import HOST

Frame = dict[str, Any]

_LONGEST: Final = 1 << 20  # bytes of a frame
_UNREAD: Final = 1 << 18  # bytes of bells and answers that a listener may leave unread
_ANSWER: Final = 5.0  # seconds
_NAME: Final = "engine"

HAS_LOCAL_SOCKETS: Final = hasattr(socket, "AF_UNIX") and sys.platform != "win32"


class CommandServer:
    """Answers the requests of everybody who may control one engine, in a thread of its own.

    Args:
        path: of the socket; its folder is made for the owner alone.
        on_request: returns the answer at once; called in the endpoint's thread.
        local: use a local socket; false: a port of the loopback with a token.

    Raises:
        AlreadyOpen: another engine answers there.
        ConnectFailed: the socket cannot be made.
    """

    def __init__(self, path: Path, on_request: Callable[[Frame], Frame], *, local: bool = HAS_LOCAL_SOCKETS) -> None:
        self.path = path
        self._on_request = on_request
        self._writers: set[asyncio.StreamWriter] = set()
        self._token = secrets.token_hex(16)
        self._last = 0
        self._newest = 0
        self._ringing = False  # the loop is going to ring
        _refuse_second(path)
        self._reactor = Reactor()
        self._reactor.start()
        try:
            _keep_private(path.parent)
            path.unlink(missing_ok=True)
            self._reactor.completed(self._listen(local=local))
        except OSError as error:
            self._reactor.stop()
            raise ConnectFailed(instrument=_NAME, address=str(path), reason=str(error)) from error

    def ring(self, number: int) -> None:
        """Tell every listener the number of the newest event; never waits for any of them.

        Numbers rung before the loop comes to it are one ring: a listener reads the journal up to the last.
        """
        self._newest = max(self._newest, number)
        if not self._ringing:
            self._ringing = True
            self._reactor.loop.call_soon_threadsafe(self._ring)

    def close(self) -> None:
        """Stop listening and drop everybody."""
        self._reactor.stop()
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        """Use it for a block of statements."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    # --- inside ------------------------------------------------------------------------------------------------------

    async def _listen(self, *, local: bool) -> None:
        if local and sys.platform != "win32":
            server = await asyncio.start_unix_server(self._talk, self.path, limit=_LONGEST)
            self.path.chmod(0o600)
        else:
            server = await asyncio.start_server(self._talk_to_strangers, HOST, 0, limit=_LONGEST)
            where = {"port": server.sockets[0].getsockname()[1], "token": self._token}
            beside = self.path.with_name(f"{self.path.name}.new")
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                json.dump(where, file)
            beside.replace(self.path)

        def close() -> None:
            server.close()
            for each in list(self._writers):
                each.transport.abort()

        self._reactor.on_stop(close)

    async def _talk_to_strangers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            token = await asyncio.wait_for(reader.readline(), _ANSWER)
        except (OSError, ValueError, TimeoutError, asyncio.CancelledError):
            token = b""
        if secrets.compare_digest(token.strip(), self._token.encode()):
            await self._talk(reader, writer)
        else:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            if self._last:
                _put(writer, {"bell": self._last})
            while line := await reader.readline():
                _put(writer, self._answer(line))
        except (OSError, ValueError, asyncio.CancelledError):  # gone, too long a line, or the end
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    def _answer(self, line: bytes) -> Frame:
        try:
            frame = json.loads(line)
        except ValueError:
            frame = None
        if not isinstance(frame, dict) or not isinstance(cast("Frame", frame).get("request"), dict):
            return {"id": None, "answer": _refusal()}
        asked = cast("Frame", frame)
        try:
            answer = self._on_request(asked["request"])
        except Exception as error:  # noqa: BLE001  (a request must never end the endpoint; whoever asked hears of it)
            answer = {"ok": False, "en": f"{type(error).__name__}: {error}", "zh": f"{type(error).__name__}:{error}"}
        return {"id": asked.get("id"), "answer": answer}

    def _ring(self) -> None:
        self._ringing = False  # before the number is read: whoever rings from now on wakes the loop again
        self._last = self._newest
        for writer in list(self._writers):
            _put(writer, {"bell": self._last})


class CommandClient:
    """Somebody who controls or follows an engine; may be used from several threads.

    Args:
        path: of the engine's socket.

    Raises:
        ConnectFailed: no engine listens there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = _connect(path)
        self._changed = threading.Condition()
        self._answers: dict[int, Frame] = {}
        self._asked = 0
        self._bell: int | None = None
        self._gone = False
        threading.Thread(target=self._listen, name="command client", daemon=True).start()

    def ask(self, request: Frame, within: float = _ANSWER) -> Frame:
        """Return the engine's answer to a request.

        Raises:
            TransportClosed: the engine is gone.
            TransportTimeout: it does not answer.
        """
        with self._changed:
            self._asked += 1
            number = self._asked
            line = json.dumps({"id": number, "request": request}).encode() + b"\n"
            try:
                self._connection.sendall(line)
            except OSError as error:
                raise self._closed(str(error)) from error
            self._changed.wait_for(lambda: number in self._answers or self._gone, within)
            if number in self._answers:
                return self._answers.pop(number)
            if self._gone:
                raise self._closed()
            raise TransportTimeout(instrument=_NAME, address=str(self.path), waited=within, query=line)

    def bells(self, within: float) -> int | None:
        """Return the number rung last, waiting for one that was not returned before; None: nothing was rung.

        Raises:
            TransportClosed: the engine is gone, and what it rung was returned.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._bell is not None or self._gone, within)
            bell, self._bell = self._bell, None
            if bell is None and self._gone:
                raise self._closed()
            return bell

    def close(self) -> None:
        """Leave; the engine goes on."""
        with suppress(OSError):  # gone already
            self._connection.shutdown(socket.SHUT_RDWR)  # wakes the listening thread
        self._connection.close()

    def __enter__(self) -> Self:
        """Use it for a block of statements."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave."""
        self.close()

    # --- inside ------------------------------------------------------------------------------------------------------

    def _listen(self) -> None:
        received = b""
        try:
            while part := self._connection.recv(65536):
                *lines, received = (received + part).split(b"\n")
                for line in lines:
                    self._hear(json.loads(line))
        except (OSError, ValueError):
            pass
        with self._changed:
            self._gone = True
            self._changed.notify_all()

    def _hear(self, frame: Frame) -> None:
        with self._changed:
            if "bell" in frame:
                self._bell = int(frame["bell"])
            elif isinstance(frame.get("id"), int):
                self._answers[frame["id"]] = frame["answer"]
            self._changed.notify_all()

    def _closed(self, reason: str = "") -> TransportClosed:
        return TransportClosed(instrument=_NAME, address=str(self.path), reason=reason)


def _put(writer: asyncio.StreamWriter, frame: Frame) -> None:
    if writer.transport.get_write_buffer_size() > _UNREAD:
        writer.transport.abort()  # a listener that does not listen
    else:
        writer.write(json.dumps(frame).encode() + b"\n")


def _connect(path: Path) -> socket.socket:
    try:
        return _connect_by_port(path) if path.is_file() else _connect_by_path(path)
    except (OSError, ValueError, LookupError) as error:
        raise ConnectFailed(instrument=_NAME, address=str(path), reason=str(error)) from error


def _connect_by_port(path: Path) -> socket.socket:
    where = json.loads(path.read_bytes())
    connection = socket.create_connection((HOST, where["port"]), _ANSWER)
    connection.settimeout(None)
    connection.sendall(where["token"].encode() + b"\n")
    return connection


def _connect_by_path(path: Path) -> socket.socket:
    if sys.platform == "win32":
        raise FileNotFoundError(path)
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(os.fspath(path))
    except OSError:
        connection.close()
        raise
    return connection


def _refuse_second(path: Path) -> None:
    if not path.exists():
        return
    try:
        connection = _connect(path)
    except ConnectFailed:
        return  # left behind by an engine that is gone
    connection.close()
    raise AlreadyOpen(
        record=str(path),
        problem=Text("another engine answers there; attach to it", zh="已有引擎在此运行，请连接该引擎"),
    )


def _keep_private(folder: Path) -> None:
    """Make a folder for its owner alone; PermissionError if one is there that others can enter."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform == "win32":
        return
    found = folder.stat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        message = f"{folder} is open to others; give it to its owner alone (mode 0700)"
        raise PermissionError(message)


def _refusal() -> Frame:
    said = Text("a request is a JSON object on one line", zh="请求须为单行 JSON 对象")
    return {"ok": False, "en": said.en, "zh": said.zh}
