"""微信客服 behind the port: settings checked, callbacks verified and decrypted; what they ring for is pulled later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from adapters import settings
from adapters.base import (
    Ack,
    BadSignature,
    Capabilities,
    Channel,
    Delivery,
    Facts,
    Fetch,
    Handshake,
    Quota,
    Unreadable,
    named,
    refusal,
)
from adapters.wechat_crypto import check_signature, read_body, sealed_of, unseal, wrong_secrets
from adapters.wecom_kf.wire import read_page, ring

GREETS = timedelta(seconds=20)
WINDOW = Quota(5, timedelta(hours=48))
TEXT_BYTES = 2048
API = "https://qyapi.weixin.qq.com"


class Options(BaseModel):
    """What an admin chooses. ``desk``: where people work; ``servicer``: who gets what is handed over (empty: the queue)."""

    model_config = ConfigDict(extra="forbid", strict=True)
    corp_id: str = Field(pattern=r"^[A-Za-z0-9_]{4,40}$")
    desk: Literal["here", "wecom"] = "here"
    servicer: str = Field("", max_length=64)
    api_sent_counts: Literal["yes", "no", "unknown"] = "unknown"


def options_of(given: Mapping[str, Any]) -> Options | None:
    """The options, None where they cannot be."""
    return settings.options_of(Options, given)


class WecomKfAdapter:
    """微信客服."""

    name = "wecom_kf"
    makes_secret = False

    def capabilities(self, channel: Channel) -> Capabilities:
        """Say what this channel can do: what people write in WeCom is pulled, our own sends are not."""
        options = options_of(channel.options)
        can_send = options is not None and bool(named(channel.secrets, "kf_secret"))
        return Capabilities(
            can_send=can_send,
            hands_over=can_send and options is not None and options.desk == "wecom",
            api_sent_counts=options.api_sent_counts if options else "unknown",
            text_limit=TEXT_BYTES,
            text_limit_bytes=True,
            quotas=(WINDOW,),
            greets=GREETS if can_send else None,
        )

    def check(self, channel: Channel) -> list[str]:
        """Return what is wrong with the settings, in words; empty when fine."""
        wrong = wrong_secrets(channel.secrets, ["token", "aes_key", "kf_secret"])
        if channel.send_url and not settings.web_address(channel.send_url):
            wrong.append("send_url: 不用填；要填就是 http:// 或 https:// 地址 · leave it empty, or an http(s) address")
        return wrong + settings.wrong_options(Options, channel.options)

    def read(self, delivery: Delivery, channel: Channel, now: datetime) -> Fetch | Handshake:
        """Verify and decrypt a callback; the messages it rings for are pulled afterwards.

        Raises:
            BadSignature: forged, outside 300 s, or for another corp.
            Unreadable: signed, but not a ring of 微信客服.
        """
        options = options_of(channel.options)
        if options is None:
            raise BadSignature("渠道的选项不对，一律拒收 · the channel's options are wrong, so nothing is accepted")
        asked = delivery.method == "GET"
        sealed = delivery.query.get("echostr", "") if asked else _sealed(delivery.body)
        check_signature(named(channel.secrets, "token"), delivery.query, "msg_signature", now, sealed)
        message, _ = unseal(named(channel.secrets, "aes_key"), sealed, options.corp_id)
        if asked:
            return Handshake(Ack(200, message))
        return Fetch(ring(read_body(message)))

    def peek(self, delivery: Delivery, channel: Channel, now: datetime) -> Facts:
        """Read a pulled page.

        Raises:
            Unreadable: not the answer of a pull.
        """
        return read_page(delivery.body).facts

    def accepted(self) -> Ack:
        """200 with nothing: the ring is stored."""
        return Ack(200, b"")

    def refused(self, why: str) -> Ack:
        """401: not signed for this channel."""
        return refusal(why)

    def retry_later(self) -> Ack:
        """503: nothing was stored; WeCom tries three times."""
        return Ack(503, b"", "text/plain", {"Retry-After": "5"})


def _sealed(body: bytes) -> str:
    try:
        return sealed_of(read_body(body))
    except Unreadable as why:  # nothing is proven yet
        raise BadSignature(str(why)) from None
