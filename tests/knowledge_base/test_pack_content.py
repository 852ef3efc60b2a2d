"""What every starter pack must hold, read straight from its file: a shop loads a pack and is answered for at once."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from rapidfuzz import fuzz, process

ROOT = Path(__file__).parents[2]
PACKS: dict[str, dict[str, Any]] = {
    path.stem: yaml.safe_load(path.read_text("utf-8"))
    for path in sorted((ROOT / "knowledge_base" / "packs").glob("*.yaml"))
}
QUESTIONS: dict[str, list[dict[str, Any]]] = {
    path.stem: [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for path in sorted((ROOT / "tests" / "questions").glob("*.jsonl"))
    if path.stem in PACKS
}
every_pack = pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS.keys())
every_question_set = pytest.mark.parametrize(("name", "rows"), QUESTIONS.items(), ids=QUESTIONS.keys())

FIELD = re.compile(r"\{([^{}]+)\}")
GREETING = re.compile(r"^(亲|您好|你好)")
LONGEST = 120

ALIKE = 85  # from this similarity on the editor warns of a conflict; a pack must not come with one

TOPICS = {
    #  what buyers ask of    one of these is in a question or phrasing of the pack
    "shipping time":       ("发货",),
    "courier":             ("什么快递", "哪家快递", "啥快递"),
    "tracking":            ("物流",),
    "arrival":             ("几天到", "几天能到", "多久到", "多久能到"),
    "shipping fee":        ("包邮",),
    "remote regions":      ("新疆",),
    "change of address":   ("地址",),
    "coupons":             ("优惠券",),
    "bargaining":          ("便宜",),
    "price protection":    ("保价", "差价"),
    "bulk orders":         ("批发", "批量"),
    "stock":               ("有货", "现货"),
    "restock":             ("补货",),
    "size":                ("尺码", "规格", "尺寸", "容量"),
    "material":            ("面料", "材质", "成分", "配料"),
    "usage and care":      ("怎么用", "怎么洗", "使用方法", "保存", "怎么做"),
    "authenticity":        ("正品",),
    "invoice":             ("发票",),
    "returns":             ("无理由",),
    "how to return":       ("怎么退货", "退货流程"),
    "return shipping fee": ("退货运费", "退货邮费"),
    "freight insurance":   ("运费险",),
    "refund":              ("退款",),
    "exchange":            ("换货",),
    "warranty":            ("保修", "保质期"),
    "gifts":               ("赠品",),
    "gift wrap":           ("礼盒",),
    "pre-sale":            ("预售",),
    "missing item":        ("少发", "漏发"),
    "wrong item":          ("发错",),
    "damage":              ("破损", "碎了", "压坏", "压烂"),
    "quality":             ("质量",),
    "cancelling":          ("取消",),
    "opening hours":       ("几点上班", "几点下班", "在线时间"),
    "review rewards":      ("好评",),
}  # fmt: skip

# A reply made of these says nothing and counts for nothing; an answer that needs them is not an answer.
EMPTY_TALK = (
    "稍等", "稍后", "正在为您", "正在查询", "正在处理", "马上回复", "有什么可以帮您", "很高兴为您服务", "您的问题已收到",
)  # fmt: skip

FORBIDDEN = {
    "rude":            re.compile("不知道|不清楚|随便你|不归我们管|我们无法控制|供应商的问题|属于第三方"),
    "superlative":     re.compile("最(?!近|晚|迟|后|多|少|终)|第一(?!次|步|行|天|批|页|时间)|国家级|顶级|极致|唯一|百分百|100%|绝对|永久|万能"),
    "bought praise":   re.compile("(?<!不允许)(好评|五星)[^，。；]{0,4}(返|送|奖|红包)|(给个|求|麻烦)[^，。；]{0,4}(好评|五星)"),
    "medical claim":   re.compile("治愈|根治|药到病除|无副作用|包治"),
    "off the platform": re.compile(r"微信号|加微信|(?<!不要)转账|https?:|www\.|\d{7,}|电话[:：]"),
}  # fmt: skip


def texts(pack: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every text a buyer may be sent: id and words."""
    yield from ((entry["id"], entry["answer"]) for entry in pack["entries"])
    yield from ((phrase["id"], phrase["text"]) for phrase in pack["phrases"])


def phrasings(entry: dict[str, Any]) -> list[str]:
    """All ways in which an entry is asked, its standard question among them."""
    return [entry["question"], *entry["phrasings"]]


