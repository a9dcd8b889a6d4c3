"""The loopback server that tests of clients rely on: what it sends, what it notes, how it fails and ends."""

import contextlib
import gzip
import http.client
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from headwater.testing._connection import LINGER_ZERO
from headwater.testing._server import BEFORE_HEAD, Chunking, Fault, Framing, LoopbackServer, Reply, Request

LIMIT = 10.0  # seconds after which a wait counts as failed; nothing waits that long when all is well
GET = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-type: text/event-stream\r\n\r\n"


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    """A server that must end without leaving a thread of its own."""
    with LoopbackServer() as running:
        yield running
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("loopback")] == []


def _require(truth: bool) -> None:
    """Nothing, or a failure that `close()` raises in the test."""
    assert truth


def connect(server: LoopbackServer, request: bytes = GET) -> socket.socket:
    """A raw connection on which this request was sent."""
    host, port = server.url.removeprefix("http://").split(":")
    peer = socket.create_connection((host, int(port)), timeout=LIMIT)
    peer.sendall(request)
    return peer


def read_until(peer: socket.socket, end: bytes) -> bytes:
    """What arrives up to and including this ending."""
    received = b""
    while not received.endswith(end):
        data = peer.recv(65_536)
        assert data, f"the server ended after {received!r}"
        received += data
    return received


def read_all(peer: socket.socket) -> tuple[bytes, str]:
    """What arrives, and how it ended: "fin" or "reset"."""
    received = b""
    try:
        while data := peer.recv(65_536):
            received += data
    except ConnectionResetError:
        return received, "reset"
    return received, "fin"


def exchange(server: LoopbackServer, reply: Reply, request: bytes = GET) -> tuple[bytes, str]:
    """All that a raw connection reads for one reply, and how it ended."""
    server.reply(reply)
    with connect(server, request) as peer:
        return read_all(peer)


# What a reply is on the wire


def test_pieces_are_chunks_of_their_own(server: LoopbackServer) -> None:
    """A body given in pieces arrives as that many HTTP chunks behind the default head."""
    server.reply(Reply([b"data: 1\n\n", b"data: 22\n\n"]))
    with connect(server) as peer:
        received = read_until(peer, b"0\r\n\r\n")
    assert received == HEAD + b"9\r\ndata: 1\n\n\r\na\r\ndata: 22\n\n\r\n0\r\n\r\n"


@pytest.mark.parametrize(("framing", "header"), [("length", b"content-length: 5"), ("close", b"connection: close")])
def test_framing_is_announced(server: LoopbackServer, framing: Framing, header: bytes) -> None:
    """Length and close framing send the plain body under their own header."""
    received, _ = exchange(server, Reply(b"hello", framing=framing), b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
    head, _, body = received.partition(b"\r\n\r\n")
    assert (header in head.split(b"\r\n"), b"transfer-encoding" in head, body) == (
        True,
        False,
        b"hello",
    )


def test_status_and_headers_are_the_replys(server: LoopbackServer) -> None:
    """An unusual status needs no reason phrase, and a header of the reply replaces the default."""
    server.reply(Reply(b"{}", status=529, headers={"Content-Type": "application/json", "retry-after": "3"}))
    answer = httpx.get(server.url)
    assert (answer.status_code, dict(answer.headers)) == (
        529,
        {"transfer-encoding": "chunked", "content-type": "application/json", "retry-after": "3"},
    )


def test_a_status_without_body_has_none(server: LoopbackServer) -> None:
    """After 204 the connection goes on at once with the next reply."""
    server.reply(Reply(b"ignored", status=204), Reply(b"next"))
    with httpx.Client() as client:
        answers = [client.get(server.url) for _ in range(2)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b""), (200, b"next")]


# Encodings


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_encodings_are_decoded_by_a_client(server: LoopbackServer, encoding: Any) -> None:
    """A client gets the plain body back, whole and as cut into single bytes."""
    if encoding == "br":
        pytest.importorskip("brotli")
    server.reply(Reply([b"data: 1\n\n", b"data: 2\n\n"], encoding=encoding, chunking=Chunking.bytewise()))
    answer = httpx.get(server.url)
    assert (answer.headers["content-encoding"], answer.content) == (encoding, b"data: 1\n\ndata: 2\n\n")


