"""All I/O towards 微信客服: pulling, sending, handing over, and the access token they share. Only WeCom's host is called,
or the address an admin typed instead."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from urllib.parse import quote

from adapters.answers import refused_for_good
from adapters.base import Channel, Outgoing, Pulled, SendResult, Sent, Unreadable, named
from adapters.posting import Answer, Poster
from adapters.tokens import TokenKeeper, key_of, with_token
from adapters.wechat_answers import no_token, read_sent, read_token, token_gone
from adapters.wecom_kf.adapter import API, options_of
from adapters.wecom_kf.wire import CODES, greet_body, hand_over_body, own_id, pull_body, read_page, send_body

JSON = {"content-type": "application/json; charset=utf-8"}
PAGE_BYTES = 16 * 1024 * 1024


class WecomKfClient:
    """Speaks the API of 微信客服."""

    def __init__(self, *, timeout_s: float = 5.0) -> None:
        self._poster = Poster(timeout_s=timeout_s)
        self._tokens = TokenKeeper()

    async def send(self, channel: Channel, message: Outgoing, now: datetime) -> SendResult:
        """Send one text under our own msgid, by which a failure told later is known to be its."""
        if code := message.context.get("greet"):
            path, body = "kf/send_msg_on_event", greet_body(code, message.id, message.text)
        else:
            account, _, user = message.conversation.partition(":")
            path, body = "kf/send_msg", send_body(account, user, message.id, message.text)
        result = await self._done(channel, path, body, now)
        if result.outcome is Sent.SENT:
            return SendResult(Sent.SENT, platform_id=own_id(message.id))
        return result

    async def hand_over(self, channel: Channel, conversation: str, now: datetime) -> SendResult:
        """Give a conversation to people in WeCom. Asking twice changes nothing."""
        options, (account, _, user) = options_of(channel.options), conversation.partition(":")
        body = hand_over_body(account, user, options.servicer if options else "")
        return await self._done(channel, "kf/service_state/trans", body, now)

    async def pull(self, channel: Channel, account: str, token: str, cursor: str, now: datetime) -> Pulled:
        """Ask for the messages behind a cursor. A page that breaks off is no page: it is asked for again."""
        answer = await self._call(channel, "kf/sync_msg", pull_body(account, token, cursor), limit=PAGE_BYTES)
        if isinstance(answer, SendResult):
            return Pulled(failed=answer.detail)
        result = read_sent(answer.status, answer.headers, answer.body, CODES, now)
        if result.outcome is not Sent.SENT or not answer.whole:
            wait = result.retry_after.total_seconds() if result.retry_after else None
            return Pulled(failed=result.detail or "答复不完整 · the answer broke off", wait_s=wait)
        try:
            page = read_page(answer.body)
        except Unreadable as why:
            return Pulled(failed=str(why))
        # A page without a cursor must not begin the account anew.
        return Pulled(page.facts, answer.body, page.cursor or cursor, page.more and page.cursor not in ("", cursor))

    async def close(self) -> None:
        """Close the connections."""
        await self._poster.close()

    async def _done(self, channel: Channel, path: str, body: bytes, now: datetime) -> SendResult:
        answer = await self._call(channel, path, body)
        if isinstance(answer, SendResult):
            return answer
        return read_sent(answer.status, answer.headers, answer.body, CODES, now)

    async def _call(self, channel: Channel, path: str, body: bytes, *, limit: int = 64 * 1024) -> Answer | SendResult:
        """Make a call with the channel's token."""
        if options_of(channel.options) is None or not named(channel.secrets, "kf_secret"):
            return refused_for_good("渠道没有填 corp_id 或 kf_secret · the channel has no corp_id or no kf_secret")

        async def call(token: str) -> Answer | SendResult:
            url = f"{_base(channel)}/cgi-bin/{path}?access_token={quote(token, safe='')}"
            return await self._poster.post(url, JSON, body, limit=limit)

        return await with_token(partial(self._token, channel), call, token_gone)

    async def _token(self, channel: Channel, stale: str) -> str | SendResult:
        options, secret = options_of(channel.options), named(channel.secrets, "kf_secret")[-1]
        corp = options.corp_id if options else ""

        async def fetch() -> tuple[str, float] | SendResult:
            url = f"{_base(channel)}/cgi-bin/gettoken?corpid={quote(corp)}&corpsecret={quote(secret, safe='')}"
            answer = await self._poster.post(url, {}, b"", method="GET")
            if isinstance(answer, SendResult):
                return no_token(answer)
            return read_token(answer.status, answer.body, CODES)

        return await self._tokens.get(key_of(_base(channel), corp, secret), fetch, stale=stale)


def _base(channel: Channel) -> str:
    return channel.send_url.rstrip("/") or API
