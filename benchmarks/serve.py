"""A loopback server that sends canned streams; run as a process of its own: `python serve.py`.

It prints its port, then answers every POST with the stream named by the last
parts of the path (`/<wire>/<mode>/...`). Modes: `burst` sends each event as an
HTTP chunk of its own, `group` 32 events a chunk.
"""

from __future__ import annotations

import asyncio
from functools import cache

from wires import WIRES

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


@cache
def body(wire: str, mode: str) -> bytes:
    """The chunked body of a wire in a mode."""
    events = WIRES[wire]()
    step = 32 if mode == "group" else 1
    pieces = (b"".join(events[start : start + step]) for start in range(0, len(events), step))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers the requests of one connection."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                (
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                ),
                0,
            )
            await reader.readexactly(length)
            _, wire, mode, *_ = head.split(b" ", 2)[1].decode().split("/")
            writer.write(HEAD + body(wire, mode))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main() -> None:
    """Serves until killed."""
    server = await asyncio.start_server(answer, "127.0.0.1", 0, limit=2**22)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
