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
channel = _t["channel"]
conversation = _t["conversation"]
decision = _t["decision"]
delivery = _t["delivery"]
entry = _t["entry"]
entry_version = _t["entry_version"]
field = _t["field"]
imports = _t["import"]
inquiry = _t["inquiry"]
journal = _t["journal"]
journal_head = _t["journal_head"]
login_try = _t["login_try"]
message = _t["message"]
once = _t["once"]
outbox = _t["outbox"]
passing = _t["passing"]
person = _t["person"]
phrase = _t["phrase"]
presence = _t["presence"]
role = _t["role"]
rollup = _t["rollup"]
rule_change = _t["rule_change"]
session = _t["session"]
shop = _t["shop"]
statement = _t["statement"]
suggestion = _t["suggestion"]
tally = _t["tally"]
team_group = _t["team_group"]
team_rule = _t["team_rule"]
timer = _t["timer"]
token = _t["token"]
