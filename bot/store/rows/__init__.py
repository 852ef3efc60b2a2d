"""The schema, by aggregate. Rows are for storage only: they do not validate, the door does.

Times are whole milliseconds UTC. Every unique key of shop data begins with the shop, or is a channel key, which does.
"""

from bot.store.rows.alarms import AlarmRow, AlarmSend, AlarmSink
from bot.store.rows.desk import Conversation, DecisionRow, Delivery, MessageRow, Outbox, Piece, Suggestion, Timer
from bot.store.rows.errands import Errand
from bot.store.rows.faq import EntryRow, EntryVersion, Field, Import, Phrase
from bot.store.rows.gaps import Gap, GapMark, GapQuestion
from bot.store.rows.gone import Gone
from bot.store.rows.ledger import (
    ClosingRow,
    InquiryRow,
    Journal,
    JournalHead,
    PriorNotice,
    Recount,
    Rollup,
    RuleChange,
    StatementRow,
    Tally,
)
from bot.store.rows.people import Audit, LoginTry, Once, Person, Role, Session, Token
from bot.store.rows.replying import (
    BenchRun,
    Buyer,
    Draft,
    GateCase,
    GatePass,
    Looking,
    PhraseUse,
    Promise,
    Proposal,
    ReportCase,
    SearchMark,
)
from bot.store.rows.shops import ChannelRow, Shop
from bot.store.rows.team import Assignment, LineWatch, Passing, PresenceRow, TeamGroup, TeamRule
from bot.store.rows.workers import WorkerRow

__all__ = [
    "AlarmRow",
    "AlarmSend",
    "AlarmSink",
    "Assignment",
    "Audit",
    "BenchRun",
    "Buyer",
    "ChannelRow",
    "ClosingRow",
    "Conversation",
    "DecisionRow",
    "Delivery",
    "Draft",
    "EntryRow",
    "EntryVersion",
    "Errand",
    "Field",
    "Gap",
    "GapMark",
    "GapQuestion",
    "GateCase",
    "GatePass",
    "Gone",
    "Import",
    "InquiryRow",
    "Journal",
    "JournalHead",
    "LineWatch",
    "LoginTry",
    "Looking",
    "MessageRow",
    "Once",
    "Outbox",
    "Passing",
    "Person",
    "Phrase",
    "PhraseUse",
    "Piece",
    "PresenceRow",
    "PriorNotice",
    "Promise",
    "Proposal",
    "Recount",
    "ReportCase",
    "Role",
    "Rollup",
    "RuleChange",
    "SearchMark",
    "Session",
    "Shop",
    "StatementRow",
    "Suggestion",
    "Tally",
    "TeamGroup",
    "TeamRule",
    "Timer",
    "Token",
    "WorkerRow",
]