def bare(text: str) -> str:
    """Letters, digits and characters only, of one width and case."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def test_the_four_trades_have_a_pack() -> None:
    assert set(PACKS) >= {"clothing", "beauty", "food", "electronics"}


@every_pack
def test_a_pack_is_as_large_as_promised(pack: dict[str, Any]) -> None:
    assert len(pack["entries"]) >= 50
    assert [e["id"] for e in pack["entries"] if len(e["phrasings"]) < 6] == []
    assert len(pack["phrases"]) >= 20
    assert 8 <= len(pack["must_answer"]) <= 12


@pytest.mark.parametrize(("name", "pack"), PACKS.items(), ids=PACKS.keys())
def test_a_pack_says_what_it_is(name: str, pack: dict[str, Any]) -> None:
    assert pack["id"] == name
    assert set(pack) == {"id", "name", "version", "fields", "entries", "phrases", "must_answer"}
    assert all(pack["name"][language] for language in ("zh", "en"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", pack["version"])


@every_pack
@pytest.mark.parametrize(
    ("part", "needed", "allowed"),
    [
        ("entries", {"id", "question", "category", "phrasings", "answer"}, {"keywords", "then_person", "mode"}),
        ("phrases", {"id", "title", "category", "text"}, set()),
        ("fields", {"name", "sample", "hint", "hint_en"}, set()),
        ("must_answer", {"id", "ask", "answer"}, set()),
    ],
)
def test_every_item_has_its_keys(pack: dict[str, Any], part: str, needed: set[str], allowed: set[str]) -> None:
    for item in pack[part]:
        assert needed <= set(item) <= needed | allowed, item
        assert all(item[key] for key in needed), item


@every_pack
def test_every_value_is_of_its_kind(pack: dict[str, Any]) -> None:
    """A bare ``off`` or ``是`` and a bare number are traps of YAML: they arrive as something else than text."""
    for entry in pack["entries"]:
        assert all(isinstance(text, str) and text.strip() == text for text in phrasings(entry)), entry["id"]
        assert entry.get("mode", "auto") in {"auto", "suggest", "off"}, entry["id"]
        assert isinstance(entry.get("then_person", False), bool), entry["id"]
        assert set(entry.get("keywords", {})) <= {"all", "any", "never"}, entry["id"]
    for topic in pack["must_answer"]:
        assert all(isinstance(word, str) for word in topic["ask"] + topic["answer"]), topic["id"]
    assert all(isinstance(field["sample"], str) for field in pack["fields"])


@every_pack
@pytest.mark.parametrize("part", ["entries", "phrases", "must_answer"])
def test_ids_are_plain_and_unique(pack: dict[str, Any], part: str) -> None:
    counted = Counter(item["id"] for item in pack[part])
    assert [name for name, count in counted.items() if count > 1] == []
    assert [name for name in counted if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)] == []


def test_one_question_has_one_id_in_all_packs() -> None:
    """A shop may load two packs: what both know must then be one entry, not two that look alike."""
    ids: dict[str, set[str]] = {}
    for pack in PACKS.values():
        for entry in pack["entries"]:
            ids.setdefault(bare(entry["question"]), set()).add(entry["id"])
    assert {question: names for question, names in ids.items() if len(names) > 1} == {}


@every_pack
def test_fields_are_few_declared_and_used(pack: dict[str, Any]) -> None:
    """The page that asks a shop to confirm its fields has room for ten."""
    declared = [field["name"] for field in pack["fields"]]
    used = {name for _, text in texts(pack) for name in FIELD.findall(text)}
    assert len(declared) == len(set(declared)) <= 10
    assert set(declared) == used
    assert [at for at, text in texts(pack) if re.search(r"[{}]", FIELD.sub("", text))] == []


@every_pack
def test_no_two_phrasings_are_one(pack: dict[str, Any]) -> None:
    counted = Counter(bare(text) for entry in pack["entries"] for text in phrasings(entry))
    assert [text for text, count in counted.items() if count > 1 or not text] == []


@every_pack
def test_entries_keep_apart(pack: dict[str, Any]) -> None:
    owners, asked = zip(*[(e["id"], bare(text)) for e in pack["entries"] for text in phrasings(e)], strict=True)
    alike = process.cdist(asked, asked, scorer=fuzz.ratio, score_cutoff=ALIKE)
    pairs = {(asked[i], asked[j]) for i, j in zip(*alike.nonzero(), strict=True) if owners[i] < owners[j]}
    assert pairs == set()


@every_pack
def test_no_entry_vetoes_its_own_phrasings(pack: dict[str, Any]) -> None:
    vetoed = [
        (entry["id"], text, word)
        for entry in pack["entries"]
        for word in entry.get("keywords", {}).get("never", [])
        for text in phrasings(entry)
        if word in text
    ]
    assert vetoed == []


@every_pack
def test_texts_greet_and_then_say_something(pack: dict[str, Any]) -> None:
    for at, text in texts(pack):
        assert GREETING.match(text), f"{at}: no greeting"
        assert len(text) <= LONGEST, f"{at}: {len(text)} characters"
        said = bare(FIELD.sub("", GREETING.sub("", text)))
        assert len(said) >= 15, f"{at}: too little is said without the fields"
        assert len(re.split("[，。；：:]", text)) >= 3, f"{at}: greeting, answer and next step are three clauses"


@every_pack
def test_texts_are_no_empty_talk(pack: dict[str, Any]) -> None:
    assert [(at, word) for at, text in texts(pack) for word in EMPTY_TALK if word in text] == []


@every_pack
@pytest.mark.parametrize("kind", FORBIDDEN)
def test_texts_hold_no_forbidden_words(pack: dict[str, Any], kind: str) -> None:
    samples = [(f["name"], f["sample"]) for f in pack["fields"]]
    found = [(at, hit[0]) for at, text in [*texts(pack), *samples] if (hit := FORBIDDEN[kind].search(text))]
    assert found == []


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("superlative", "这是最好的面料", True),
        ("superlative", "最近的活动写在首页，最晚周五结束", False),
        ("superlative", "全网第一", True),
        ("superlative", "第一次洗请用冷水", False),
        ("bought praise", "好评返 5 元", True),
        ("bought praise", "麻烦给个五星", True),
        ("bought praise", "平台规则不允许用返现换好评，我们没有这项活动", False),
        ("bought praise", "平台不允许好评返现", False),
        ("off the platform", "加微信转账更便宜", True),
        ("off the platform", "请在平台内付款，不要转账给个人", False),
    ],
)
def test_the_forbidden_words_are_told_apart(kind: str, text: str, found: bool) -> None:
    assert bool(FORBIDDEN[kind].search(text)) is found


@every_pack
@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_is_asked(pack: dict[str, Any], topic: str) -> None:
    asked = "\n".join(text for entry in pack["entries"] for text in phrasings(entry))
    assert any(word in asked for word in TOPICS[topic])


@every_pack
def test_what_only_a_person_may_settle_goes_to_one(pack: dict[str, Any]) -> None:
    entries = {entry["id"]: entry for entry in pack["entries"]}
    assert entries["damaged"]["mode"] == "off"
    for name in ("missing-item", "wrong-item", "quality-problem"):
        assert entries[name].get("then_person") or entries[name].get("mode") == "off", name


@every_pack
def test_opening_hours_are_the_shops_own(pack: dict[str, Any]) -> None:
    answer = next(entry["answer"] for entry in pack["entries"] if entry["id"] == "opening-hours")
    assert "{在线时段}" in answer


def test_every_pack_has_a_question_set() -> None:
    assert set(QUESTIONS) == set(PACKS)


@every_question_set
def test_a_question_set_asks_for_answers_and_for_restraint(name: str, rows: list[dict[str, Any]]) -> None:
    assert all({"buyer", "text", "expect"} <= set(row) <= {"buyer", "text", "expect", "why"} for row in rows)
    asked = Counter(bare(row["text"]) for row in rows)
    assert [text for text, count in asked.items() if count > 1] == []
    assert len(rows) >= 100
    assert sum(row["expect"] is None for row in rows) >= 25


@every_question_set
def test_a_question_set_is_not_copied_from_its_pack(name: str, rows: list[dict[str, Any]]) -> None:
    known = {bare(text) for entry in PACKS[name]["entries"] for text in phrasings(entry)}
    assert [row["text"] for row in rows if bare(row["text"]) in known] == []


@every_question_set
def test_a_question_set_expects_only_what_is_ever_answered(name: str, rows: list[dict[str, Any]]) -> None:
    """An entry that is off is recognised and goes to a person: its questions expect no answer."""
    answering = {entry["id"] for entry in PACKS[name]["entries"] if entry.get("mode") != "off"}
    assert [row for row in rows if row["expect"] is not None and row["expect"] not in answering] == []
