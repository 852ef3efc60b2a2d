"""Which platforms there are: one written-out line each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adapters.base import Adapter, Client
from adapters.chatwoot import ChatwootAdapter, ChatwootClient
from adapters.sandbox import FakePlatform, SandboxAdapter, SandboxClient
from adapters.standard import StandardAdapter, StandardClient
from adapters.wechat import WechatAdapter, WechatClient
from adapters.wecom_kf import WecomKfAdapter, WecomKfClient


@dataclass(frozen=True, slots=True)
class Wire:
    """Both halves of an adapter: the pure one, and how to make the one that sends."""

    adapter: Adapter
    make_client: Callable[[FakePlatform], Client]


ADAPTERS: dict[str, Wire] = {
    "chatwoot": Wire(ChatwootAdapter(), lambda _: ChatwootClient()),
    "sandbox": Wire(SandboxAdapter(), SandboxClient),
    "standard": Wire(StandardAdapter(), lambda _: StandardClient()),
    "wechat": Wire(WechatAdapter(), lambda _: WechatClient()),
    "wecom_kf": Wire(WecomKfAdapter(), lambda _: WecomKfClient()),
}


def make_clients(platform: FakePlatform) -> dict[str, Client]:
    """Return one client per adapter name; ``platform`` serves the simulated shops. The caller closes them."""
    return {name: wire.make_client(platform) for name, wire in ADAPTERS.items()}
