"""Sending on the standard channel, against real servers on loopback that fail in every way a peer can."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import aiohttp
import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.base import Channel, Outgoing, Sent
from adapters.signing import verify
from adapters.standard import StandardClient

NOW = datetime(2026, 5, 1, 6, 0, 5, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD = "whsec_c2VjcmV0LWtleQ"
REPLY = Outgoing("out-1", "c-77", "b-5", "有货，今天 16 点前下单当天发出。", "m-1001", "automatic")


def channel(url: str, *secrets: str) -> Channel:
    return Channel("shop-a.1", "shop-a", "standard", secrets or (SECRET,), send_url=url)


@contextlib.asynccontextmanager
async def serving(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/in", handler)
    async with TestServer(app) as server:
        yield str(server.make_url("/in"))


@contextlib.asynccontextmanager
async def raw_server(answer: bytes | None, seen: list[bytes] | None = None) -> AsyncIterator[str]:
    """Read the whole request, then write ``answer`` and cut; None stalls until the client leaves."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            body = await reader.readexactly(length)
            if seen is not None:
                seen.append(body)
            if answer is None:
                await reader.read()
            else:
                writer.write(answer)
                await writer.drain()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/in"


async def send(url: str, **how: float):
    client = StandardClient(**how)
    try:
        return await client.send(channel(url), REPLY, NOW)
    finally:
        await client.close()


async def test_a_reply_arrives_signed_and_as_written():
    seen = {}

    async def take(request: web.Request) -> web.Response:
        seen.update(headers={name.lower(): value for name, value in request.headers.items()}, body=await request.read())
        return web.json_response({"id": "p-1", "sent_at": "2026-05-01T14:00:06+08:00"})

    async with serving(take) as url:
        result = await send(url)
    assert (result.outcome, result.platform_id) == (Sent.SENT, "p-1")
    assert result.at == datetime(2026, 5, 1, 6, 0, 6, tzinfo=UTC)
    assert verify([SECRET], seen["headers"], seen["body"], NOW) == "out-1", "the webhook id is the outbox id"
    assert orjson.loads(seen["body"]) == {
        "type": "reply",
        "data": {
            "id": "out-1",
            "conversation": "c-77",
            "buyer": {"id": "b-5"},
            "text": "有货，今天 16 点前下单当天发出。",
            "in_reply_to": "m-1001",
            "class": "automatic",
        },
    }


async def test_during_a_rotation_either_secret_verifies():
    seen = {}

    async def take(request: web.Request) -> web.Response:
        seen.update(headers={name.lower(): value for name, value in request.headers.items()}, body=await request.read())
        return web.Response()

    async with serving(take) as url:
        client = StandardClient()
        assert (await client.send(channel(url, SECRET, OLD), REPLY, NOW)).outcome is Sent.SENT
        await client.close()
    for secret in (SECRET, OLD):
        assert verify([secret], seen["headers"], seen["body"], NOW)


STATUSES = [
    #            status headers                     outcome       permanent wait
    pytest.param(200, {}, Sent.SENT, False, None, id="200"),
    pytest.param(202, {}, Sent.SENT, False, None, id="202"),
    pytest.param(204, {}, Sent.SENT, False, None, id="204"),
    pytest.param(429, {}, Sent.REFUSED, False, None, id="429"),
    pytest.param(429, {"Retry-After": "30"}, Sent.REFUSED, False, 30, id="429, in seconds"),
    pytest.param(429, {"Retry-After": "Fri, 01 May 2026 06:00:45 GMT"}, Sent.REFUSED, False, 40, id="429, as a date"),
    pytest.param(429, {"Retry-After": "Fri, 01 May 2026 05:00:00 GMT"}, Sent.REFUSED, False, 0, id="429, date passed"),
    pytest.param(429, {"Retry-After": "9" * 9}, Sent.REFUSED, False, 86400, id="429, in years"),
    pytest.param(429, {"Retry-After": "9" * 400}, Sent.REFUSED, False, None, id="429, unreadably long"),
    pytest.param(429, {"Retry-After": "later"}, Sent.REFUSED, False, None, id="429, in words"),
    pytest.param(408, {}, Sent.REFUSED, False, None, id="408"),
    pytest.param(425, {}, Sent.REFUSED, False, None, id="425"),
    pytest.param(503, {"Retry-After": "5"}, Sent.REFUSED, False, 5, id="503 with Retry-After"),
    pytest.param(503, {}, Sent.UNKNOWN, False, None, id="503 alone"),
    pytest.param(500, {}, Sent.UNKNOWN, False, None, id="500"),
    pytest.param(502, {"Retry-After": "5"}, Sent.UNKNOWN, False, 5, id="502 with Retry-After"),
    pytest.param(504, {}, Sent.UNKNOWN, False, None, id="504"),
    pytest.param(400, {}, Sent.REFUSED, True, None, id="400"),
    pytest.param(401, {}, Sent.REFUSED, True, None, id="401"),
    pytest.param(404, {}, Sent.REFUSED, True, None, id="404"),
    pytest.param(410, {}, Sent.REFUSED, True, None, id="410"),
    pytest.param(413, {}, Sent.REFUSED, True, None, id="413"),
]