def test_cut_gzip_ends_inside_a_correct_framing(server: LoopbackServer) -> None:
    """The HTTP body is complete while the gzip stream in it is not."""
    server.reply(Reply(bytes(range(256)) * 8, encoding="gzip", framing="length", fault=Fault.cut_gzip()))
    host = server.url.removeprefix("http://")
    with contextlib.closing(http.client.HTTPConnection(host, timeout=LIMIT)) as client:
        client.request("GET", "/")
        body = client.getresponse().read()
    with pytest.raises(EOFError):
        gzip.decompress(body)


# Which reply a request gets


def test_replies_are_queued_and_the_last_repeats(server: LoopbackServer) -> None:
    """Each reply answers one request, the last all further, and a later one takes over from it."""
    server.reply(Reply(b"1"), Reply(b"2"))
    first = [httpx.get(server.url).content for _ in range(3)]
    server.reply(Reply(b"3"))
    assert [*first, httpx.get(server.url).content] == [b"1", b"2", b"2", b"3"]


def test_a_route_answers_its_path_only(server: LoopbackServer) -> None:
    """A route takes its path with any query; other paths get the common replies."""
    server.reply(Reply(b"common"))
    server.route("/v1/chat", Reply(b"chat"))
    contents = [httpx.get(server.url + path).content for path in ("/v1/chat?alt=sse", "/v1/chat/x", "/")]
    assert contents == [b"chat", b"common", b"common"]


def test_a_callable_answers_with_a_view_of_the_request(server: LoopbackServer) -> None:
    """A reply may be made of the request it answers."""
    server.reply(lambda request: Reply(request.body.upper()))
    assert httpx.post(server.url, content=b"echo").content == b"ECHO"


def test_without_a_reply_the_answer_says_so(server: LoopbackServer) -> None:
    """A forgotten reply shows as 404 with the request in its text."""
    answer = httpx.post(server.url + "/v1/x")
    assert (answer.status_code, answer.text) == (404, "no reply is set for POST /v1/x\n")


# What is noted of the requests


def test_a_request_is_noted_in_full(server: LoopbackServer) -> None:
    """Method, path, query, lower-cased headers and body are kept, in the order of arrival."""
    server.reply(Reply(b""))
    httpx.post(server.url + "/a%20b?x=1", json={"model": "m"}, headers={"X-Key": "K"})
    httpx.get(server.url + "/second")
    first, second = server.requests
    assert (first.method, first.path, first.query, first.headers["x-key"], first.json, second.path) == (
        "POST",
        "/a%20b",
        "x=1",
        "K",
        {"model": "m"},
        "/second",
    )


def test_repeated_headers_are_joined(server: LoopbackServer) -> None:
    """Two lines of one header become one value."""
    exchange(server, Reply(b"", framing="close"), b"GET / HTTP/1.1\r\nA: 1\r\na:2\r\n\r\n")
    assert server.requests[0].headers == {"a": "1, 2"}


def test_a_chunked_request_body_is_joined(server: LoopbackServer) -> None:
    """A request without a length is read by its chunks, and the next request on the connection is found."""
    server.reply(Reply(b"ok"))
    with httpx.Client() as client:
        client.post(server.url, content=iter([b'{"a"', b": 1}"]))
        client.get(server.url + "/next")
    assert [(request.body, request.connection) for request in server.requests] == [(b'{"a": 1}', 0), (b"", 0)]


