"""The standard channel behind the port: settings checked, bytes verified and read, answers in its form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import ValidationError

from adapters.base import Ack, Capabilities, Channel, Delivery, Facts, Handshake, Quota, refusal
from adapters.schemes import Verified, verify, wrong_secret
from adapters.settings import web_address
from adapters.standard.mapped import read_mapped
from adapters.standard.mapping import Window, told
from adapters.standard.plan import Plan, plan_of, signing_secrets, wrong_plan
from adapters.standard.wire import read_body

_FLAGS = ("dedupes", "sees_human_replies", "echoes_own", "blind_after_handover", "text_limit_bytes")
_COUNTS = ("yes", "no", "unknown")
_OPTIONS = (*_FLAGS, "api_sent_counts", "text_limit", "app_url", "quotas", "signature", "mapping")
MAX_MAPPING = 32 * 1024


class StandardAdapter:
    """Signed JSON for bridges, vendors and desks that can post a webhook."""

    name = "standard"
    makes_secret = True

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
            text_limit_bytes=options.get("text_limit_bytes") is True,
            blind_after_handover=options.get("blind_after_handover") is True,
            quotas=_quotas(options.get("quotas")),
        )

    def check(self, channel: Channel) -> list[str]:
        """Return what is wrong with secrets, address and options, in words; empty when fine."""
        wrong = wrong_plan(channel.options)
        secrets = signing_secrets(channel.secrets)
        if not secrets:
            wrong.append("secrets: 至少填一个密钥 · enter at least one secret")
        if not wrong:
            plan = plan_of(channel.options)
            wrong += [
                f"secrets[{index}]: {words}"
                for index, secret in enumerate(secrets)
                if (words := wrong_secret(plan.scheme, secret))
            ]
            mapped_in = plan.mapping is not None or plan.scheme.how != "standard-webhooks"
            if channel.send_url and mapped_in and not (plan.mapping and plan.mapping.send):
                wrong.append(
                    "options.mapping.send: 填了发送地址，就要写明怎么发 · there is a send address, so say how to send"
                )
        if channel.send_url and not web_address(channel.send_url):
            wrong.append(
                "send_url: 要是 http:// 或 https:// 地址，不含用户名和密码 · "
                "must be an http:// or https:// address without user and password"
            )
        return wrong + _wrong_options(channel.options)

    def read(self, delivery: Delivery, channel: Channel, now: datetime) -> Facts | Handshake:
        """Verify the raw body, then read it, by the channel's mapping where it has one.

        Raises:
            BadSignature: forged, unsigned, outside 300 s, or the channel has no usable secret.
            Unreadable: signed, but not an envelope of this channel.
        """
        plan = plan_of(channel.options)
        verified = verify(plan.scheme, signing_secrets(channel.secrets), delivery, now, plan.app_key)
        return _read(plan, verified, delivery)

    def peek(self, delivery: Delivery, channel: Channel, now: datetime) -> Facts | Handshake:
        """Read a body whose signature is not looked at; only for showing.

        Raises:
            Unreadable: not an envelope of this channel.
        """
        return _read(plan_of(channel.options), Verified("webhook-id", delivery.body), delivery)

    def accepted(self) -> Ack:
        """200: stored, do not send it again."""
        return Ack(200, b'{"ok":true}', "application/json")

    def refused(self, why: str) -> Ack:
        """401: not signed for this channel; sending it again cannot help."""
        return refusal(why)

    def retry_later(self) -> Ack:
        """503 with Retry-After: nothing was stored, send it again."""
        return Ack(503, b'{"ok":false}', "application/json", {"Retry-After": "5"})


def _read(plan: Plan, verified: Verified, delivery: Delivery) -> Facts | Handshake:
    if plan.mapping:
        return read_mapped(plan.mapping, verified, delivery)
    return read_body(verified.body, verified.id)


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
    if app is not None and not (isinstance(app, str) and web_address(app)):
        wrong.append(
            "options.app_url: 要是客服在平台上回复的 http:// 或 https:// 地址 · "
            "must be the http:// or https:// address where people reply in the platform's own app"
        )
    limit = options.get("text_limit")
    if limit is not None and not _is_limit(limit):
        wrong.append("options.text_limit: 要是大于 0 的整数（字符数） · must be a whole number of characters above 0")
    if len(str(options.get("mapping", ""))) > MAX_MAPPING:
        wrong.append(f"options.mapping: 超过 {MAX_MAPPING} 个字符 · over {MAX_MAPPING} characters")
    return wrong + _wrong_quotas(options.get("quotas"))


def _wrong_quotas(given: object) -> list[str]:
    if given is None:
        return []
    if not isinstance(given, list):
        return ['options.quotas: 要是列表 · must be a list, such as [{"sends": 5, "window_s": 172800}]']
    wrong = []
    for index, one in enumerate(given):
        try:
            Window.model_validate(one)
        except ValidationError as error:
            wrong += told(error, f"options.quotas.{index}")
    return wrong


def _quotas(given: object) -> tuple[Quota, ...]:
    if not isinstance(given, list) or _wrong_quotas(given):
        return ()
    return tuple(Window.model_validate(one).quota() for one in given)


def _is_limit(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
