"""Chatwoot behind the port: settings checked, signature verified, facts read."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from adapters import settings
from adapters.base import Ack, BadSignature, Capabilities, Channel, Delivery, Facts, named, refusal
from adapters.chatwoot.wire import read_body
from adapters.schemes import load_schemes, verify

MIN_SECRET = 8
API_TOKEN = "api_token"  # noqa: S105  (the name of a secret, not one)
_Number = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value), Field(pattern=r"^[0-9]{1,18}$")]  # fmt: skip


class Options(BaseModel):
    """What an admin chooses. ``desk``: where people work; ``accept_weak``: old versions that do not sign."""

    model_config = ConfigDict(extra="forbid")
    account_id: _Number
    bot_id: _Number | Literal[""] = ""
    desk: Literal["chatwoot", "here"] = "chatwoot"
    accept_weak: bool = False
    api_sent_counts: Literal["yes", "no", "unknown"] = "unknown"


def options_of(given: Mapping[str, Any]) -> Options | None:
    """The options, None where they cannot be."""
    return settings.options_of(Options, given)


class ChatwootAdapter:
    """Chatwoot's webhook and agent bot."""

    name = "chatwoot"
    makes_secret = False

    def capabilities(self, channel: Channel) -> Capabilities:
        """Say what this channel can do: Chatwoot tells people, bots and buyers apart and echoes what we send."""
        options = options_of(channel.options)
        can_send = bool(channel.send_url and named(channel.secrets, API_TOKEN))
        return Capabilities(
            echoes_own=True,
            can_send=can_send,
            hands_over=can_send and options is not None and options.desk == "chatwoot",
            api_sent_counts=options.api_sent_counts if options else "unknown",
        )

    def check(self, channel: Channel) -> list[str]:
        """Return what is wrong with the settings, in words; empty when fine."""
        wrong = []
        if not _signing(channel) or any(len(secret) < MIN_SECRET for secret in _signing(channel)):
            wrong.append(
                f"secrets: 填 Chatwoot 的 webhook 密钥，至少 {MIN_SECRET} 个字符 · "
                f"enter the secret of Chatwoot's webhook, at least {MIN_SECRET} characters"
            )
        if channel.send_url and not settings.web_address(channel.send_url):
            wrong.append(
                "send_url: 填 Chatwoot 的地址，如 https://chat.example.com · "
                "enter Chatwoot's address, such as https://chat.example.com"
            )
        if channel.send_url and not named(channel.secrets, API_TOKEN):
            wrong.append(
                "secrets: 要发送就填 api_token=机器人的访问令牌 · to send, enter api_token=the bot's access token"
            )
        return wrong + settings.wrong_options(Options, channel.options)

    def read(self, delivery: Delivery, channel: Channel, now: datetime) -> Facts:
        """Verify the raw body, then read it.

        Raises:
            BadSignature: forged, unsigned (without the admin's choice), outside 300 s, or no usable secret.
            Unreadable: signed, but no event of Chatwoot.
        """
        options = options_of(channel.options)
        if options and options.accept_weak and "x-chatwoot-signature" not in delivery.headers:
            _check_key(_signing(channel), delivery)
        else:
            verify(load_schemes()["timestamp-body"], _signing(channel), delivery, now)
        return self.peek(delivery, channel, now)

    def peek(self, delivery: Delivery, channel: Channel, now: datetime) -> Facts:
        """Read a body whose signature is not looked at.

        Raises:
            Unreadable: no event of Chatwoot.
        """
        options = options_of(channel.options) or Options(account_id="0")
        return read_body(delivery.body, options.account_id, bot=options.bot_id, desk=options.desk == "chatwoot")

    def accepted(self) -> Ack:
        """200: stored. Chatwoot wants it within 5 s."""
        return Ack(200, b"{}", "application/json")

    def refused(self, why: str) -> Ack:
        """401: not signed for this channel."""
        return refusal(why)

    def retry_later(self) -> Ack:
        """503: nothing was stored. Chatwoot then opens a pending conversation to people."""
        return Ack(503, b"{}", "application/json", {"Retry-After": "5"})


def _signing(channel: Channel) -> list[str]:
    return [secret for secret in channel.secrets if secret and not secret.startswith(f"{API_TOKEN}=")]


def _check_key(secrets: list[str], delivery: Delivery) -> None:
    """An old version does not sign: then the address itself holds the secret, ``?key=…``."""
    given = delivery.query.get("key", "").encode("utf-8", "surrogatepass")
    fits = False
    for secret in secrets:
        fits |= hmac.compare_digest(secret.encode(), given)
    if not fits:
        raise BadSignature("地址里的 key 不对，也没有签名 · neither a signature nor the right key in the address")
