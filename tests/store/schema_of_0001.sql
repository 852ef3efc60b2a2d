CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE delivery (
	id VARCHAR NOT NULL, 
	shop VARCHAR NOT NULL, 
	channel VARCHAR NOT NULL, 
	at BIGINT NOT NULL, 
	headers VARCHAR NOT NULL, 
	body BLOB NOT NULL, 
	result VARCHAR NOT NULL, 
	detail VARCHAR NOT NULL, 
	accepted INTEGER NOT NULL, 
	repeats INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
CREATE INDEX delivery_recent ON delivery (channel, at);
CREATE TABLE conversation (
	id VARCHAR NOT NULL, 
	shop VARCHAR NOT NULL, 
	channel VARCHAR NOT NULL, 
	external VARCHAR NOT NULL, 
	buyer_id VARCHAR NOT NULL, 
	buyer_name VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	reason VARCHAR, 
	reason_detail VARCHAR NOT NULL, 
	owner VARCHAR, 
	owner_at BIGINT, 
	epoch INTEGER NOT NULL, 
	created_at BIGINT NOT NULL, 
	last_at BIGINT NOT NULL, 
	last_sender VARCHAR NOT NULL, 
	last_kind VARCHAR NOT NULL, 
	last_text VARCHAR NOT NULL, 
	last_message VARCHAR, 
	unread INTEGER NOT NULL, 
	product VARCHAR, 
	pending JSON NOT NULL, 
	waiting_since BIGINT, 
	inquiry VARCHAR, 
	inquiry_at BIGINT, 
	due_at BIGINT, 
	night_due_at BIGINT, 
	in_hours BOOLEAN, 
	open BOOLEAN NOT NULL, 
	owed BOOLEAN NOT NULL, 
	bot_answered BOOLEAN NOT NULL, 
	by_person BOOLEAN NOT NULL, 
	said JSON NOT NULL, 
	asked JSON NOT NULL, 
	PRIMARY KEY (id)
);
CREATE INDEX conversation_owed ON conversation (shop, owed, due_at);
CREATE INDEX conversation_queue ON conversation (shop, state, due_at);
CREATE INDEX conversation_recent ON conversation (shop, last_at);
CREATE UNIQUE INDEX conversation_external ON conversation (channel, external);
CREATE TABLE message (
	id VARCHAR NOT NULL, 
	shop VARCHAR NOT NULL, 
	channel VARCHAR NOT NULL, 
	conversation VARCHAR NOT NULL, 
	platform_id VARCHAR NOT NULL, 
	sender VARCHAR NOT NULL, 
	origin VARCHAR, 
	reply_class VARCHAR, 
	kind VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	meta JSON NOT NULL, 
	at BIGINT NOT NULL, 
	accepted_at BIGINT NOT NULL, 
	seq INTEGER NOT NULL, 
	"by" VARCHAR, 
	decision VARCHAR, 
	waiting BOOLEAN NOT NULL, 
	doubtful BOOLEAN NOT NULL, 
	parts JSON NOT NULL, 
	content VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
CREATE INDEX message_thread ON message (conversation, at, seq);
CREATE INDEX message_waiting ON message (seq) WHERE waiting;
CREATE TABLE decision (
	id VARCHAR NOT NULL, 
	shop VARCHAR NOT NULL, 
	conversation VARCHAR NOT NULL, 
	message VARCHAR NOT NULL, 
	outcome VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	entry VARCHAR, 
	sureness FLOAT, 
	"explain" JSON NOT NULL, 
	at BIGINT NOT NULL, 
	took_us INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
CREATE INDEX ix_decision_message ON decision (message);
CREATE INDEX decision_recent ON decision (shop, at);
CREATE TABLE outbox (
	id VARCHAR NOT NULL, 
	shop VARCHAR NOT NULL, 
	channel VARCHAR NOT NULL, 
	conversation VARCHAR NOT NULL, 
	in_reply_to VARCHAR, 
	sender VARCHAR NOT NULL, 
	origin VARCHAR NOT NULL, 
	reply_class VARCHAR NOT NULL, 
	"by" VARCHAR, 
	text VARCHAR NOT NULL, 
	parts JSON NOT NULL, 
	entry VARCHAR, 
	decision VARCHAR, 
	status VARCHAR NOT NULL, 
	tries INTEGER NOT NULL, 
	epoch INTEGER NOT NULL, 
	detail VARCHAR NOT NULL, 
	created_at BIGINT NOT NULL, 
	asked_at BIGINT, 
	next_at BIGINT, 
	done_at BIGINT, 
	platform_id VARCHAR, 
	"then" VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
CREATE INDEX outbox_echo ON outbox (channel, platform_id);
CREATE INDEX outbox_open ON outbox (next_at) WHERE status IN ('pending','sending');
CREATE INDEX outbox_thread ON outbox (conversation, created_at);
CREATE TABLE suggestion (
	id VARCHAR NOT NULL, 
	shop VARCHAR NOT NULL, 
	conversation VARCHAR NOT NULL, 
	decision VARCHAR NOT NULL, 
	entry VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	sureness FLOAT NOT NULL, 
	state VARCHAR NOT NULL, 
	at BIGINT NOT NULL, 
	"by" VARCHAR, 
	PRIMARY KEY (id)
);
CREATE INDEX ix_suggestion_conversation ON suggestion (conversation);
CREATE TABLE timer (
	shop VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	ref VARCHAR NOT NULL, 
	due_at BIGINT NOT NULL, 
	PRIMARY KEY (shop, kind, ref)
);
CREATE INDEX timer_due ON timer (shop, due_at);
CREATE TABLE entry (
	shop VARCHAR NOT NULL, 
	id VARCHAR NOT NULL, 
	question VARCHAR NOT NULL, 
	category VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	data JSON NOT NULL, 
	version INTEGER NOT NULL, 
	changed_by VARCHAR NOT NULL, 
	changed_at BIGINT NOT NULL, 
	PRIMARY KEY (shop, id)
);
CREATE INDEX entry_table ON entry (shop, status, changed_at);
CREATE TABLE entry_version (
	shop VARCHAR NOT NULL, 
	id VARCHAR NOT NULL, 
	version INTEGER NOT NULL, 
	status VARCHAR NOT NULL, 
	data JSON NOT NULL, 
	changed_by VARCHAR NOT NULL, 
	changed_at BIGINT NOT NULL, 
	PRIMARY KEY (shop, id, version)
);
CREATE TABLE field (
	shop VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	sample BOOLEAN NOT NULL, 
	hint VARCHAR NOT NULL, 
	hint_en VARCHAR NOT NULL, 
	PRIMARY KEY (shop, name)
);
CREATE TABLE phrase (
	shop VARCHAR NOT NULL, 
	id VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	category VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	owner VARCHAR, 
	PRIMARY KEY (shop, id)
);
CREATE TABLE import (
	id VARCHAR NOT NULL, 
	shop VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	"plan" JSON NOT NULL, 
	undo JSON NOT NULL, 
	"by" VARCHAR NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE INDEX ix_import_shop ON import (shop);
CREATE TABLE journal (
	shop VARCHAR NOT NULL, 
	seq BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	kind VARCHAR NOT NULL, 
	ref VARCHAR NOT NULL, 
	conversation VARCHAR, 
	body VARCHAR NOT NULL, 
	prev VARCHAR NOT NULL, 
	hash VARCHAR NOT NULL, 
	PRIMARY KEY (shop, seq)
);
CREATE TABLE journal_head (
	shop VARCHAR NOT NULL, 
	seq BIGINT NOT NULL, 
	hash VARCHAR NOT NULL, 
	PRIMARY KEY (shop)
);
CREATE TABLE rollup (
	shop VARCHAR NOT NULL, 
	day VARCHAR NOT NULL, 
	hour INTEGER NOT NULL, 
	agent VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	inquiries BIGINT NOT NULL, 
	eligible BIGINT NOT NULL, 
	numerator BIGINT NOT NULL, 
	denominator BIGINT NOT NULL, 
	numerator_without_api BIGINT NOT NULL, 
	denominator_without_api BIGINT NOT NULL, 
	answered BIGINT NOT NULL, 
	response_ms BIGINT NOT NULL, 
	in_time BIGINT NOT NULL, 
	opened BIGINT NOT NULL, 
	opened_fast BIGINT NOT NULL, 
	said_human BIGINT NOT NULL, 
	said_assisted BIGINT NOT NULL, 
	said_automatic BIGINT NOT NULL, 
	said_unknown BIGINT NOT NULL, 
	PRIMARY KEY (shop, day, hour, agent, reason)
);
CREATE TABLE statement (
	shop VARCHAR NOT NULL, 
	date VARCHAR NOT NULL, 
	covers VARCHAR NOT NULL, 
	numerator INTEGER, 
	denominator INTEGER, 
	percent FLOAT NOT NULL, 
	"by" VARCHAR NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (shop, date, covers)
);
CREATE TABLE rule_change (
	shop VARCHAR NOT NULL, 
	seq BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	name VARCHAR NOT NULL, 
	value JSON NOT NULL, 
	"by" VARCHAR NOT NULL, 
	why VARCHAR NOT NULL, 
	PRIMARY KEY (shop, seq)
);
CREATE TABLE inquiry (
	shop VARCHAR NOT NULL, 
	id VARCHAR NOT NULL, 
	conversation VARCHAR NOT NULL, 
	opened_at BIGINT NOT NULL, 
	day VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	eligible BOOLEAN NOT NULL, 
	in_denominator BOOLEAN NOT NULL, 
	counted BOOLEAN NOT NULL, 
	counted_without_api BOOLEAN NOT NULL, 
	due_without_api BOOLEAN NOT NULL, 
	response_ms BIGINT, 
	opened_ms BIGINT, 
	agent VARCHAR NOT NULL, 
	in_time BOOLEAN NOT NULL, 
	hour INTEGER NOT NULL, 
	night VARCHAR, 
	fake_reply_risk BOOLEAN NOT NULL, 
	decided_by VARCHAR, 
	rule VARCHAR NOT NULL, 
	ruleset VARCHAR NOT NULL, 
	due_at BIGINT, 
	night_due_at BIGINT, 
	open BOOLEAN NOT NULL, 
	owed BOOLEAN NOT NULL, 
	waived VARCHAR, 
	by_person BOOLEAN NOT NULL, 
	bot_answered BOOLEAN NOT NULL, 
	replies JSON NOT NULL, 
	PRIMARY KEY (shop, id)
);
CREATE INDEX inquiry_conversation ON inquiry (conversation, opened_at);
CREATE INDEX inquiry_owed ON inquiry (shop, owed);
CREATE INDEX inquiry_day ON inquiry (shop, day, reason);
CREATE TABLE person (
	id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	password VARCHAR NOT NULL, 
	lang VARCHAR NOT NULL, 
	disabled BOOLEAN NOT NULL, 
	created_at BIGINT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (name)
);
CREATE TABLE role (
	person VARCHAR NOT NULL, 
	shop VARCHAR NOT NULL, 
	role VARCHAR NOT NULL, 
	PRIMARY KEY (person, shop, role)
);
CREATE TABLE session (
	digest VARCHAR NOT NULL, 
	person VARCHAR NOT NULL, 
	created_at BIGINT NOT NULL, 
	seen_at BIGINT NOT NULL, 
	from_where VARCHAR NOT NULL, 
	link BOOLEAN NOT NULL, 
	PRIMARY KEY (digest)
);
CREATE INDEX ix_session_person ON session (person);
CREATE TABLE token (
	digest VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	role VARCHAR NOT NULL, 
	shops JSON NOT NULL, 
	created_at BIGINT NOT NULL, 
	created_by VARCHAR NOT NULL, 
	PRIMARY KEY (digest), 
	UNIQUE (name)
);
CREATE TABLE once (
	"key" VARCHAR NOT NULL, 
	status INTEGER NOT NULL, 
	body VARCHAR NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE INDEX ix_once_at ON once (at);
CREATE TABLE audit (
	id VARCHAR NOT NULL, 
	at BIGINT NOT NULL, 
	who VARCHAR NOT NULL, 
	what VARCHAR NOT NULL, 
	ref VARCHAR NOT NULL, 
	shop VARCHAR, 
	from_where VARCHAR NOT NULL, 
	detail JSON NOT NULL, 
	PRIMARY KEY (id)
);
CREATE INDEX ix_audit_at ON audit (at);
CREATE TABLE login_try (
	name VARCHAR NOT NULL, 
	place VARCHAR NOT NULL, 
	count INTEGER NOT NULL, 
	last_at BIGINT NOT NULL, 
	PRIMARY KEY (name, place)
);
CREATE INDEX ix_login_try_last_at ON login_try (last_at);
CREATE TABLE shop (
	id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	platform VARCHAR NOT NULL, 
	simulated BOOLEAN NOT NULL, 
	stopped BOOLEAN NOT NULL, 
	bot_mode VARCHAR NOT NULL, 
	human_follow_up VARCHAR NOT NULL, 
	options JSON NOT NULL, 
	clock_real BIGINT NOT NULL, 
	clock_shop BIGINT NOT NULL, 
	clock_rate FLOAT NOT NULL, 
	created_at BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE channel (
	"key" VARCHAR NOT NULL, 
	shop VARCHAR NOT NULL, 
	adapter VARCHAR NOT NULL, 
	secrets VARCHAR NOT NULL, 
	send_url VARCHAR NOT NULL, 
	options JSON NOT NULL, 
	created_at BIGINT NOT NULL, 
	accepted INTEGER NOT NULL, 
	repeats INTEGER NOT NULL, 
	bad_signatures INTEGER NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE INDEX ix_channel_shop ON channel (shop);
INSERT INTO alembic_version VALUES ('0001');
