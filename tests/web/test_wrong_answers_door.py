"""答错了: one key on a line of the bot gives a correction, a case, a proposal, and the others who got that answer."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from bot.store import tables

EAST = "/api/v1/shops/east"
DAY_MS = 86_400_000


async def answered(door, buyer: str, text: str = "什么时候发货") -> str:
    """The line in which the bot answered a buyer."""
    await door.floor.asks(buyer, text, shop="east")
    lines = (await door.get(f"/api/v1/conversations/{door.floor.cid(buyer, shop='east')}"))["lines"]
    return next(line["id"] for line in lines if line["sender"] == "bot")


async def mark(door, buyer: str, line: str, key: str = "", **body: Any) -> Any:
    path = f"/api/v1/conversations/{door.floor.cid(buyer, shop='east')}/wrong"
    answer = await door.ask("POST", path, {"line": line, **body}, **({"key": key} if key else {}))
    return answer.status, await answer.json()


async def aged(door, line: str, days: float) -> None:
    """Make a send of the bot older."""
    ms = round(days * DAY_MS)
    await door.floor.app.store.write(
        lambda conn: (
            conn.execute(
                sa.update(tables.outbox)
                .where(tables.outbox.c.id == line)
                .values(created_at=tables.outbox.c.created_at - ms)
            ).rowcount
        )
    )


async def test_what_one_key_does(door):
    lin = await door.let_in("agent", "east")
    line = await answered(door, "b")
    others = {buyer: await answered(door, buyer) for buyer in ("o1", "o2", "old", "just")}
    await aged(door, others["old"], 30.01)
    await aged(door, others["just"], 29.99)
    status, found = await mark(door, "b", line, key=lin)
    assert status == 200, found
    assert found["question"] == "什么时候发货"
    assert sorted(one["buyer_id"] for one in found["others"]) == ["just", "o1", "o2"], "thirty days back, each once"
    here = await door.get(f"/api/v1/conversations/{door.floor.cid('b', shop='east')}", key=lin)
    assert here["draft"]["text"] == found["draft"]
    assert "什么时候发货" in found["draft"]
    [case] = (await door.get(f"{EAST}/gate-cases"))["items"]
    assert (case["question"], case["expected"], case["origin"], case["by"]["name"]) == (
        "什么时候发货", None, "wrong_answer", lin,
    )  # fmt: skip
    again = await mark(door, "b", line, key=lin)
    assert (again[0], again[1]["case"]) == (200, found["case"])
    assert len((await door.get(f"{EAST}/proposals"))["items"]) == 1, "said twice, kept once"
    [act, _] = (await door.get("/api/v1/audit?what=answer_marked_wrong"))["items"]
    assert act["who"] == f"token:{lin}"


async def test_said_again_only_what_is_said_anew_changes_and_nothing_once_decided(door):
    line = await answered(door, "b", "什么时候能发货呀")
    entry = (await entry_of(door))["id"]
    _, first = await mark(door, "b", line)
    assert (first["proposal"]["kind"], first["proposal"]["state"], first["expected"]) == ("not_this", "open", None)
    _, told = await mark(door, "b", line, expected=entry)
    assert (told["proposal"]["kind"], told["expected"]) == ("not_this", entry)
    _, told = await mark(door, "b", line, propose="threshold")
    assert (told["proposal"]["kind"], told["expected"], told["case"]) == ("threshold", entry, first["case"])
    [proposal] = (await door.get(f"{EAST}/proposals"))["items"]
    assert set(proposal["value"]) == {"threshold"}
    assert (await door.get(f"{EAST}/gate-cases"))["items"][0]["expected"] == entry
    assert await decide(door, "dismiss") == 200
    _, told = await mark(door, "b", line, propose="not_this")
    assert (told["proposal"]["kind"], told["proposal"]["state"]) == ("threshold", "dismissed")


async def test_only_the_bots_answers(door):
    await door.floor.asks("b", "转人工", shop="east")
    lines = (await door.get(f"/api/v1/conversations/{door.floor.cid('b', shop='east')}"))["lines"]
    assert (await mark(door, "b", lines[0]["id"]))[1]["pointer"] == "/line"
    line = await answered(door, "c")
    assert (await mark(door, "b", line))[0] == 422, "of another conversation"
    assert (await mark(door, "c", line, expected="nothing"))[1]["pointer"] == "/expected"
    west = await door.let_in("agent", "west")
    assert (await mark(door, "c", line, key=west))[0] == 404


async def entry_of(door) -> dict[str, Any]:
    [entry] = (await door.get(f"{EAST}/entries"))["items"]
    return entry


async def decide(door, act: str, key: str = "") -> int:
    [proposal] = (await door.get(f"{EAST}/proposals"))["items"]
    more = {"key": key} if key else {}
    return (await door.ask("POST", f"{EAST}/proposals/{proposal['id']}", {"act": act}, **more)).status


async def test_a_threshold_that_an_operator_confirms_keeps_the_answer_back(door):
    line = await answered(door, "b", "什么时候能发货呀")
    why = await door.get(f"/api/v1/conversations/{door.floor.cid('b', shop='east')}")
    sureness = (await door.get(f"/api/v1/decisions/{why['lines'][1]['decision']}"))["sureness"]
    await mark(door, "b", line, propose="threshold")
    [proposal] = (await door.get(f"{EAST}/proposals"))["items"]
    assert (proposal["kind"], proposal["entry_question"]) == ("threshold", "什么时候发货")
    assert sureness < proposal["value"]["threshold"] <= sureness + 1.1
    assert (await entry_of(door))["threshold"] is None, "nothing changes before somebody confirms it"
    agent, operator = await door.let_in("agent", "east"), await door.let_in("operator", "east")
    assert await decide(door, "confirm", key=agent) == 403
    assert await decide(door, "confirm", key=operator) == 200
    assert (await entry_of(door))["threshold"] == proposal["value"]["threshold"]
    told = await door.post(f"{EAST}/match", {"text": "什么时候能发货呀"})
    assert told["outcome"] == "handoff"
    assert (await door.get(f"{EAST}/proposals"))["items"] == []
    done = (await door.get(f"{EAST}/proposals?state=confirmed"))["items"]
    assert done[0]["decided_by"] == f"token:{operator}"
    answer = await door.ask("POST", f"{EAST}/proposals/{proposal['id']}", {"act": "dismiss"})
    assert answer.status == 409


async def test_a_dismissed_proposal_changes_nothing(door):
    await mark(door, "b", await answered(door, "b"), propose="threshold")
    assert await decide(door, "dismiss") == 200
    assert (await entry_of(door))["threshold"] is None


@pytest.mark.parametrize(("role", "status"), [("agent", 403), ("operator", 200)])
async def test_who_takes_a_case_away(door, role, status):
    await mark(door, "b", await answered(door, "b"), expected=(await entry_of(door))["id"])
    [case] = (await door.get(f"{EAST}/gate-cases"))["items"]
    assert case["expected"] == (await entry_of(door))["id"]
    key = await door.let_in(role, "east")
    assert (await door.ask("DELETE", f"{EAST}/gate-cases/{case['id']}", key=key)).status == status
    assert len((await door.get(f"{EAST}/gate-cases"))["items"]) == int(status != 200)


async def test_a_question_that_the_entry_is_not_is_not_answered_by_it_again(door):
    line = await answered(door, "b", "什么时候能发货呀")
    await mark(door, "b", line)
    [proposal] = (await door.get(f"{EAST}/proposals"))["items"]
    assert (proposal["kind"], proposal["value"]) == ("not_this", {"question": "什么时候能发货呀"})
    assert await decide(door, "confirm") == 200
    assert (await entry_of(door))["not_this"] == ["什么时候能发货呀"]
    assert (await door.post(f"{EAST}/match", {"text": "什么时候能发货呀"}))["outcome"] == "handoff"
    assert (await door.post(f"{EAST}/match", {"text": "什么时候发货"}))["outcome"] == "answer", (
        "its own question still is"
    )
