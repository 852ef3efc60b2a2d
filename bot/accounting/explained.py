"""One inquiry explained in full: window, clock, deadline, every reply that was seen, and what settled it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.accounting.ruleset import Ruleset
from bot.accounting.verdict import ReplyVerdict, Verdict, seconds
from bot.accounting.words import explain, explain_reply, plain, reason_words, window_words
from bot.core.message import ReplyClass

CLASS_WORDS = {
    ReplyClass.HUMAN: ("人工", "human"),
    ReplyClass.ASSISTED: ("采用推荐", "assisted"),
    ReplyClass.AUTOMATIC: ("自动", "automatic"),
    ReplyClass.UNKNOWN: ("来源未知", "unknown"),
}
"""The classes of replies by name, Chinese and English."""


def clock_from(verdict: Verdict, ruleset: Ruleset) -> datetime | None:
    """Return when the running clock started: the opening, unless a transfer or a later turn started it anew; None
    where no clock runs."""
    return None if verdict.due_at is None else verdict.due_at - ruleset.deadline


def in_full(verdict: Verdict, replies: Sequence[ReplyVerdict], ruleset: Ruleset) -> dict[str, list[str]]:
    """Explain an inquiry line by line, in Chinese (``zh``) and English (``en``).

    ``replies`` are those of this inquiry. The last line is the verdict's own sentence with parameter, version, source.
    """
    lines = [_opening(verdict, ruleset), _clock(verdict, ruleset), *_seen(verdict, replies, ruleset)]
    said, short = explain(verdict, ruleset), reason_words(verdict.reason)
    lines.append((f"结论「{short[0]}」：{said['zh']}", f"Verdict “{short[1]}”: {said['en']}"))
    return {"zh": [zh for zh, _ in lines], "en": [en for _, en in lines]}


def _opening(verdict: Verdict, ruleset: Ruleset) -> tuple[str, str]:
    at, window = _moment(verdict.opened_at, ruleset), window_words(ruleset)
    local = verdict.opened_at.astimezone(ruleset.zone)
    zh, en = ("在内", "inside") if ruleset.covers(local) else ("不在内", "outside")
    if ruleset.covers(local) and not ruleset.assesses(local):
        zh, en = "在内，但当天不考核", "inside, on a day that is not assessed"
    return (
        f"进线 {at}（消息 {verdict.opened_by}），考核时段 {window}：{zh}",
        f"Opened {at} (message {verdict.opened_by}), assessed hours {window}: {en}",
    )


def _clock(verdict: Verdict, ruleset: Ruleset) -> tuple[str, str]:
    start = clock_from(verdict, ruleset)
    if start is None or verdict.due_at is None:
        return "不计时", "No clock runs"
    begins, ends, deadline = (
        _moment(start, ruleset),
        _moment(verdict.due_at, ruleset),
        plain(ruleset["deadline.seconds"]),
    )
    anew = start != verdict.opened_at
    more_zh, more_en = ("（重新起算）", " (started anew)") if anew else ("", "")
    at_zh, at_en = ("含", "included") if ruleset.inclusive else ("不含", "not included")
    return (
        f"计时从 {begins} 起{more_zh}，期限 {deadline} 秒，到 {ends}（{at_zh}）",
        f"The clock starts {begins}{more_en}, {deadline} s, until {ends} ({at_en})",
    )


def _seen(verdict: Verdict, replies: Sequence[ReplyVerdict], ruleset: Ruleset) -> list[tuple[str, str]]:
    if not replies:
        return [("没有见到店铺方的消息", "No message of the shop's side was seen")]
    lines = [(f"见到店铺方的消息 {len(replies)} 条：", f"Messages of the shop's side seen: {len(replies)}")]
    for nth, reply in enumerate(replies, start=1):
        at, after = _moment(reply.at, ruleset), seconds(reply.at - verdict.opened_at)
        class_zh, class_en = CLASS_WORDS[reply.reply_class]
        counts = ("计入", "counts") if reply.counts else ("不计入", "does not count")
        why = explain_reply(reply, ruleset, verdict.rule)
        lines.append(
            (
                f"{nth}. {at}（{after} 秒后），{class_zh}，{counts[0]}：{why['zh']}",
                f"{nth}. {at} (after {after} s), {class_en}, {counts[1]}: {why['en']}",
            )
        )
    return lines


def _moment(at: datetime, ruleset: Ruleset) -> str:
    local = at.astimezone(ruleset.zone).replace(tzinfo=None)
    return local.isoformat(" ", "milliseconds" if local.microsecond else "seconds")
