"""A session that misbehaves on demand, for both ends of every wire."""

from collections.abc import Callable

from attrs import define, field

from labctl.transport.serve import Peer, Server


@define(eq=False)
class Talker:
    """Answers lines; each word does something else to the answer."""

    server: Server
    peer: Peer
    address: str
    heard: list[bytes] = field(factory=list)
    half: bytes = b""
    cleared: int = 0
    gone: bool = False

    def receive(self, received: bytes, *, end: bool = False) -> None:
        self.half += received
        if end and not self.half.endswith(b"\n"):
            self.half += b"\n"
        *lines, self.half = self.half.split(b"\n")
        for line in lines:
            self.heard.append(line)
            self.carry_out(line)

    def carry_out(self, line: bytes) -> None:
        word, _, rest = line.partition(b" ")
        asked, answer = self.peer.asked, rest + b"\n"
        match word:
            case b"ECHO?":
                self.peer.send(answer)
            case b"TWICE?":
                self.peer.send(answer)
                self.peer.send(answer)
            case b"LATE?":
                self.server.call_later(0.15, lambda: self.peer.send(answer, asked=asked))
            case b"SLOWLY?":
                self.spell(answer)
            case b"HALF?":
                self.peer.send(rest)
            case b"BREAK?":
                self.peer.send(rest)
                self.server.call_later(0.05, self.peer.hang_up)
            case b"WRONG":
                raise ArithmeticError(line)
            case _:
                pass

    def spell(self, answer: bytes) -> None:
        if answer:
            self.peer.send(answer[:1])
            self.server.call_later(0.002, lambda: self.spell(answer[1:]))

    def clear(self) -> None:
        self.half = b""
        self.cleared += 1

    def status_byte(self, *, unread: bool = False) -> int:
        return 0x45 | 0x10 * unread

    def trigger(self) -> None:
        self.heard.append(b"*TRG")

    def closed(self) -> None:
        self.gone = True


@define(eq=False)
class Bench:
    """A server with one talker on every wire."""

    server: Server
    talkers: list[Talker] = field(factory=list)
    addresses: dict[str, str] = field(factory=dict)

    def session(self, peer: Peer, address: str) -> Talker:
        self.talkers.append(Talker(self.server, peer, address))
        return self.talkers[-1]

    def serve(self) -> "Bench":
        self.addresses = {
            "tcp": self.server.add_socket(self.session),
            "hislip": self.server.add_hislip(self.session),
            "vxi11": self.server.add_vxi11(self.session),
            "prologix": self.server.add_prologix(self.session),
            "serial": self.server.add_pty(self.session),
        }
        return self

    def until(self, holds: Callable[[], bool], seconds: float = 5.0) -> bool:
        """Wait for something that arriving bytes bring about."""
        return self.server.completed(self.server.until(holds, seconds))

    def port(self, wire: str) -> int:
        return int(self.addresses[wire].split(":")[2].partition("/")[0])
