"""A reply in the sender's own form, sent to a real server of this machine, and what its answer is taken for."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.base import BadSignature, Channel, Delivery, Outgoing, Sent
from adapters.schemes import load_schemes, verify
from adapters.standard import StandardClient

NOW = datetime(2026, 5, 1, 6, tzinfo=UTC)
REPLY = Outgoing("out-1", "s/1?x", "b-1", "有货，今天发😀", "m-1", "automatic")
SEND = {
    "path": "/talks/{conversation}/messages",
    "headers": {"authorization": "Bearer {secret}", "x-try": "{id}"},
    "body": {
        "to": "{buyer}",
        "say": {"text": "{text}", "about": "{in_reply_to}"},
        "at": "{now_ms}",
        "who": "miaohui {class}",
    },
    "sign": "github-hex",
    "success": {"when": {"/code": 0}},
    "id": "/data/id",
    "refused": [{"when": {"/code": [429]}, "again": True}, {"when": {"/code": [403]}}],
}


class Peer:
    def __init__(self) -> None:
        self.answer: Any = {"code": 0, "data": {"id": 9}}
        self.status = 200
        self.seen: list[tuple[str, dict[str, str], bytes]] = []

    async def take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append((request.raw_path, headers, await request.read()))
        text = self.answer if isinstance(self.answer, str) else json.dumps(self.answer)
        return web.Response(status=self.status, text=text)


@pytest.fixture
async def peer() -> AsyncIterator[tuple[Peer, str]]:
    peer = Peer()
    app = web.Application()
    app.router.add_post("/{tail:.*}", peer.take)
    async with TestServer(app) as server:
        yield peer, str(server.make_url("/api"))


def channel(url: str, **changes: Any) -> Channel:
    mapping = {"conversation": "/c", "sender": "buyer", "send": {**SEND, **changes}}
    return Channel("s.1", "s", "standard", ("old", "signs", "api_token=tok-1", "api_token=tok-2"), url, {"mapping": mapping})  # fmt: skip


async def test_the_request_is_built_as_the_mapping_says_and_signed(peer: tuple[Peer, str]) -> None:
    there, url = peer
    client = StandardClient()
    result = await client.send(channel(url), REPLY, NOW)
    assert (result.outcome, result.platform_id) == (Sent.SENT, "9")
    path, headers, body = there.seen[0]
    assert path == "/api/talks/s%2F1%3Fx/messages", "what the platform names cannot leave its place in the address"
    assert headers["authorization"] == "Bearer tok-2", "the newest token"
    assert headers["x-try"] == "out-1"
    assert json.loads(body) == {
        "to": "b-1",
        "say": {"text": "有货，今天发😀", "about": "m-1"},
        "at": 1777615200000,
        "who": "miaohui automatic",
    }
    delivery = Delivery("POST", headers, {}, body, NOW)
    assert verify(load_schemes()["github-hex"], ["signs"], delivery, NOW)
    with pytest.raises(BadSignature):
        verify(load_schemes()["github-hex"], ["tok-2"], delivery, NOW)
    await client.close()


@pytest.mark.parametrize(
    ("status", "answer", "outcome", "permanent"),
    [
        (200, {"code": 0}, Sent.SENT, False),
        (200, {"code": 429}, Sent.REFUSED, False),
        (200, {"code": 403}, Sent.REFUSED, True),
        (200, {"code": 777}, Sent.UNKNOWN, False),
        (200, "half an answ", Sent.UNKNOWN, False),
        (200, "", Sent.UNKNOWN, False),
        (429, {}, Sent.REFUSED, False),
        (401, {}, Sent.REFUSED, True),
        (302, {}, Sent.REFUSED, True),
        (500, {}, Sent.UNKNOWN, False),
    ],
)
async def test_an_error_inside_a_200_is_not_taken_for_sent(
    peer: tuple[Peer, str], status: int, answer: Any, outcome: Sent, permanent: bool
) -> None:
    there, url = peer
    there.status, there.answer = status, answer
    client = StandardClient()
    result = await client.send(channel(url), REPLY, NOW)
    assert (result.outcome, result.permanent) == (outcome, permanent), result.detail
    await client.close()


async def test_a_conversation_cannot_put_a_line_into_the_headers(peer: tuple[Peer, str]) -> None:
    there, url = peer
    client = StandardClient()
    reply = Outgoing("out-1\r\nX-Evil: 1", "c", "b", "t", None, "automatic")
    result = await client.send(channel(url), reply, NOW)
    assert (result.outcome, result.permanent, there.seen) == (Sent.REFUSED, True, [])
    await client.close()
