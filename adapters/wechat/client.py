"""All I/O towards WeChat: the access token, one refresh at a time, and service messages. Only WeChat's host is called,
or the address an admin typed instead."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import orjson

from adapters.answers import refused_for_good
from adapters.base import Channel, Outgoing, SendResult, named
from adapters.posting import Answer, Poster
from adapters.tokens import TokenKeeper, key_of, with_token
from adapters.wechat.adapter import API, options_of
from adapters.wechat.wire import CODES, text_body
from adapters.wechat_answers import no_token, read_sent, read_token, token_gone

JSON = {"content-type": "application/json; charset=utf-8"}


class WechatClient:
    """Sends service messages."""

    def __init__(self, *, timeout_s: float = 5.0) -> None:
        self._poster = Poster(timeout_s=timeout_s)
        self._tokens = TokenKeeper()

    async def send(self, channel: Channel, message: Outgoing, now: datetime) -> SendResult:
        """Send one text."""
        user = message.conversation.partition(":")[2]
        if options_of(channel.options) is None or not named(channel.secrets, "app_secret") or not user:
            return refused_for_good("渠道没有填 app_id 或 app_secret · the channel has no app_id or no app_secret")

        async def call(token: str) -> Answer | SendResult:
            url = f"{_base(channel)}/cgi-bin/message/custom/send?access_token={token}"
            return await self._poster.post(url, JSON, text_body(user, message.text))

        answer = await with_token(partial(self._token, channel), call, token_gone)
        if isinstance(answer, SendResult):
            return answer
        return read_sent(answer.status, answer.headers, answer.body, CODES, now)

    async def close(self) -> None:
        """Close the connections."""
        await self._poster.close()

    async def _token(self, channel: Channel, stale: str) -> str | SendResult:
        options, secret = options_of(channel.options), named(channel.secrets, "app_secret")[-1]
        app_id = options.app_id if options else ""

        async def fetch() -> tuple[str, float] | SendResult:
            # The stable token: processes that fetch it do not take it away from each other.
            asked = {"grant_type": "client_credential", "appid": app_id, "secret": secret, "force_refresh": False}
            answer = await self._poster.post(f"{_base(channel)}/cgi-bin/stable_token", JSON, orjson.dumps(asked))
            if isinstance(answer, SendResult):
                return no_token(answer)
            return read_token(answer.status, answer.body, CODES)

        return await self._tokens.get(key_of(_base(channel), app_id, secret), fetch, stale=stale)


def _base(channel: Channel) -> str:
    return channel.send_url.rstrip("/") or API
