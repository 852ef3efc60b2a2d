"""All I/O of the standard channel: one signed POST a reply, and every ending of it told as an outcome."""

from __future__ import annotations

from datetime import datetime

import aiohttp
import orjson

from adapters.answers import read_answer, refused_for_good
from adapters.base import Channel, Outgoing, SendResult
from adapters.posting import Poster
from adapters.signing import sign
from adapters.standard.mapped_send import Request, read_mapped_answer, request_of
from adapters.standard.plan import Plan, plan_of, signing_secrets


class StandardClient:
    """Sends replies as Standard Webhooks, or in the form a mapping describes. ``session`` is used where it is given."""

    def __init__(self, session: aiohttp.ClientSession | None = None, *, timeout_s: float = 5.0) -> None:
        self._poster = Poster(session, timeout_s=timeout_s)

    async def send(self, channel: Channel, message: Outgoing, now: datetime) -> SendResult:
        """Post one reply to the channel's ``send_url``; the webhook id is the message's id, the same at every try.

        Never raises for what the peer does. Redirects are not followed. Nothing written → refused; written without a
        clear answer → unknown.
        """
        if not channel.send_url:
            return refused_for_good("渠道没有填发送地址 · the channel has no send address")
        try:
            plan = plan_of(channel.options)
            request = _request(plan, channel, message, now)
        except ValueError as error:
            return refused_for_good(str(error)[:300])
        answer = await self._poster.post(request.url, request.headers, request.body)
        if isinstance(answer, SendResult):
            return answer
        if plan.mapping and plan.mapping.send:
            return read_mapped_answer(plan.mapping.send, answer.status, answer.headers, answer.body, now)
        return read_answer(answer.status, answer.headers, answer.body, now)

    async def close(self) -> None:
        """Close the session this client made; a session that was given stays open."""
        await self._poster.close()


def _request(plan: Plan, channel: Channel, message: Outgoing, now: datetime) -> Request:
    if plan.mapping and plan.mapping.send:
        return request_of(plan.mapping.send, plan, channel, message, now)
    body = encode(message)
    headers = sign(signing_secrets(channel.secrets), message.id, now, body)
    return Request(channel.send_url, {**headers, "content-type": "application/json; charset=utf-8"}, body)


def encode(message: Outgoing) -> bytes:
    """Write a reply in the channel's form; ``buyer`` has the shape it comes in with."""
    data = {
        "id": message.id,
        "conversation": message.conversation,
        "buyer": {"id": message.buyer},
        "text": message.text,
        "in_reply_to": message.in_reply_to,
        "class": message.reply_class,
    }
    return orjson.dumps({"type": "reply", "data": data})
