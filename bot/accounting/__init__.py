"""The books: which reply counts, under which platform's dated rules, and why. Pure: values in, values out."""

from bot.accounting.books import Books, Note, judge, judge_conversation
from bot.accounting.event import Event, from_message
from bot.accounting.inquiry import ChannelFacts
from bot.accounting.parameters import BadParameter
from bot.accounting.ruleset import Ruleset, meaningless
from bot.accounting.scorecard import Rate
from bot.accounting.verdict import Night, Reason, ReplyReason, ReplyVerdict, Verdict
from bot.accounting.words import explain, explain_reply

__all__ = [
    "BadParameter",
    "Books",
    "ChannelFacts",
    "Event",
    "Night",
    "Note",
    "Rate",
    "Reason",
    "ReplyReason",
    "ReplyVerdict",
    "Ruleset",
    "Verdict",
    "explain",
    "explain_reply",
    "from_message",
    "judge",
    "judge_conversation",
    "meaningless",
]
