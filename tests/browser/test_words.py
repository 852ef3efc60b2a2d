"""The words of the console: two languages of one shape, a word for every code the server speaks, none missing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bot.accounting.parameters import PARAMETERS
from bot.accounting.suspects import Suspicion
from bot.accounting.verdict import Reason, ReplyReason
from bot.alarms import Teller
from bot.core.alerts import AlarmKind
from bot.core.notices import Notice
from bot.core.reasons import HandoffReason, SilenceReason
from knowledge_base import packs

STATIC = Path(__file__).parents[2] / "bot" / "web" / "static"
WORDS = {lang: json.loads((STATIC / "words" / f"{lang}.json").read_text("utf-8")) for lang in ("zh-CN", "en")}
SCRIPTS = [p for p in STATIC.rglob("*.js") if "vendor" not in p.parts]
FIELD = re.compile(r"\{(\w+)\}")
LITERAL = re.compile(r'\bt(?:Or)?\("([^"]+)"|(?:word|title|part): "([a-z_]+\.[a-z_.]+)"')


ONE = ".one"
"""Ends the key of a sentence about one thing, in a language that says one and many differently."""
PLURALS = sorted(key for key in WORDS["en"] if key.endswith(ONE))

KNOWLEDGE = Path(__file__).parents[2] / "knowledge_base"
EVIDENCE = sorted({c for p in KNOWLEDGE.glob("*.py") for c in re.findall(r'Evidence\("(\w+)"', p.read_text("utf-8"))})
TOPICS = sorted({topic.id for name in packs.names() for topic in packs.load(name).must_answer})


BOT = Path(__file__).parents[2] / "bot"
RECORDING = re.compile(r'(?:recorded\(|edit\("[A-Z]+", [^,\n]+, |(?:on_record|\.audit)\([^\n]*?, )"(\w+)"')


def acts_on_record() -> list[str]:
    """The codes of acts that the server puts on record, as its own code names them."""
    found = {code for path in BOT.rglob("*.py") for code in RECORDING.findall(path.read_text("utf-8"))}
    return sorted(found | {"login", "login_failed", "logout"})


def test_both_languages_have_the_same_keys():
    assert WORDS["zh-CN"].keys() == WORDS["en"].keys() - set(PLURALS)


@pytest.mark.parametrize("key", PLURALS)
def test_one_thing_is_told_with_the_fields_of_many(key):
    many = WORDS["en"][key.removesuffix(ONE)]
    assert WORDS["en"][key] != many
    assert set(FIELD.findall(WORDS["en"][key])) == set(FIELD.findall(many))
    assert "n" in FIELD.findall(many)


def test_english_counts_of_things_have_their_singular():
    counted = {key for key, text in WORDS["en"].items() if re.search(r"\{n\} (?:[a-z]+ )?[a-z]+s\b", text)}
    assert not sorted(key for key in counted if not key.endswith(ONE) and key + ONE not in WORDS["en"])


@pytest.mark.parametrize("key", sorted(WORDS["zh-CN"]))
def test_both_languages_fill_the_same_fields(key):
    zh, en = WORDS["zh-CN"][key], WORDS["en"].get(key, "")
    assert zh.strip()
    assert en.strip()
    assert set(FIELD.findall(zh)) == set(FIELD.findall(en))


def test_every_word_a_page_asks_for_is_there():
    asked = {a or b for path in SCRIPTS for a, b in LITERAL.findall(path.read_text("utf-8"))}
    assert len(asked) > 200
    assert not sorted(asked - WORDS["zh-CN"].keys())


@pytest.mark.parametrize(
    ("place", "codes"),
    [
        pytest.param("reason", [*HandoffReason, *SilenceReason, "sure"], id="why the bot acted"),
        pytest.param("verdict", list(Reason), id="how an inquiry counts"),
        pytest.param("counts", list(ReplyReason), id="why a reply counts or not"),
        pytest.param("part", ["answer", *Notice], id="what an automatic message is made of"),
        pytest.param("alarm.kind", ["test", *AlarmKind], id="what people are called for"),
        pytest.param("alarm.way", Teller.ways, id="where alarms go"),
        pytest.param("alarm.address", Teller.ways, id="how an alarm's address is written"),
        pytest.param("audit", acts_on_record(), id="what stands on record"),
        pytest.param("rules.p", list(PARAMETERS), id="what a rule is called"),
        pytest.param("suspect", list(Suspicion), id="why the platform may see an inquiry otherwise"),
        pytest.param("evidence", EVIDENCE, id="what speaks for an entry"),
        pytest.param("topic", TOPICS, id="what a reply has to answer"),
    ],
)
def test_every_code_of_the_server_has_a_word(place, codes):
    assert codes
    assert not [code for code in codes if f"{place}.{code}" not in WORDS["zh-CN"]]


def test_labels_speak_plainly():
    assert not [key for key, text in WORDS["zh-CN"].items() if "您" in text]
