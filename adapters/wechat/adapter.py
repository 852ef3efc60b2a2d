"""WeChat behind the port: settings checked, pushes verified, decrypted and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from adapters import settings
from adapters.base import (
    Ack,
    BadSignature,
    Capabilities,
    Channel,
    Delivery,
    Facts,
    Handshake,
    Quota,
    Unreadable,
    named,
    refusal,
)
from adapters.wechat.wire import facts_of, sealed_reply, transfer
from adapters.wechat_crypto import check_signature, read_body, sealed_of, unseal, wrong_secrets
from bot.core.message import Kind

WINDOW = Quota(5, timedelta(hours=48))
TEXT_BYTES = 2048
API = "https://api.weixin.qq.com"


class Options(BaseModel):
    """What an admin chooses. ``accept_weak``: plain mode; ``transfer_words``: texts that go to WeChat's own desk."""

    model_config = ConfigDict(extra="forbid", strict=True)
    app_id: str = Field(pattern=r"^[A-Za-z0-9_]{4,40}$")
    accept_weak: bool = False
    transfer_words: list[Annotated[str, Field(min_length=1, max_length=40)]] = Field([], max_length=50)
    api_sent_counts: Literal["yes", "no", "unknown"] = "unknown"


def options_of(given: Mapping[str, Any]) -> Options | None:
    """The options, None where they cannot be."""
    return settings.options_of(Options, given)


class WechatAdapter:
    """Official accounts and mini programs."""

    name = "wechat"
    makes_secret = False

    def capabilities(self, channel: Channel) -> Capabilities:
        """Say what this channel can do. What people write at WeChat's own desk is never pushed: not measurable."""
        options = options_of(channel.options)
        return Capabilities(
            sees_human_replies=False,
            has_recall=False,
            can_send=options is not None and bool(named(channel.secrets, "app_secret")),
            blind_after_handover=options is not None and bool(options.transfer_words),
            api_sent_counts=options.api_sent_counts if options else "unknown",
            text_limit=TEXT_BYTES,
            text_limit_bytes=True,
            quotas=(WINDOW,),
        )

    def check(self, channel: Channel) -> list[str]:
        """Return what is wrong with the settings, in words; empty when fine."""
        options = options_of(channel.options)
        weak = options is not None and options.accept_weak
        needed = ["token"] if weak else ["token", "aes_key"]
        wrong = wrong_secrets(channel.secrets, needed)
        if channel.send_url and not settings.web_address(channel.send_url):
            wrong.append("send_url: 不用填；要填就是 http:// 或 https:// 地址 · leave it empty, or an http(s) address")
        return wrong + settings.wrong_options(Options, channel.options)

    def read(self, delivery: Delivery, channel: Channel, now: datetime) -> Facts | Handshake:
        """Verify, decrypt and read a push; answer the check of the address.

        Raises:
            BadSignature: forged, outside 300 s, for another app, or in plain mode without the admin's choice.
            Unreadable: signed, but neither XML nor JSON.
        """
        options = options_of(channel.options)
        tokens = named(channel.secrets, "token")
        if options is None:
            raise BadSignature("渠道的选项不对，一律拒收 · the channel's options are wrong, so nothing is accepted")
        if delivery.method == "GET":
            check_signature(tokens, delivery.query, "signature", now)
            return Handshake(Ack(200, delivery.query.get("echostr", "").encode("utf-8", "replace")))
        if "msg_signature" not in delivery.query and delivery.query.get("encrypt_type") != "aes":
            if not options.accept_weak:
                raise BadSignature(
                    "是明文模式的推送：请在后台改成安全模式，或在选项里写 accept_weak · "
                    "this is a push in plain mode: choose safe mode in the back office, or accept_weak in the options"
                )
            check_signature(tokens, delivery.query, "signature", now)
            return _plain(delivery.body, options)
        envelope = _envelope(delivery.body)
        sealed = sealed_of(envelope)
        token = check_signature(tokens, delivery.query, "msg_signature", now, sealed)
        message, key = unseal(named(channel.secrets, "aes_key"), sealed, options.app_id)
        facts = facts_of(_known(message))
        if not _asks_for_transfer(facts, options):
            return facts
        as_xml = _is_xml(message)
        plain = transfer(facts.messages[0], as_xml)
        ack = sealed_reply(plain, as_xml, token, key, options.app_id, delivery.query)
        return replace(facts, ack=ack)

    def peek(self, delivery: Delivery, channel: Channel, now: datetime) -> Facts:
        """Read a plain push whose signature is not looked at.

        Raises:
            Unreadable: neither XML nor JSON.
        """
        return facts_of(_known(delivery.body))

    def accepted(self) -> Ack:
        """``success``: stored. WeChat wants it within 5 s; a mini program's buyer sees a notice without it."""
        return Ack(200, b"success")

    def refused(self, why: str) -> Ack:
        """401: not signed for this channel."""
        return refusal(why)

    def retry_later(self) -> Ack:
        """503: nothing was stored; WeChat tries three times."""
        return Ack(503, b"", "text/plain", {"Retry-After": "5"})


def _plain(body: bytes, options: Options) -> Facts:
    facts = facts_of(_known(body))
    if not _asks_for_transfer(facts, options):
        return facts
    as_xml = _is_xml(body)
    kind = "application/xml" if as_xml else "application/json"
    return replace(facts, ack=Ack(200, transfer(facts.messages[0], as_xml), kind))


def _known(message: bytes) -> dict[str, Any]:
    told = read_body(message)
    if "MsgType" not in told:
        raise Unreadable("/MsgType: 不是微信的推送 · not a push of WeChat")
    return told


def _envelope(body: bytes) -> dict[str, Any]:
    try:
        return read_body(body)
    except Unreadable as why:  # nothing is proven yet
        raise BadSignature(str(why)) from None


def _is_xml(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"


def _asks_for_transfer(facts: Facts, options: Options) -> bool:
    """Only a text that is exactly one of the admin's words; an event is never transferred."""
    return any(one.kind is Kind.TEXT and one.text.strip() in options.transfer_words for one in facts.messages)