def test_chunk_extensions_and_trailers_are_skipped(server: LoopbackServer) -> None:
    """Neither becomes part of the body."""
    body = b"3;x=y\r\nabc\r\n0\r\nTrailer: t\r\n\r\n"
    exchange(server, Reply(framing="close"), b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
    assert server.requests[0].body == b"abc"


def test_the_body_is_asked_for_when_the_peer_waits(server: LoopbackServer) -> None:
    """`Expect: 100-continue` is answered before the body was sent."""
    server.reply(Reply(b"ok", framing="close"))
    with connect(server, b"POST / HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n") as peer:
        read_until(peer, b"HTTP/1.1 100 Continue\r\n\r\n")
        peer.sendall(b"hi")
        read_all(peer)
    assert server.requests[0].body == b"hi"


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"GET / SPDY/3\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
    ],
)
def test_a_bad_request_is_refused(server: LoopbackServer, request_bytes: bytes) -> None:
    """What is no HTTP gets 400 and the end of the connection, and is not noted."""
    received, ending = exchange(server, Reply(b"never"), request_bytes)
    assert (received[:13], ending, server.requests) == (b"HTTP/1.1 400 ", "fin", [])


def test_without_a_log_no_request_is_kept() -> None:
    """`log=False` serves the same and notes nothing but counts."""
    with LoopbackServer(log=False) as server:
        server.reply(Reply(b"ok"))
        content = httpx.get(server.url).content
    assert (content, server.requests, server.connections.opened) == (b"ok", [], 1)


# Faults


def test_reset_strikes_after_exactly_these_bytes(server: LoopbackServer) -> None:
    """The client reads the body up to the offset, its chunk announced in full, then gets a reset."""
    assert exchange(server, Reply(b"0123456789", fault=Fault.reset(4))) == (HEAD + b"a\r\n0123", "reset")


def test_reset_delivers_a_large_body_first(server: LoopbackServer) -> None:
    """Bytes that do not fit into the client's buffer at once arrive before the reset."""
    server.reply(Reply(bytes(3_000_000), framing="close", fault=Fault.reset(2_900_000)))
    with connect(server) as peer:
        received, ending = read_all(peer)
    assert (len(received.partition(b"\r\n\r\n")[2]), ending) == (2_900_000, "reset")


def test_a_fault_between_pieces_leaves_no_half_chunk(server: LoopbackServer) -> None:
    """At the border of two pieces the first chunk is whole and the second not announced."""
    reply = Reply([b"abc", b"def"], fault=Fault.half_close(3))
    assert exchange(server, reply) == (HEAD + b"3\r\nabc\r\n", "fin")


@pytest.mark.parametrize(
    ("fault", "received"),
    [
        (Fault.half_close(0), HEAD),
        (Fault.half_close(2), HEAD + b"3\r\nab"),
        (Fault.half_close(99), HEAD + b"3\r\nabc\r\n"),
        (Fault.missing_last_chunk(), HEAD + b"3\r\nabc\r\n"),
        (Fault.early_close_before_headers(), b""),
        (Fault.bad_chunk_size(1), HEAD + b"1\r\na\r\nnot-a-size\r\n"),
        (Fault.bad_chunk_size(None), HEAD + b"3\r\nabc\r\nnot-a-size\r\n"),
    ],
)
def test_faults_that_end_early(server: LoopbackServer, fault: Fault, received: bytes) -> None:
    """Each sends what comes before it and ends with FIN, not with a reset."""
    assert exchange(server, Reply(b"abc", fault=fault)) == (received, "fin")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.reset(BEFORE_HEAD), httpx.ReadError),
        (Fault.reset(2), httpx.ReadError),
        (Fault.half_close(2), httpx.RemoteProtocolError),
        (Fault.missing_last_chunk(), httpx.RemoteProtocolError),
        (Fault.bad_chunk_size(2), httpx.RemoteProtocolError),
        (Fault.early_close_before_headers(), httpx.RemoteProtocolError),
        (Fault.garbage_status_line(), httpx.RemoteProtocolError),
    ],
)
def test_a_client_sees_faults_as_its_own_errors(
    server: LoopbackServer, fault: Fault, error: type[httpx.HTTPError]
) -> None:
    """An HTTP client raises for every fault, and its connection is gone afterwards."""
    server.reply(Reply(b"abc", fault=fault))
    with httpx.Client() as client, pytest.raises(error):
        client.get(server.url)
    assert server.connections.wait_closed(LIMIT)


