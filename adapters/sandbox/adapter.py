"""The sandbox behind the port: what its wire can do is set per channel, so that every kind of platform can be played."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError

from adapters.base import Ack, Capabilities, Channel, Delivery, Facts, Quota, refusal
from adapters.sandbox.wire import read_body
from adapters.signing import decode_secret, verify


class _Quota(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    sends: PositiveInt
    window_s: PositiveInt


class _Options(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    sees_human_replies: bool = True
    echoes_own: bool = False
    dedupes: bool = False
    blind_after_handover: bool = False
    api_sent_counts: Literal["yes", "no", "unknown"] = "yes"
    text_limit: PositiveInt | None = None
    text_limit_bytes: bool = False
    app_url: str | None = Field(None, pattern=r"^https?://")
    quotas: list[_Quota] = []


class SandboxAdapter:
    """The simulated platform, and the adapter to copy."""

    name = "sandbox"
    makes_secret = True

    def capabilities(self, channel: Channel) -> Capabilities:
        """Say what the channel's options make of the wire; options that cannot be read count as not given."""
        try:
            options = _Options.model_validate(dict(channel.options))
        except ValidationError:
            options = _Options()
        return Capabilities(
            sees_human_replies=options.sees_human_replies,
            echoes_own=options.echoes_own,
            dedupes=options.dedupes,
            blind_after_handover=options.blind_after_handover,
            api_sent_counts=options.api_sent_counts,
            text_limit=options.text_limit,
            text_limit_bytes=options.text_limit_bytes,
            quotas=tuple(Quota(one.sends, timedelta(seconds=one.window_s)) for one in options.quotas),
        )

    def check(self, channel: Channel) -> list[str]:
        """Return what is wrong with secrets and options, in words; empty when fine."""
        wrong = [] if channel.secrets else ["secrets: 至少填一个密钥 · enter at least one secret"]
        for index, secret in enumerate(channel.secrets):
            try:
                decode_secret(secret)
            except ValueError as error:
                wrong.append(f"secrets[{index}]: {error}")
        try:
            _Options.model_validate(dict(channel.options))
        except ValidationError as error:
            wrong += [
                f"options.{'.'.join(map(str, one['loc']))}: 选项不对 · {one['msg']}"
                for one in error.errors(include_url=False, include_context=False, include_input=False)
            ]
        return wrong

    def read(self, delivery: Delivery, channel: Channel, now: datetime) -> Facts:
        """Verify the raw body, then read it.

        Raises:
            BadSignature: forged, unsigned, outside 300 s, or the channel has no usable secret.
            Unreadable: signed, but not an envelope of the sandbox.
        """
        verify(channel.secrets, delivery.headers, delivery.body, now)
        return read_body(delivery.body)

    def peek(self, delivery: Delivery, channel: Channel, now: datetime) -> Facts:
        """Read a body whose signature is not looked at; only for showing.

        Raises:
            Unreadable: not an envelope of the sandbox.
        """
        return read_body(delivery.body)

    def accepted(self) -> Ack:
        """200: stored, do not send it again."""
        return Ack(200, b'{"code":0}', "application/json")

    def refused(self, why: str) -> Ack:
        """401: not signed for this channel; sending it again cannot help."""
        return refusal(why)

    def retry_later(self) -> Ack:
        """503 with Retry-After: nothing was stored, send it again."""
        return Ack(503, b'{"code":1}', "application/json", {"Retry-After": "5"})
