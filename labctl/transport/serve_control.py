"""A socket of JSON lines for what is asked of a simulated world beside its wires: time, faults, the room."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any, Final, cast

from labctl.errors import LabctlError
from labctl.transport.reactor import Reactor
from labctl.transport.serve_socket import HOST

Request = dict[str, Any]
OnRequest = Callable[[Request], Request | Awaitable[Request]]

_LONGEST: Final = 1 << 20  # bytes of a request


async def serve_control(reactor: Reactor, on_request: OnRequest, port: int) -> str:
    """Listen, and return the address."""
    writers: set[asyncio.StreamWriter] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await _answer(reactor, on_request, line)).encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError, asyncio.CancelledError):  # gone, too long a line, or the end
            pass
        finally:
            writers.discard(writer)
            writer.close()

    server = await asyncio.start_server(talk, HOST, port, limit=_LONGEST)

    def close() -> None:
        server.close()
        for each in list(writers):
            each.transport.abort()

    reactor.on_stop(close)
    return f"tcp://{HOST}:{server.sockets[0].getsockname()[1]}"


async def _answer(reactor: Reactor, on_request: OnRequest, line: bytes) -> Request:
    try:
        request = json.loads(line)
        if not isinstance(request, dict):
            return {"error": "a request is a JSON object on one line"}
        answer = on_request(cast("Request", request))
        return await answer if isawaitable(answer) else answer
    except (LabctlError, ValueError, LookupError) as error:
        return {"error": str(error) or type(error).__name__}
    except Exception as error:  # noqa: BLE001  (the world's mistake; `stop` raises it)
        reactor.failures.append(error)
        return {"error": f"{type(error).__name__}: {error}"}