def test_a_gate_opens_before_the_fault(server: LoopbackServer) -> None:
    """The fault waits until the test has read what came before, and the gate learns the offset."""
    arrived = threading.Event()
    offsets: list[int] = []

    def gate(offset: int) -> None:
        offsets.append(offset)
        assert arrived.wait(LIMIT)

    server.reply(Reply(b"abc", fault=Fault.reset(2, gate)))
    with connect(server) as peer:
        read_until(peer, b"ab")
        arrived.set()
        ending = read_all(peer)
    assert (offsets, ending) == ([2], (b"", "reset"))


def test_a_stall_goes_on_when_released(server: LoopbackServer) -> None:
    """Before the release only the beginning is there, after it the rest and a usable connection."""
    server.reply(Reply(b"abc", fault=Fault.stall(1)), Reply(b"next"))
    with connect(server) as peer:
        read_until(peer, b"3\r\na")
        peer.settimeout(0.05)
        with pytest.raises(TimeoutError):
            peer.recv(1)
        peer.settimeout(LIMIT)
        server.release()
        rest = read_until(peer, b"0\r\n\r\n")
        peer.sendall(GET)
        following = read_until(peer, b"0\r\n\r\n")
    assert (rest, following) == (b"bc\r\n0\r\n\r\n", HEAD + b"4\r\nnext\r\n0\r\n\r\n")


def test_a_stall_before_the_head_sends_nothing(server: LoopbackServer) -> None:
    """A server that accepts and stays silent is a stall before the head."""
    server.reply(Reply(b"abc", fault=Fault.stall(BEFORE_HEAD)))
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(server.url, timeout=httpx.Timeout(LIMIT, read=0.05))
    assert (server.connections.wait_closed(LIMIT), server.connections.bytes_written) == (True, 0)


def test_a_peer_that_leaves_a_stall_is_noticed(server: LoopbackServer) -> None:
    """A client that gives up on a stalled reply counts as closed without any release."""
    server.reply(Reply(b"abc", fault=Fault.stall(1)))
    with connect(server) as peer:
        read_until(peer, b"3\r\na")
    assert server.connections.wait_closed(LIMIT)


def test_hanging_on_close_does_not_answer_fin(server: LoopbackServer) -> None:
    """The body is complete but unended; after the client's FIN the server's comes only with the release."""
    server.reply(Reply(b"abc", fault=Fault.hang_on_close()))
    with connect(server) as peer:
        received = read_until(peer, b"abc\r\n")
        peer.shutdown(socket.SHUT_WR)
        noticed = server.connections.wait_closed(LIMIT)
        peer.settimeout(0.05)
        with pytest.raises(TimeoutError):
            peer.recv(1)
        peer.settimeout(LIMIT)
        server.release()
        rest = read_all(peer)
    assert (received, noticed, rest) == (HEAD + b"3\r\nabc\r\n", True, (b"", "fin"))


def test_a_drip_sends_each_byte_of_the_reply_alone(server: LoopbackServer) -> None:
    """Every byte, head and framing included, waits for its gate and is sent alone."""
    permits = threading.Semaphore(0)
    wire = HEAD + b"1\r\nx\r\n0\r\n\r\n"

    def gate(index: int) -> None:
        assert permits.acquire(timeout=LIMIT)

    server.reply(Reply(b"x", fault=Fault.drip(gate)))
    reads: list[bytes] = []
    with connect(server) as peer:
        for _ in wire:
            permits.release()
            reads.append(peer.recv(100))
    assert reads == [wire[index : index + 1] for index in range(len(wire))]


def test_endless_goes_on_until_the_peer_leaves(server: LoopbackServer) -> None:
    """The piece repeats behind the body as chunks, and the end of the client ends it."""
    server.reply(Reply(b"data: 1\n\n", fault=Fault.endless(b": ping\n\n")))
    with httpx.Client() as client, client.stream("GET", server.url) as answer:
        received = b""
        for data in answer.iter_raw():
            received += data
            if len(received) > 100_000:
                break
    assert re.fullmatch(rb"data: 1\n\n(: ping\n\n)+", received[: 9 + 8 * 1_000])
    assert server.connections.wait_closed(LIMIT)