@pytest.mark.parametrize(("status", "headers", "outcome", "permanent", "wait"), STATUSES)
async def test_p07_what_an_answer_means(status, headers, outcome, permanent, wait):
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, headers=headers)

    async with serving(answer) as url:
        result = await send(url)
    assert (result.outcome, result.permanent) == (outcome, permanent), result.detail
    assert result.retry_after == (None if wait is None else timedelta(seconds=wait))
    assert (result.outcome is Sent.SENT) != bool(result.detail), "every failure says what happened"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_p19_a_redirect_is_never_followed(status):
    reached = []

    async def elsewhere(request: web.Request) -> web.Response:
        reached.append(request.path)
        return web.Response()

    async with serving(elsewhere) as target:

        async def redirect(_: web.Request) -> web.Response:
            return web.Response(status=status, headers={"Location": target})

        async with serving(redirect) as url:
            result = await send(url)
    assert (result.outcome, result.permanent, reached) == (Sent.REFUSED, True, [])


ENDINGS = [
    pytest.param(b"", Sent.UNKNOWN, id="cut after the request, nothing answered"),
    pytest.param(b"HTTP/1.1 20", Sent.UNKNOWN, id="cut within the status"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", Sent.UNKNOWN, id="cut within the head"),
    pytest.param(b"\x16\x03\x01 not http \xff\r\n\r\n", Sent.UNKNOWN, id="not HTTP"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", Sent.UNKNOWN, id="a length that is no number"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", Sent.SENT, id="yes, then cut within the body"),
    pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz", Sent.UNKNOWN, id="yes and broken chunks"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\xff{", Sent.SENT, id="yes, then no JSON"),
    pytest.param(b"HTTP/1.1 500 No\r\nContent-Length: 99\r\n\r\n{", Sent.UNKNOWN, id="an error, then cut"),
]


@pytest.mark.parametrize(("answer", "outcome"), ENDINGS)
async def test_p07_endings_after_the_request_was_written(answer, outcome):
    seen: list[bytes] = []
    async with raw_server(answer, seen) as url:
        result = await send(url, timeout_s=2)
    assert result.outcome is outcome, result.detail
    assert len(seen) == 1, "one send is one request"


async def test_p07_a_stalled_peer_is_unknown_after_the_timeout():
    async with raw_server(None) as url:
        result = await send(url, timeout_s=0.2)
    assert result.outcome is Sent.UNKNOWN
    assert "TimeoutError" in result.detail


async def test_p16_an_endless_answer_ends():
    async def pour(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await response.write(b"x" * 65536)
        return response

    async with serving(pour) as url:
        result = await asyncio.wait_for(send(url), 3)
    assert result.outcome is Sent.SENT


async def test_p07_nobody_listening_is_refused():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        result = await send(f"http://127.0.0.1:{taken.getsockname()[1]}/in")
    assert (result.outcome, result.permanent) == (Sent.REFUSED, False)


class _Resolver(aiohttp.abc.AbstractResolver):
    """A name server that fails at once, or never answers."""

    def __init__(self, *, answers: bool) -> None:
        self._answers = answers

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[aiohttp.abc.ResolveResult]:
        if not self._answers:
            await asyncio.sleep(60)
        raise OSError("no such host")

    async def close(self) -> None:
        return None


@pytest.mark.parametrize("answers", [True, False], ids=["no such host", "name server silent"])
async def test_p07_an_address_that_cannot_be_found_is_refused(answers):
    connector = aiohttp.TCPConnector(resolver=_Resolver(answers=answers))
    async with aiohttp.ClientSession(connector=connector) as session:
        client = StandardClient(session, timeout_s=0.3)
        result = await client.send(channel("http://shop.example/in"), REPLY, NOW)
        await client.close()
        assert not session.closed, "a session that was given stays open"
    assert (result.outcome, result.permanent) == (Sent.REFUSED, False), result.detail


async def test_p07_tls_that_cannot_be_agreed_is_refused():
    async with raw_server(b"HTTP/1.1 200 OK\r\n\r\n") as url:
        result = await send(url.replace("http://", "https://"), timeout_s=0.5)
    assert result.outcome is Sent.REFUSED


@pytest.mark.parametrize("url", ["", "ftp://127.0.0.1/", "http://", "shop", "http://[::1", "http://127.0.0.1:99999/"])
async def test_a_bad_address_is_refused_for_good(url):
    result = await send(url)
    assert (result.outcome, result.permanent) == (Sent.REFUSED, True)
    assert result.detail


@pytest.mark.parametrize("secrets", [("whsec_",), ("不是密钥",)])
async def test_without_a_usable_secret_nothing_is_sent(secrets):
    client = StandardClient()
    result = await client.send(channel("http://127.0.0.1:9/", *secrets), REPLY, NOW)
    await client.close()
    assert (result.outcome, result.permanent) == (Sent.REFUSED, True)


async def test_the_detail_never_repeats_the_address_or_the_text():
    result = await send("http://127.0.0.1:1/secret-path")
    assert "secret-path" not in result.detail
    assert REPLY.text not in result.detail


async def test_the_client_can_be_used_again_after_closing():
    async def take(_: web.Request) -> web.Response:
        return web.Response()

    client = StandardClient()
    async with serving(take) as url:
        for _ in range(2):
            assert (await client.send(channel(url), REPLY, NOW)).outcome is Sent.SENT
            await client.close()
