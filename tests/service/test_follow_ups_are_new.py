"""What a person may send after the bot: short, with a fact, and never the same words twice to one buyer."""

from __future__ import annotations

from bot.accounting import meaningless
from bot.accounting.substance import bare
from bot.service.desk import Reply
from bot.web.webhooks import answer

ANSWER = "付款后 48 小时内发货。节假日顺延一天。发中通快递。"
SHORT = 80


async def texts(floor, entry: str, buyer: str = "b", at_most: int = 3) -> list[str]:
    return [one["text"] for one in await floor.app.services.follow_ups.make("demo", buyer, [entry], at_most)]


async def opened(floor) -> str:
    await floor.open_shop()
    entry = await floor.knows("什么时候发货", ANSWER)
    await floor.asks("b", "什么时候发货")
    return entry


async def test_three_different_ones_each_with_a_fact(floor):
    entry = await opened(floor)
    made = await texts(floor, entry)
    ruleset = floor.app.directory.ruleset(floor.app.directory.shops["demo"], floor.now().date())
    assert len({bare(text) for text in made}) == 3
    assert all(any(fact in text for fact in ("48 小时", "节假日", "中通")) for text in made)
    assert all(len(text) <= SHORT and not meaningless(text, "text", ruleset) for text in made)
    assert ANSWER not in made


async def test_what_a_buyer_has_read_is_not_offered_again(floor):
    entry = await opened(floor)
    seen: list[str] = []
    for _ in range(6):
        made = await texts(floor, entry)
        assert not {bare(text) for text in made} & {bare(text) for text in seen}
        if not made:
            break
        seen.append(made[0])
        await floor.app.services.desk.reply(floor.cid("b"), "lin", Reply(made[0], then="release"))
        await floor.quiet()
    assert len(seen) == 6
    assert seen[0] in await texts(floor, entry, "another", 4), "another buyer has not read it"


async def test_the_order_is_named_where_the_platform_told_of_it(floor):
    entry = await opened(floor)
    channel = floor.channels["demo"]
    delivery = floor.app.simulator.say(channel, "b", "", kind="order_card", meta={"order": "8812"})
    await answer(floor.app.services, channel, floor.app.directory.adapter(channel), delivery)
    await floor.quiet()
    assert all("8812" in text for text in await texts(floor, entry))