# Pauses and backpressure


def test_a_pause_holds_its_piece_back(server: LoopbackServer) -> None:
    """Piece i is written only after pause(i) has returned, and every piece has its pause."""
    permits = [threading.Event() for _ in range(3)]
    reached: list[int] = []

    def pause(index: int) -> None:
        reached.append(index)
        assert permits[index].wait(LIMIT)

    server.reply(Reply([b"a", b"b", b"c"], pause=pause))
    seen: list[bytes] = []
    with httpx.Client() as client, client.stream("GET", server.url) as answer:
        chunks = answer.iter_raw()
        for permit in permits:
            permit.set()
            seen.append(next(chunks))
    assert (seen, reached) == ([b"a", b"b", b"c"], [0, 1, 2])


def test_a_client_that_does_not_read_blocks_the_writer() -> None:
    """The bytes written stay near the kernel's buffers however much there is to send."""
    with LoopbackServer(send_buffer=65_536) as server:
        server.reply(Reply(fault=Fault.endless(bytes(65_536))))
        with connect(server):
            blocked = server.connections.wait_blocked(LIMIT)
            written = server.connections.bytes_written
        gone = server.connections.wait_closed(LIMIT)
    assert (blocked, gone, written < 50_000_000) == (True, True, True)


# Connections and their end


def test_connections_are_kept_alive(server: LoopbackServer) -> None:
    """Requests of one client share a connection, chunked or with a length."""
    server.reply(Reply(b"1"), Reply(b"2", framing="length"), Reply(b"3"))
    with httpx.Client() as client:
        contents = [client.get(server.url).content for _ in range(3)]
        held = server.connections.open
    assert (contents, held, server.connections.opened) == ([b"1", b"2", b"3"], 1, 1)
    assert server.connections.wait_closed(LIMIT)


def test_requests_may_be_sent_ahead(server: LoopbackServer) -> None:
    """Two requests in one segment get their replies in order."""
    server.reply(Reply(b"1", framing="length"), Reply(b"2", framing="close"))
    with connect(server, GET + GET) as peer:
        received, _ = read_all(peer)
    assert [part[:1] for part in received.split(b"\r\n\r\n")[1:]] == [b"1", b"2"]


