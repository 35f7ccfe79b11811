"""A cable that can be cut or go dead in the middle of an answer."""

import socket
import threading
from contextlib import suppress
from typing import Self


class Relay:
    """Stands between a client and a server of this machine; lets so many bytes of answers through, then no more."""

    def __init__(self, port: int) -> None:
        self.behind = port
        self.left: float = float("inf")  # bytes
        self.breaks = False  # after the last byte; else it goes dead
        self._ends: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._door, *self._ends):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                server = socket.create_connection(("127.0.0.1", self.behind))
                self._ends += [client, server]
                threading.Thread(target=self._ask, args=(client, server), daemon=True).start()
                threading.Thread(target=self._answer, args=(server, client), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while said := client.recv(4096):
                server.sendall(said)
            server.shutdown(socket.SHUT_WR)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while said := server.recv(4096):
                let = said if self.left >= len(said) else said[: int(self.left)]
                self.left -= len(let)
                client.sendall(let)
                if self.breaks and self.left <= 0:
                    break
            client.shutdown(socket.SHUT_RDWR)
