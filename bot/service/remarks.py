"""What an operator should know about an entry's texts before a buyer reads them: forbidden wording, fields nothing fills,
texts over a channel's limit, texts the shop's rules call meaningless. Remarks never forbid: who saves has read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.accounting.ruleset import Ruleset, meaningless
from bot.core.joining import in_pieces, size_of
from bot.core.message import Kind
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.service.fields import missing_in
from bot.service.phrases import forbidden
from bot.service.shelf import valid_fields
from bot.store.engine import Store
from knowledge_base.entry import Entry, Mode
from knowledge_base.fields import broken, fill


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to know: a code, the column it is about (``answer``, ``variants``), and why in both languages."""

    code: str
    column: str
    zh: str
    en: str

    def as_json(self) -> dict[str, Any]:
        """The form the API gives."""
        return {"code": self.code, "column": self.column, "why": {"zh": self.zh, "en": self.en}}


@dataclass(frozen=True, slots=True)
class Limit:
    """The longest text a channel sends at once, in characters or bytes of UTF-8."""

    channel: str
    most: int
    in_bytes: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """What texts of a shop are held against: its platform, rules of today, values that may be said, channels' limits."""

    platform: str
    ruleset: Ruleset
    fields: Mapping[str, str]
    limits: tuple[Limit, ...] = ()


class Remarks:
    """Knows what to hold the texts of each shop against."""

    def __init__(self, store: Store, clocks: Clocks, directory: Directory) -> None:
        self._store, self._clocks, self._directory = store, clocks, directory

    async def measure(self, shop: str) -> Measure:
        """What texts of a shop are held against now."""
        config = self._directory.shops[shop]
        ruleset = self._directory.ruleset(config, self._clocks.now(shop).astimezone(ZONE).date())
        fields = await self._store.read(valid_fields, config)
        return Measure(config.platform, ruleset, fields, tuple(self._limits(shop)))

    async def of(self, shop: str, entry: Entry) -> list[Remark]:
        """What there is to say of one entry in a shop; nothing of a shared one, which each shop fills in its own way."""
        return list(remarks_on(entry, await self.measure(shop))) if shop in self._directory.shops else []

    def _limits(self, shop: str) -> Iterator[Limit]:
        for channel in self._directory.channels_of(shop):
            able = self._directory.adapter(channel).capabilities(channel)
            if able.text_limit is not None:
                yield Limit(channel.key, able.text_limit, able.text_limit_bytes)


def remarks_on(entry: Entry, by: Measure) -> Iterator[Remark]:
    """Say what there is to know about an entry's answer and its answers by platform."""
    own = dict(entry.variants)
    said = "variants" if by.platform in own else "answer"
    for column, platform, text in (("answer", "", entry.answer), *(("variants", key, one) for key, one in own.items())):
        if text and broken(text):
            yield Remark(
                "field_broken", column, "有不成对或全角的大括号，买家会看到它", "Unpaired or full-width braces: buyers would see them"
            )  # fmt: skip
        if platform and platform != by.platform:
            yield Remark(
                "variant_elsewhere", column,
                f"这家店的平台是 {by.platform}，「{platform}」的答案在这里用不到",
                f"This shop is on {by.platform}: the answer for {platform} is never said here",
            )  # fmt: skip
    text = own.get(by.platform, entry.answer)
    if text:
        yield from _on_text(text, said, entry.mode, by)


def _on_text(text: str, column: str, mode: Mode, by: Measure) -> Iterator[Remark]:
    missing = missing_in([text], by.fields) if mode is not Mode.OFF else []
    if missing:
        zh, en = "、".join(missing), ", ".join(missing)
        yield Remark(
            "missing_field", column, f"这些字段没有可用的值：{zh}。填好之前遇到这条会转人工", f"No value for {en}: until there is, a person gets it"
        )  # fmt: skip
    filled = fill(text, by.fields).text
    if words := forbidden(filled, by.ruleset):
        zh, en = "、".join(words), ", ".join(words)
        yield Remark("forbidden", column, f"平台不许说：{zh}", f"Forbidden by the platform: {en}")
    if meaningless(filled, Kind.TEXT.value, by.ruleset):
        yield Remark(
            "meaningless", column, "按考核规则这句没有实质内容：人工照发也不计入", "The rules call this meaningless: sent by a person it would not count"
        )  # fmt: skip
    yield from _over_limits(filled, column, by.limits)


def _over_limits(text: str, column: str, limits: Iterable[Limit]) -> Iterator[Remark]:
    for limit in limits:
        size = size_of(text, limit.in_bytes)
        if size <= limit.most:
            continue
        pieces = len(in_pieces(text, limit.most, limit.in_bytes))
        unit, unit_en = ("字节", "bytes") if limit.in_bytes else ("字", "characters")
        yield Remark(
            "too_long", column,
            f"渠道 {limit.channel} 一条最多 {limit.most} {unit}，这条 {size} {unit}：会分 {pieces} 段发，每段都算额度",
            f"Channel {limit.channel} takes {limit.most} {unit_en} at once, this has {size}: it goes out in {pieces} pieces, "
            "each of which counts against quotas",
        )  # fmt: skip
