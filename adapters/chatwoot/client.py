"""All I/O towards Chatwoot: a reply, and a conversation opened to people. Only the admin's own address is called."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

import orjson

from adapters.answers import read_answer, refused_for_good
from adapters.base import Channel, Outgoing, SendResult, named
from adapters.chatwoot.adapter import API_TOKEN
from adapters.chatwoot.wire import read_sent, reply_body
from adapters.posting import Answer, Poster


class ChatwootClient:
    """Speaks Chatwoot's application API with the bot's access token."""

    def __init__(self, *, timeout_s: float = 5.0) -> None:
        self._poster = Poster(timeout_s=timeout_s)

    async def send(self, channel: Channel, message: Outgoing, now: datetime) -> SendResult:
        """Post one reply. Chatwoot does not drop repeats, so an unclear ending stays unknown."""
        answer = await self._call(channel, message.conversation, "messages", reply_body(message.text))
        if isinstance(answer, SendResult):
            return answer
        return read_sent(answer.status, answer.headers, answer.body, now)

    async def hand_over(self, channel: Channel, conversation: str, now: datetime) -> SendResult:
        """Set the conversation to open, so that people in Chatwoot see it. Asking twice changes nothing."""
        answer = await self._call(channel, conversation, "toggle_status", orjson.dumps({"status": "open"}))
        return (
            answer if isinstance(answer, SendResult) else read_answer(answer.status, answer.headers, answer.body, now)
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._poster.close()

    async def _call(self, channel: Channel, conversation: str, act: str, body: bytes) -> Answer | SendResult:
        tokens = named(channel.secrets, API_TOKEN)
        account, colon, number = conversation.partition(":")
        if not tokens or not channel.send_url or not colon:
            return refused_for_good("渠道没有填地址或 api_token · the channel has no address or no api_token")
        if not tokens[-1].isascii() or not tokens[-1].isprintable():
            return refused_for_good("api_token 里有不能放进请求头的字符 · the api_token holds what no header may")
        path = f"/api/v1/accounts/{quote(account, safe='')}/conversations/{quote(number, safe='')}/{act}"
        headers = {"api_access_token": tokens[-1], "content-type": "application/json"}
        return await self._poster.post(channel.send_url.rstrip("/") + path, headers, body)
