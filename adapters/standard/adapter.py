"""The standard channel behind the port: settings checked, bytes verified and read, answers in its form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from adapters.base import Ack, Capabilities, Channel, Delivery, Facts
from adapters.signing import decode_secret, verify
from adapters.standard.wire import read_body

_FLAGS = ("dedupes", "sees_human_replies", "echoes_own")
_COUNTS = ("yes", "no", "unknown")
_OPTIONS = (*_FLAGS, "api_sent_counts", "text_limit", "app_url")


class StandardAdapter:
    """Signed JSON for bridges, vendors and desks that can post a webhook."""

    name = "standard"

    def capabilities(self, channel: Channel) -> Capabilities:
        """Say what the channel's options claim for the wire behind it."""
        options = channel.options
        limit = options.get("text_limit")
        counts = options.get("api_sent_counts")
        return Capabilities(
            sees_human_replies=options.get("sees_human_replies") is not False,
            echoes_own=options.get("echoes_own") is True,
            can_send=bool(channel.send_url),
            dedupes=options.get("dedupes") is True,
            api_sent_counts=counts if counts in _COUNTS else "unknown",
            text_limit=limit if _is_limit(limit) else None,
        )

    def check(self, channel: Channel) -> list[str]:
        """Return what is wrong with secrets, address and options, in words; empty when fine."""
        wrong = [] if channel.secrets else ["secrets: 至少填一个密钥 · enter at least one secret"]
        for index, secret in enumerate(channel.secrets):
            try:
                decode_secret(secret)
            except ValueError as error:
                wrong.append(f"secrets[{index}]: {error}")
        if channel.send_url and not _is_web_address(channel.send_url):
            wrong.append(
                "send_url: 要是 http:// 或 https:// 地址，不含用户名和密码 · "
                "must be an http:// or https:// address without user and password"
            )
        return wrong + _wrong_options(channel.options)

    def read(self, delivery: Delivery, channel: Channel, now: datetime) -> Facts:
        """Verify the raw body, then read it.

        Raises:
            BadSignature: forged, unsigned, outside 300 s, or the channel has no usable secret.
            Unreadable: signed, but not an envelope of this channel.
        """
        webhook_id = verify(channel.secrets, delivery.headers, delivery.body, now)
        return read_body(delivery.body, webhook_id)

    def accepted(self) -> Ack:
        """200: stored, do not send it again."""
        return Ack(200, b'{"ok":true}', "application/json")

    def refused(self, why: str) -> Ack:
        """401: not signed for this channel; sending it again cannot help."""
        return Ack(401, why.encode("utf-8", "replace"), "text/plain; charset=utf-8")

    def retry_later(self) -> Ack:
        """503 with Retry-After: nothing was stored, send it again."""
        return Ack(503, b'{"ok":false}', "application/json", {"Retry-After": "5"})


def _wrong_options(options: Mapping[str, object]) -> list[str]:
    wrong = [
        f"options.{name}: 没有这个选项 · no such option, there are: {' '.join(_OPTIONS)}"
        for name in options
        if name not in _OPTIONS
    ]
    wrong += [
        f"options.{name}: 要是 true 或 false · must be true or false"
        for name in _FLAGS
        if not isinstance(options.get(name, False), bool)
    ]
    if options.get("api_sent_counts", "unknown") not in _COUNTS:
        wrong.append("options.api_sent_counts: 要是 yes、no 或 unknown · must be yes, no or unknown")
    app = options.get("app_url")
    if app is not None and not (isinstance(app, str) and _is_web_address(app)):
        wrong.append(
            "options.app_url: 要是客服在平台上回复的 http:// 或 https:// 地址 · "
            "must be the http:// or https:// address where people reply in the platform's own app"
        )
    limit = options.get("text_limit")
    if limit is not None and not _is_limit(limit):
        wrong.append("options.text_limit: 要是大于 0 的整数（字符数） · must be a whole number of characters above 0")
    return wrong


def _is_limit(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_web_address(url: str) -> bool:
    """Loopback is fine: the admin typed it. Whether the address answers is seen when sending."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  raises ValueError where the port is no port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
