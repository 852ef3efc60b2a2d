"""A starter pack's facts are samples: good enough to play with, never said to a real buyer before somebody confirms."""

from __future__ import annotations

import pytest

from tests.service.shop_floor import BY


@pytest.mark.parametrize(
    ("simulated", "confirmed", "reason", "answered"),
    [
        pytest.param(True, False, None, True, id="simulated: samples will do"),
        pytest.param(False, False, "missing_field", False, id="real: an unconfirmed fact goes to a person"),
        pytest.param(False, True, None, True, id="real: a confirmed one is said"),
    ],
)
async def test_sample_facts(floor, simulated, confirmed, reason, answered):
    await floor.open_shop(simulated=simulated, bot_mode="auto", human_follow_up="always")
    await floor.app.services.publishing.packs.apply("demo", "clothing", by=BY)
    lacking = [fact.name for fact in await floor.app.services.publishing.fields.all("demo") if fact.sample]
    assert lacking
    if confirmed:
        await floor.app.services.publishing.fields.confirm("demo", dict.fromkeys(lacking, "后天"), BY)
    talk = await floor.asks("b", "什么时候发货")
    assert (talk["reason"], bool(floor.heard("b"))) == (reason, answered)
    assert not any("{" in line for line in floor.heard("b"))
    if confirmed:
        assert "后天" in floor.heard("b")[0]
    if reason:
        [decision] = await floor.rows("decision", shop="demo")
        assert decision["explain"]["missing"]
        assert set(decision["explain"]["missing"]) <= set(lacking)