@pytest.mark.parametrize("request_bytes", [b"GET / HTTP/1.0\r\n\r\n", b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"])
def test_the_connection_ends_when_the_request_says_so(server: LoopbackServer, request_bytes: bytes) -> None:
    """HTTP/1.0 and `Connection: close` are answered with the end of the connection."""
    received, ending = exchange(server, Reply(b"x", framing="length"), request_bytes)
    assert (received[-1:], b"connection: close" in received, ending) == (b"x", True, "fin")


def test_a_connection_that_is_kept_shows_as_open(server: LoopbackServer) -> None:
    """A client that reads the end but forgets to close is a leak, and closing it is seen."""
    server.reply(Reply(b"x", framing="close"))
    peer = connect(server)
    with peer:
        read_all(peer)
        leaked = (server.connections.wait_closed(0.05), server.connections.open)
    assert (leaked, server.connections.wait_closed(LIMIT)) == ((False, 1), True)


def test_peers_that_vanish_leave_no_trace(server: LoopbackServer, capfd: pytest.CaptureFixture[str]) -> None:
    """Clients that leave in the middle of a request, a head or a body end quietly."""
    server.reply(Reply(fault=Fault.endless(bytes(10_000))))
    for request in (b"", b"GET / HT", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc", GET, GET):
        with connect(server, request):
            pass
    with connect(server) as peer:
        peer.recv(10)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)  # leaves with a reset
    assert (server.connections.wait_closed(LIMIT), capfd.readouterr()) == (True, ("", ""))


def test_closing_ends_whatever_is_going_on() -> None:
    """Connections that stall, hang, are idle, blocked or half sent all end with the server, once or twice."""
    server = LoopbackServer()
    server.route("/stall", Reply(b"abc", fault=Fault.stall(1)))
    server.route("/hang", Reply(b"abc", fault=Fault.hang_on_close()))
    server.route("/blocked", Reply(fault=Fault.endless(bytes(65_536))))
    server.route("/idle", Reply(b"abc"))
    half = connect(server, b"GET / HTTP")  # accepted before the others, which are answered
    peers = [connect(server, b"GET /%b HTTP/1.1\r\n\r\n" % name) for name in (b"stall", b"hang", b"idle", b"blocked")]
    for peer in peers:
        peer.recv(1)
    server.close()
    server.close()
    alive = [thread.name for thread in threading.enumerate() if thread.name.startswith("loopback")]
    for peer in (half, *peers):
        peer.close()
    assert (alive, server.connections.opened) == ([], 5)


def test_what_a_callable_raises_is_raised_by_closing() -> None:
    """The client sees a reset, and the test learns the reason when the server ends."""
    server = LoopbackServer()
    server.reply(_refuse)
    with pytest.raises(httpx.ReadError):
        httpx.get(server.url)
    with pytest.raises(RuntimeError, match="a reply failed with KeyError") as caught:
        server.close()
    assert isinstance(caught.value.__cause__, KeyError)


def _refuse(request: Request) -> Reply:
    """An answer with a bug."""
    raise KeyError(request.path)


def test_a_failing_test_keeps_its_own_exception() -> None:
    """The exception that leaves the block is not replaced; the server's failure becomes its note."""

    def fail() -> None:
        with LoopbackServer() as server:
            server.reply(_refuse)
            httpx.get(server.url)

    with pytest.raises(httpx.ReadError) as caught:
        fail()
    assert "a reply failed with KeyError('/')" in caught.value.__notes__[0]


# Load, and the event loops


def test_two_hundred_connections_at_once(server: LoopbackServer) -> None:
    """All of them are open together before any gets its body."""
    everybody = threading.Barrier(200)
    server.reply(Reply(b"ok", framing="close", pause=lambda i: _require(everybody.wait(LIMIT) >= 0)))
    with ThreadPoolExecutor(16) as pool:
        peers = list(pool.map(lambda _: connect(server), range(200)))
    endings = [read_all(peer)[0][-2:] for peer in peers]
    for peer in peers:
        peer.close()
    assert (set(endings), server.connections.opened, server.connections.wait_closed(LIMIT)) == (
        {b"ok"},
        200,
        True,
    )


def test_ten_thousand_requests_leave_nothing_behind() -> None:
    """Requests on one connection and on a thousand others are all answered, by threads that end."""
    with LoopbackServer(log=False) as server:
        server.reply(Reply(b"ok", framing="length"))
        with connect(server) as peer:
            for _ in range(9_000):
                read_until(peer, b"ok")
                peer.sendall(GET)
        for _ in range(1_000):
            with connect(server) as peer:
                read_until(peer, b"ok")
        closed = server.connections.wait_closed(LIMIT)
        with connect(server) as peer:  # accepting is what buries the ended threads
            read_until(peer, b"ok")
            threads = sum(thread.name == "loopback-serve" for thread in threading.enumerate())
    assert (closed, server.connections.opened, threads < 5) == (True, 1_002, True)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_it_serves_both_event_loops(server: LoopbackServer, anyio_backend: str) -> None:
    """An async client on either loop reads a piece while the server's thread waits for the test."""
    first_read = threading.Event()
    server.reply(Reply([b"data: 1\n\n", b"data: 2\n\n"], pause=lambda i: _require(i == 0 or first_read.wait(LIMIT))))
    seen: list[bytes] = []
    async with httpx.AsyncClient() as client, client.stream("POST", server.url, json={}) as answer:
        async for data in answer.aiter_raw():
            seen.append(data)
            first_read.set()
    assert (seen, server.connections.wait_closed(LIMIT)) == ([b"data: 1\n\n", b"data: 2\n\n"], True)


def test_an_early_reply_does_not_wait_for_the_body() -> None:
    """A refusal that comes while the request is still being sent, and ends the connection."""
    with LoopbackServer() as server:
        server.reply(Reply(b"too large", status=413, early=True))
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as peer:
            peer.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n")
            answer = peer.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 413")
