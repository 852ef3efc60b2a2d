"""The tables of the schema, for statements in SQLAlchemy Core."""

from __future__ import annotations

from sqlmodel import SQLModel

from bot.store import rows

assert rows  # noqa: S101  (the rows register themselves with the metadata when they are imported)

metadata = SQLModel.metadata
_t = metadata.tables

assignment = _t["assignment"]
alarm = _t["alarm"]
alarm_send = _t["alarm_send"]
alarm_sink = _t["alarm_sink"]
audit = _t["audit"]
buyer = _t["buyer"]
channel = _t["channel"]
closing = _t["closing"]
conversation = _t["conversation"]
decision = _t["decision"]
delivery = _t["delivery"]
draft = _t["draft"]
entry = _t["entry"]
entry_version = _t["entry_version"]
errand = _t["errand"]
field = _t["field"]
gap = _t["gap"]
gap_mark = _t["gap_mark"]
gap_question = _t["gap_question"]
gate_case = _t["gate_case"]
gone = _t["gone"]
imports = _t["import"]
inquiry = _t["inquiry"]
journal = _t["journal"]
journal_head = _t["journal_head"]
line_watch = _t["line_watch"]
login_try = _t["login_try"]
looking = _t["looking"]
message = _t["message"]
once = _t["once"]
outbox = _t["outbox"]
passing = _t["passing"]
person = _t["person"]
phrase = _t["phrase"]
phrase_use = _t["phrase_use"]
piece = _t["piece"]
presence = _t["presence"]
prior_notice = _t["prior_notice"]
promise = _t["promise"]
proposal = _t["proposal"]
report_case = _t["report_case"]
recount = _t["recount"]
role = _t["role"]
rollup = _t["rollup"]
rule_change = _t["rule_change"]
search_mark = _t["search_mark"]
session = _t["session"]
shop = _t["shop"]
statement = _t["statement"]
suggestion = _t["suggestion"]
tally = _t["tally"]
team_group = _t["team_group"]
team_rule = _t["team_rule"]
timer = _t["timer"]
token = _t["token"]
worker = _t["worker"]
