"""Kind ``inquiry``: events in, a verdict on every inquiry and every reply out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.accounting.books import Books, judge
from bot.accounting.inquiry import ApiSent, ChannelFacts
from bot.accounting.kpi import cases, response_kpi
from bot.accounting.request.events import events_of
from bot.accounting.request.reading import choice_at, flag_at, moment_at, object_at, refuse, shown
from bot.accounting.ruleset import Ruleset
from bot.accounting.verdict import ReplyVerdict, Verdict


def inquiry(request: Mapping[str, Any], ruleset: Ruleset) -> dict[str, Any]:
    """Judge the request's events at its ``as_of``.

    Raises:
        RequestError: the ruleset has no chat rules, or a field is missing or wrong.
    """
    if not ruleset.chat:
        raise refuse(ruleset.name, "没有会话规则", "has no chat rules")
    as_of = moment_at(request, "as_of", "")
    events = events_of(request)
    books = judge(events, ruleset, as_of=as_of, channel=_channel(request))
    result = books_shown(books, as_of)
    if "kpi" in ruleset.extras:
        context = object_at(request, "context", "", default={})
        season = choice_at(context, "season", "/context", cases("avg_response_s", ruleset), default="daily")
        kpi = response_kpi(books, events, as_of, season)
        result["kpi"] = {
            "avg_response_s": shown(kpi.avg_response_s),
            "avg_pass": kpi.avg_pass,
            "over_5min_violations": kpi.over_5min_violations,
        }
    if books.notes:
        result["notes"] = [note.words() for note in books.notes]
    return result


def _channel(request: Mapping[str, Any]) -> ChannelFacts:
    channel = object_at(request, "channel", "", default={})
    sees = flag_at(channel, "sees_human_replies", "/channel", default=True)
    counts = choice_at(channel, "api_sent_counts", "/channel", tuple(ApiSent), default=ApiSent.UNKNOWN)
    return ChannelFacts(sees, counts)


def books_shown(books: Books, as_of: datetime) -> dict[str, Any]:
    """Write judged inquiries, their rate in the period that ends with ``as_of``, and judged replies for JSON."""
    rate = books.rate(as_of)
    return {
        "inquiries": [_verdict(one) for one in books.inquiries],
        "rate": {"numerator": rate.numerator, "denominator": rate.denominator},
        "replies": [_reply(one) for one in books.replies],
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "conversation": verdict.conversation,
        "opened_by": verdict.opened_by,
        "eligible": verdict.eligible,
        "in_denominator": verdict.in_denominator,
        "counted": verdict.counted,
        "reason": verdict.reason,
        "response_s": verdict.response_s,
        "night": verdict.night,
        "fake_reply_risk": verdict.fake_reply_risk,
        "decided_by": verdict.decided_by,
        "rule": verdict.rule,
    }


def _reply(reply: ReplyVerdict) -> dict[str, Any]:
    return {
        "message": reply.message,
        "class": reply.reply_class,
        "counts": reply.counts,
        "reason": reply.reason,
        "inquiry": reply.inquiry,
    }
