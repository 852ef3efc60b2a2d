"""An alarm's message in words: what happened, how many, by when, and where to look. Ids and times only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from bot.core.alerts import LISTED, PER_CONVERSATION, Alarm, AlarmKind, counted, worst_first

_WORDS: dict[str, tuple[str, str]] = {
    AlarmKind.UNCLAIMED: ("{n} 个会话转人工后无人接管", "{n} handed off and not taken over"),
    AlarmKind.WARN: ("{n} 个会话即将超时", "{n} near the deadline"),
    AlarmKind.OVERDUE: ("{n} 个会话已超时", "{n} overdue"),
    AlarmKind.CHANNEL_SILENT: ("已 {minutes} 分钟没有收到消息", "no message for {minutes} minutes"),
    AlarmKind.ALL_STOPPED: ("全店机器人已停", "the bot of the whole shop was stopped"),
    AlarmKind.PROMISE_OVERDUE: ("{n} 个答应过的回复已到时间", "{n} promised replies are due"),
    AlarmKind.RATE_NEAR_LINE: ("人工回复率接近考核线", "the human reply rate is near the line"),
}
_OTHER = ("{kind} × {n}", "{kind} × {n}")
_NEAREST = ("最早截止 {at}", "first deadline {at}")
_OPEN = ("打开：{link}", "Open: {link}")
_MORE = ("另有 {n} 个", "{n} more")
_TEST = ("这是一条测试消息，收到就说明提醒能到这里。", "This is a test: if you read it, alarms reach this place.")


@dataclass(frozen=True, slots=True)
class Said:
    """A message ready to go out. ``link`` is where to look, empty where the shop's address is not known."""

    title: str
    body: str
    link: str = ""


def message(alarms: Sequence[Alarm], shop_name: str, base_url: str, lang: str, zone: tzinfo) -> Said:
    """Put one sink's gathered alarms into one message. ``base_url`` may be empty; times are local to ``zone``."""
    nth = 1 if lang == "en" else 0
    ordered = worst_first(alarms)
    lines = [_line(kind, n, ordered, nth) for kind, n in counted(ordered).items()]
    title = f"{'miaohui' if nth else '秒回'} · {shop_name}{': ' if nth else '：'}{lines[0]}"
    body = lines
    due = [one.facts["due_at"] for one in ordered if "due_at" in one.facts]
    if due:
        at = datetime.fromtimestamp(min(due) / 1000, UTC).astimezone(zone)
        body = [*body, _NEAREST[nth].format(at=f"{at:%H:%M:%S}")]
    link = _link(ordered, base_url)
    if link:
        body = [*body, *_places(ordered, base_url, nth), _OPEN[nth].format(link=link)]
    return Said(title, "\n".join(body), link)


def trial_message(shop_name: str, base_url: str, lang: str) -> Said:
    """What the test button sends."""
    nth = 1 if lang == "en" else 0
    link = f"{base_url}/inbox" if base_url else ""
    body = _TEST[nth] + (f"\n{_OPEN[nth].format(link=link)}" if link else "")
    return Said(f"{'miaohui' if nth else '秒回'} · {shop_name}", body, link)


def _line(kind: str, n: int, alarms: Sequence[Alarm], nth: int) -> str:
    mine = [one for one in alarms if one.kind == kind]
    minutes = max((int(one.facts.get("minutes", 0)) for one in mine), default=0)
    words = _WORDS.get(kind, _OTHER)[nth].format(n=n, minutes=minutes, kind=kind)
    more = mine[0].facts.get("words")
    if isinstance(more, dict):
        more = more.get("en" if nth else "zh")
    return f"{words}{' – ' if nth else '，'}{more}" if more else words


def _link(alarms: Sequence[Alarm], base_url: str) -> str:
    if not base_url:
        return ""
    talks = list(dict.fromkeys(one.ref for one in alarms if one.kind in PER_CONVERSATION and one.ref))
    if talks:
        return f"{base_url}/inbox/{talks[0]}"
    return f"{base_url}/{'deliveries' if alarms[0].kind == AlarmKind.CHANNEL_SILENT else 'inbox'}"


def _places(alarms: Sequence[Alarm], base_url: str, nth: int) -> list[str]:
    """The conversations after the first, each with its address."""
    talks = list(dict.fromkeys(one.ref for one in alarms if one.kind in PER_CONVERSATION and one.ref))[1:]
    lines = [f"{base_url}/inbox/{talk}" for talk in talks[: LISTED - 1]]
    return lines + ([_MORE[nth].format(n=len(talks) - len(lines))] if len(talks) > len(lines) else [])
