"""Shops and channels: made, changed, stopped, given new secrets. Every change reloads the directory at once."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from adapters.base import Channel
from bot.accounting.parameters import BadParameter
from bot.core.conversation import Event, State
from bot.core.reasons import HandoffReason
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.service.options import check_options
from bot.service.refusal import Because, Refusal
from bot.service.wiring import name_of, rotated, wrong_channel
from bot.store import conversations as convs
from bot.store import outbox, recounts
from bot.store import shops as stored
from bot.store.engine import Store
from bot.store.holding import hold
from bot.store.ids import to_ms
from bot.store.journal import Line, append
from bot.store.vault import Vault
from knowledge_base.entry import Mode

INSTALLATION = "*"
"""The journal of the installation itself: settings that any process must take in."""
FOLLOW_UPS = ("always", "within_budget", "off")
NEW_SECRET_BYTES = 32
DEMO_STARTS = time(14, 0)
FOR_EVER = 1 << 62
"""A time (ms) after every retry."""


@dataclass(frozen=True, slots=True)
class NewShop:
    """What a shop is made from. ``bot_mode`` and ``human_follow_up`` have defaults by kind and ruleset."""

    id: str
    name: str
    platform: str
    simulated: bool = False
    bot_mode: str | None = None
    human_follow_up: str | None = None
    options: Mapping[str, Any] | None = None


class Shops:
    """Writes shops and channels."""

    def __init__(
        self, store: Store, directory: Directory, clocks: Clocks, vault: Vault, platforms: tuple[str, ...]
    ) -> None:
        self._store, self._directory, self._clocks, self._vault = store, directory, clocks, vault
        self.platforms = platforms

    async def add(self, new: NewShop, *, by: str) -> None:
        """Make a shop.

        Raises:
            Refusal: the id is taken, or a value cannot be.
        """
        if new.id in self._directory.shops:
            raise Refusal(
                Because.CONFLICT, "shop_exists", f"店铺 {new.id} 已存在。", f"The shop {new.id} exists.", pointer="/id"
            )
        await self._store.write(self.save, new, by)
        await self._directory.reload()

    def save(self, conn: sa.Connection, new: NewShop, by: str) -> None:
        """Insert or change a shop, inside a transaction; what is not given stays as it was."""
        self._check(new)
        known = {row["id"]: row for row in stored.all_shops(conn)}.get(new.id)
        options = {**(known["options"] if known else {}), **(new.options or {})}
        self._check_options(new.platform, options)
        now = self._clocks.real_ms()
        row = {
            "id": new.id,
            "name": new.name,
            "platform": new.platform,
            "simulated": known["simulated"] if known else new.simulated,
            "stopped": known["stopped"] if known else False,
            "bot_mode": new.bot_mode or (known["bot_mode"] if known else self._mode(new)),
            "human_follow_up": new.human_follow_up
            or (known["human_follow_up"] if known else self._follow_up(new.platform)),
            "options": options,
            "clock_real": known["clock_real"] if known else now,
            "clock_shop": known["clock_shop"] if known else (self._demo_start() if new.simulated else now),
            "clock_rate": known["clock_rate"] if known else 1.0,
            "created_at": known["created_at"] if known else now,
        }
        stored.save_shops(conn, [row])
        if known:
            self._count_again(conn, known, new.platform, options)
        self.note(conn, "shop", new.id, by)

    def _count_again(
        self, conn: sa.Connection, was: Mapping[str, Any], platform: str, options: Mapping[str, Any]
    ) -> None:
        """Where a shop's rules changed its books are counted again: ordered in the same commit, so it is never lost."""
        rules = recounts.digest(platform, options.get("rules"))
        if rules != recounts.digest(was["platform"], (was["options"] or {}).get("rules")):
            recounts.begin(conn, was["id"], rules, self._clocks.real_ms())

    def _check(self, new: NewShop) -> None:
        if (
            not new.id
            or len(new.id) > 40
            or not new.id.replace("-", "").replace("_", "").isalnum()
            or not new.id.isascii()
        ):
            raise Refusal(
                Because.INVALID,
                "shop_id",
                "店铺编号只能用英文字母、数字、- 和 _，最多 40 个字符。",
                "A shop's id has letters, digits, - and _ only, at most 40.",
                pointer="/id",
            )
        if new.platform not in self.platforms:
            raise Refusal(
                Because.INVALID,
                "platform_unknown",
                f"没有平台 {new.platform}；可选 {'、'.join(self.platforms)}。",
                f"No platform {new.platform}; choose one of {', '.join(self.platforms)}.",
                pointer="/platform",
            )
        if new.bot_mode is not None and new.bot_mode not in set(Mode):
            raise _bad("bot_mode", [mode.value for mode in Mode])
        if new.human_follow_up is not None and new.human_follow_up not in FOLLOW_UPS:
            raise _bad("human_follow_up", FOLLOW_UPS)

    def _check_options(self, platform: str, options: Mapping[str, Any]) -> None:
        try:
            ruleset = self._directory.newest_rules(platform, options.get("rules") or {})
        except BadParameter as error:
            raise Refusal(Because.INVALID, "rule", str(error), str(error), pointer="/rules") from error
        check_options(options, ruleset)

    def _mode(self, new: NewShop) -> str:
        """A real shop begins in ``suggest``: trust is earned."""
        return Mode.AUTO.value if new.simulated else Mode.SUGGEST.value

    def _follow_up(self, platform: str) -> str:
        return "off" if self._directory.newest_rules(platform, {}).auto_counts else "always"

    def _demo_start(self) -> int:
        """14:00 of the last working day, today included: an ordinary day's quiet hour."""
        day = self._clocks.real().astimezone(ZONE).date()
        while day.weekday() > 4:
            day -= timedelta(days=1)
        return to_ms(datetime.combine(day, DEMO_STARTS, ZONE))

    async def change(
        self,
        shop: str,
        values: Mapping[str, Any],
        options: Mapping[str, Any],
        *,
        by: str,
        also: Callable[[sa.Connection], None] | None = None,
    ) -> None:
        """Change a shop's columns and options; options set to None are taken away. ``also`` joins the same commit.

        Raises:
            Refusal: a value cannot be.
        """

        def act(conn: sa.Connection) -> None:
            known = next(row for row in stored.all_shops(conn) if row["id"] == shop)
            merged = {k: v for k, v in {**(known["options"] or {}), **options}.items() if v is not None}
            self._check_options(known["platform"], merged)
            stored.change_shop(conn, shop, {**values, "options": merged})
            self._count_again(conn, known, known["platform"], merged)
            if values.get("stopped") or values.get("bot_mode", Mode.AUTO) != Mode.AUTO:
                self._hold_back(conn, shop)
            if also is not None:
                also(conn)
            self.note(conn, "shop", shop, by)
            what = sorted({*values, *options})
            append(conn, [Line(shop, self._clocks.now_ms(shop), "setting", shop, None, {"by": by, "what": what})])

        await self._store.write(act)
        await self._directory.reload()

    def _hold_back(self, conn: sa.Connection, shop: str) -> None:
        """What the bot has not sent yet is not sent any more; the buyers who wait for it get a person."""
        now = self._clocks.now_ms(shop)
        hold(conn, {shop})
        for one in convs.load(conn, outbox.due(conn, FOR_EVER).get(shop, ())).values():
            if one.state == State.AGENT.value:
                continue
            outbox.cancel_automatic(conn, one.id, HandoffReason.BOT_OFF.value, now)
            if one.state == State.BOT.value:
                one.step(Event.HANDED_OFF)
                one.reason, one.reason_detail = HandoffReason.BOT_OFF.value, ""
                convs.save(conn, [one])
                append(conn, [Line(shop, now, "handoff", one.id, one.id, {"reason": one.reason})])

    async def add_channel(self, channel: Channel, *, by: str) -> Channel:
        """Make a channel. Where the secret is ours to make and none is given, a new one is the last in the returned channel,
        and nowhere else again.

        Raises:
            Refusal: the adapter is unknown or finds something wrong with the settings.
        """
        adapter = self._directory.adapters.get(channel.adapter)
        if adapter and adapter.makes_secret and all(map(name_of, channel.secrets)):
            channel = replace(channel, secrets=(*channel.secrets, new_secret()))
        await self._store.write(self.save_channel, channel, by)
        await self._directory.reload()
        return channel

    def save_channel(self, conn: sa.Connection, channel: Channel, by: str) -> None:
        """Insert or change a channel, inside a transaction."""
        adapter = self._directory.adapters.get(channel.adapter)
        if adapter is None:
            raise _bad("adapter", sorted(self._directory.adapters))
        if wrong := adapter.check(channel):
            raise wrong_channel(wrong)
        known = {row["key"]: row for row in stored.all_channels(conn)}.get(channel.key)
        row = {
            "key": channel.key,
            "shop": channel.shop,
            "adapter": channel.adapter,
            "secrets": self._vault.seal(channel.secrets),
            "send_url": channel.send_url,
            "options": dict(channel.options),
            "created_at": known["created_at"] if known else self._clocks.real_ms(),
            **{name: known[name] if known else 0 for name in ("accepted", "repeats", "bad_signatures")},
        }
        stored.save_channels(conn, [row])
        self.note(conn, "channel", channel.key, by)

    async def rotate(self, key: str, *, by: str) -> str:
        """Give a channel a new secret; the former one stays valid beside it until the next rotation.

        Raises:
            Refusal: its secrets are the platform's to make.
        """
        one = self._directory.channels[key]
        if not self._directory.adapter(one).makes_secret:
            raise Refusal(
                Because.CONFLICT,
                "platform_secret",
                "这个平台的密钥在平台后台生成；请在那里换好，再填到这里。",
                "This platform makes its secrets itself: make a new one in its back office and enter it here.",
            )
        secret = new_secret()
        await self.change_channel(key, {"secrets": [secret]}, by=by)
        return secret

    async def change_channel(self, key: str, values: Mapping[str, Any], *, by: str) -> None:
        """Change ``send_url``, ``options`` (as a whole) or ``secrets`` of a channel; of a secret that is replaced the
        former one stays valid beside it.

        Raises:
            Refusal: the adapter finds something wrong with the settings; nothing is changed.
        """
        one = self._directory.channels[key]
        changes = {name: values[name] for name in ("send_url", "options") if values.get(name) is not None}
        if values.get("secrets"):
            changes["secrets"] = rotated(one.secrets, values["secrets"])
        await self._store.write(self.save_channel, replace(one, **changes), by)
        await self._directory.reload()

    async def set_clock(self, shop: str, *, rate: float, at: int | None = None) -> None:
        """Set a simulated shop's clock: how fast it runs, and what it shows now (ms; None: what it shows anyway).

        Raises:
            Refusal: the shop is real, or the clock would run backwards.
        """
        if not self._directory.shops[shop].simulated:
            raise Refusal(
                Because.CONFLICT, "real_shop", "只有模拟店铺可以调时钟。", "Only a simulated shop's clock can be set."
            )
        now = self._clocks.now_ms(shop)
        at = now if at is None else at
        if at < now or rate < 0 or rate > 3600:
            raise Refusal(
                Because.INVALID,
                "clock",
                "时钟只能往前走，速度在 0 到 3600 之间。",
                "The clock only goes forward, at 0 to 3600 times.",
            )
        values = {"clock_real": self._clocks.real_ms(), "clock_shop": at, "clock_rate": rate}

        def act(conn: sa.Connection) -> None:
            stored.change_shop(conn, shop, values)
            append(conn, [Line(shop, at, "clock", shop, None, {"rate": rate})])

        await self._store.write(act)
        await self._directory.reload()

    def note(self, conn: sa.Connection, what: str, ref: str, by: str) -> None:
        """Tell every process that a setting of the installation has changed."""
        append(conn, [Line(INSTALLATION, self._clocks.real_ms(), "setting", ref, None, {"what": what, "by": by})])


def new_secret() -> str:
    """A new signing secret in the form of Standard Webhooks."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(NEW_SECRET_BYTES)).decode()


def new_channel_key(shop: str) -> str:
    """A new channel's key: the shop, a dot, and what nobody guesses."""
    return f"{shop}.{secrets.token_hex(8)}"


def _bad(name: str, allowed: Any) -> Refusal:
    words = "、".join(allowed)
    return Refusal(
        Because.INVALID,
        "invalid",
        f"{name} 只能是 {words}。",
        f"{name} must be one of {', '.join(allowed)}.",
        pointer=f"/{name}",
    )
