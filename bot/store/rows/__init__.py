"""The schema, by aggregate. Rows are for storage only: they do not validate, the door does.

Times are whole milliseconds UTC. Every unique key of shop data begins with the shop, or is a channel key, which does.
"""

from bot.store.rows.alarms import AlarmRow, AlarmSend, AlarmSink
from bot.store.rows.desk import Conversation, DecisionRow, Delivery, MessageRow, Outbox, Suggestion, Timer
from bot.store.rows.faq import EntryRow, EntryVersion, Field, Import, Phrase
from bot.store.rows.ledger import InquiryRow, Journal, JournalHead, Rollup, RuleChange, StatementRow, Tally
from bot.store.rows.people import Audit, LoginTry, Once, Person, Role, Session, Token
from bot.store.rows.shops import ChannelRow, Shop
from bot.store.rows.team import Assignment, Passing, PresenceRow, TeamGroup, TeamRule

__all__ = [
    "AlarmRow",
    "AlarmSend",
    "AlarmSink",
    "Assignment",
    "Audit",
    "ChannelRow",
    "Conversation",
    "DecisionRow",
    "Delivery",
    "EntryRow",
    "EntryVersion",
    "Field",
    "Import",
    "InquiryRow",
    "Journal",
    "JournalHead",
    "LoginTry",
    "MessageRow",
    "Once",
    "Outbox",
    "Passing",
    "Person",
    "Phrase",
    "PresenceRow",
    "Role",
    "Rollup",
    "RuleChange",
    "Session",
    "Shop",
    "StatementRow",
    "Suggestion",
    "Tally",
    "TeamGroup",
    "TeamRule",
    "Timer",
    "Token",
]
