"""报备: filed, passed or rejected, each changes the books by itself; open ones, the rate with and without, evidence."""

from __future__ import annotations

import io
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from bot.web.webhooks import answer

WEST = "/api/v1/shops/kw"
REPLY = "今天下午从杭州仓发出，单号稍后给你。"


@pytest.fixture
async def shop(door) -> Any:
    """A shop whose platform excludes spam and abuse once it has accepted the report."""
    await door.floor.open_shop("kw", "kuaishou", tier="new")
    return door


def path(door, buyer: str) -> str:
    return f"/api/v1/conversations/{door.floor.cid(buyer, shop='kw')}"


async def missed(door, buyer: str) -> str:
    """A buyer whose question nobody answered in time; the line of it."""
    await door.floor.asks(buyer, f"加群领券{buyer}", shop="kw")
    await door.floor.passes(901, shop="kw")
    return (await door.get(path(door, buyer)))["lines"][0]["id"]


async def good(door, buyer: str) -> None:
    await door.floor.asks(buyer, "转人工", shop="kw")
    await door.post(f"{path(door, buyer)}/reply", {"text": REPLY})
    await door.floor.quiet()


async def rates(door) -> dict[str, tuple[int, int]]:
    told = (await door.get(f"{WEST}/reports?days=1"))["rates"]
    names = ("now", "without_reports", "if_accepted")
    return {name: (told[name]["numerator"], told[name]["denominator"]) for name in names}


async def test_the_books_follow_each_step(shop):
    await good(shop, "g")
    line = await missed(shop, "s")
    assert await rates(shop) == dict.fromkeys(("now", "without_reports", "if_accepted"), (1, 2))
    made = await shop.post(f"{path(shop, 's')}/reports", {"line": line, "kind": "spam", "note": "群发广告"})
    assert await rates(shop) == {"now": (1, 2), "without_reports": (1, 2), "if_accepted": (1, 1)}, (
        "filed is not yet passed"
    )
    [here] = (await shop.get(path(shop, "s")))["reports"]
    assert (here["target"], here["kind"], here["steps"][0]["by"]["name"]) == (line, "spam", "owner")
    assert (await shop.get(path(shop, "g")))["reports"] == []
    again = await shop.post(f"{path(shop, 's')}/reports", {"line": line, "kind": "spam"})
    assert again == made, "the same twice is one report"
    told = await shop.get(f"{WEST}/reports")
    assert (told["open"], [one["status"] for one in told["items"]]) == (1, ["filed"])
    await shop.post(f"{WEST}/reports/{made['id']}", {"status": "accepted"})
    assert await rates(shop) == {"now": (1, 1), "without_reports": (1, 2), "if_accepted": (1, 1)}
    [inquiry] = (await shop.get("/api/v1/inquiries?shop=kw&reason=excluded_spam"))["items"]
    assert inquiry["conversation"] == shop.floor.cid("s", shop="kw")
    await shop.post(f"{WEST}/reports/{made['id']}", {"status": "rejected", "note": "平台说证据不足"})
    assert await rates(shop) == dict.fromkeys(("now", "without_reports", "if_accepted"), (1, 2))
    [one] = (await shop.get(f"{WEST}/reports?status=rejected"))["items"]
    assert [step["status"] for step in one["steps"]] == ["filed", "accepted", "rejected"]
    assert (one["note"], one["text"], one["steps"][0]["by"]["name"]) == ("平台说证据不足", "加群领券s", "owner")
    assert (await shop.get(f"{WEST}/reports?status=filed"))["items"] == []
    first, *_ = (await shop.get("/api/v1/audit?what=reported"))["items"]
    assert first["ref"] == shop.floor.cid("s", shop="kw")


async def test_what_the_platform_tells_itself_counts(shop):
    line = await missed(shop, "s")
    await shop.post(f"{path(shop, 's')}/reports", {"line": line, "kind": "abuse"})
    floor, channel = shop.floor, shop.floor.channels["kw"]
    [row] = [one for one in await floor.rows("message", shop="kw") if one["id"] == line]
    delivery = floor.app.simulator.report(channel, "s", row["platform_id"], reason="abuse", status="accepted")
    await floor.passes(1, shop="kw")
    await answer(floor.app.services, channel, floor.app.directory.adapter(channel), delivery)
    await floor.quiet()
    [one] = (await shop.get(f"{WEST}/reports"))["items"]
    assert one["status"] == "accepted"
    assert (await rates(shop))["now"] == (0, 0)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        pytest.param({"kind": "spam", "line": "none"}, "/line", id="no such line"),
        pytest.param({"kind": "spam", "day": "2099-01-01"}, "/day", id="a day to come"),
        pytest.param({"kind": "rude"}, "/kind", id="not a kind of report"),
        pytest.param({"kind": "spam", "status": "lost"}, "/status", id="not a status"),
    ],
)
async def test_what_cannot_be_reported(shop, body, pointer):
    line = await missed(shop, "s")
    no = await shop.ask("POST", f"{path(shop, 's')}/reports", {"line": line} | body)
    assert (no.status, (await no.json())["pointer"]) == (422, pointer)
    assert (await shop.get(f"{WEST}/reports"))["items"] == []


async def test_our_own_lines_are_not_reported(shop):
    await good(shop, "g")
    line = (await shop.get(path(shop, "g")))["lines"][-1]["id"]
    assert (await shop.ask("POST", f"{path(shop, 'g')}/reports", {"line": line, "kind": "abuse"})).status == 422


async def test_a_notice_given_beforehand(shop):
    span = {"start": "2026-11-11T00:00:00+08:00", "end": "2026-11-12T00:00:00+08:00"}
    made = await shop.post(f"{WEST}/reports", {**span, "note": "大促爆单", "day": "2026-11-09"})
    [one] = (await shop.get(f"{WEST}/reports"))["items"]
    assert (one["kind"], one["from_at"], one["to_at"]) == (
        "prior_notice", "2026-11-10T16:00:00.000Z", "2026-11-11T16:00:00.000Z",
    )  # fmt: skip
    assert one["steps"][0]["day"] == "2026-11-09"
    await shop.post(f"{WEST}/reports/{made['id']}", {"status": "accepted"})
    assert [one["status"] for one in (await shop.get(f"{WEST}/reports"))["items"]] == ["accepted"]
    wrong = await shop.ask("POST", f"{WEST}/reports", {"start": span["end"], "end": span["start"]})
    assert (await wrong.json())["pointer"] == "/to"
    agent = await shop.let_in("agent", "kw")
    assert (await shop.ask("POST", f"{WEST}/reports", span, key=agent)).status == 403


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
async def test_evidence_as_a_file(shop, kind):
    line = await missed(shop, "s")
    await shop.floor.asks("s", "=1+1 快来", shop="kw")
    await shop.post(f"{path(shop, 's')}/reports", {"line": line, "kind": "spam"})
    answer = await shop.ask("GET", f"{WEST}/reports/export?kind={kind}")
    data = await answer.read()
    if kind == "xlsx":
        [_, row] = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
        said = " ".join(map(str, row))
    else:
        said = data.decode("utf-8-sig")
    for words in ("广告 spam", "已报备 filed", "加群领券s", "快来", "owner"):
        assert words in said
    agent = await shop.let_in("agent", "kw")
    assert (await shop.ask("GET", f"{WEST}/reports/export", key=agent)).status == 403
