import json
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from labctl.clock import WallClock
from labctl.errors import AlreadyOpen, ConnectFailed, TransportClosed, TransportTimeout
from labctl.transport.local import CommandClient, CommandServer


def answered(request: dict[str, Any]) -> dict[str, Any]:
    if request.get("do") == "break":
        raise ArithmeticError
    return {"ok": True, "said": request, "thread": threading.current_thread().name}


@pytest.fixture
def path() -> Iterator[Path]:
    with TemporaryDirectory(prefix="labctl-") as folder:  # pytest's own paths are too long for a local socket
        yield Path(folder) / "run" / "engine"


@pytest.fixture(params=[True, False], ids=["local socket", "port and token"])
def server(request: pytest.FixtureRequest, path: Path) -> Iterator[CommandServer]:
    with CommandServer(path, answered, local=request.param) as running:
        yield running


def test_each_request_has_its_answer(server: CommandServer) -> None:
    with CommandClient(server.path) as first, CommandClient(server.path) as second:
        for n in range(20):
            assert first.ask({"do": "pause", "n": n})["said"] == {"do": "pause", "n": n}
            assert second.ask({"do": "跳过"})["said"] == {"do": "跳过"}
        assert first.ask({})["thread"] != threading.current_thread().name


def test_only_the_owner_can_reach_it(server: CommandServer) -> None:
    assert stat.S_IMODE(server.path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.path.stat().st_mode) == 0o600


def test_a_folder_that_is_open_to_others_is_refused(path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    with pytest.raises(ConnectFailed, match="open to others"):
        CommandServer(path, answered)


def test_every_listener_hears_the_bell_and_one_that_comes_later_hears_the_last(server: CommandServer) -> None:
    with CommandClient(server.path) as first, CommandClient(server.path) as second:
        for client in (first, second):
            client.ask({})
        server.ring(7)
        assert first.bells(5.0) == second.bells(5.0) == 7
        assert first.bells(0.01) is None
        for number in range(8, 500):
            server.ring(number)
        heard = 0
        while heard < 499:
            bell = first.bells(5.0)
            assert bell is not None
            assert bell > heard
            heard = bell
        with CommandClient(server.path) as late:
            assert late.bells(5.0) == 499


def test_a_listener_that_does_not_listen_holds_nobody_up(server: CommandServer) -> None:
    if server.path.is_file():
        where = json.loads(server.path.read_text())
        deaf = socket.create_connection(("127.0.0.1", where["port"]))
        deaf.sendall(where["token"].encode() + b"\n")
    else:
        deaf = socket.socket(socket.AF_UNIX)
        deaf.connect(str(server.path))
    with deaf, CommandClient(server.path) as other:
        started = WallClock().monotonic()
        for number in range(20_000):
            server.ring(number)
        assert other.ask({"do": "abort"}, within=20.0)["ok"]
        assert WallClock().monotonic() - started < 20.0


def test_a_request_that_breaks_something_is_answered(server: CommandServer) -> None:
    with CommandClient(server.path) as client:
        assert "ArithmeticError" in client.ask({"do": "break"})["en"]
        assert client.ask({})["ok"]


def test_garbage_is_refused_and_hurts_nobody_else(path: Path) -> None:
    with CommandServer(path, answered) as server, CommandClient(path) as other:
        raw = socket.socket(socket.AF_UNIX)
        raw.connect(str(server.path))
        with raw, raw.makefile("rb") as answers:
            for garbage in (b"GET /\n", b"[]\n", b'{"id": 1}\n', b"\xff\n"):
                raw.sendall(garbage)
                assert json.loads(answers.readline())["answer"]["ok"] is False
        assert other.ask({})["ok"]


def test_a_stranger_without_the_token_is_sent_away(path: Path) -> None:
    with CommandServer(path, answered, local=False):
        port = json.loads(path.read_text())["port"]
        with socket.create_connection(("127.0.0.1", port), 5.0) as stranger:
            stranger.sendall(b"guess\n" + json.dumps({"id": 1, "request": {"do": "abort"}}).encode() + b"\n")
            try:
                assert stranger.recv(100) == b""
            except ConnectionResetError:
                return


def test_a_second_engine_is_refused_and_what_a_dead_one_left_is_not(server: CommandServer) -> None:
    with pytest.raises(AlreadyOpen):
        CommandServer(server.path, answered)
    with CommandClient(server.path) as client:
        assert client.ask({})["ok"]


def test_what_a_killed_engine_left_behind_is_replaced(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))
    left.close()
    with pytest.raises(ConnectFailed):
        CommandClient(path)
    with CommandServer(path, answered), CommandClient(path) as client:
        assert client.ask({})["ok"]
    assert not path.exists()


def test_an_engine_that_is_gone_is_noticed(server: CommandServer) -> None:
    client = CommandClient(server.path)
    server.ring(3)
    server.close()
    assert client.bells(5.0) in {3, None}
    with pytest.raises(TransportClosed):
        client.bells(5.0)
    with pytest.raises(TransportClosed):
        client.ask({})
    with pytest.raises(ConnectFailed):
        CommandClient(server.path)
    client.close()


def test_an_engine_that_does_not_answer_is_a_time_out(path: Path) -> None:
    release = threading.Event()

    def hangs(_: dict[str, Any]) -> dict[str, Any]:
        release.wait(10.0)
        return {"ok": True}

    with CommandServer(path, hangs), CommandClient(path) as client:
        with pytest.raises(TransportTimeout):
            client.ask({}, within=0.05)
        release.set()
        assert client.ask({"do": "again"})["ok"]


def test_a_path_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConnectFailed, match="too long"):
        CommandServer(tmp_path / ("x" * 120), answered)
