"""How long a login lasts, and what ends it."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from bot.service.clocks import Clocks
from bot.service.logins import IDLE_MS
from bot.service.people import People
from bot.service.refusal import Refusal
from bot.store.engine import Store
from bot.store.tables import session

PASSWORD, PLACE = "一个谁也想不到的密码", "198.51.100.7"


@pytest.fixture
async def agent(people, owner):
    return await people.add("小北", PASSWORD, [("north", "agent")], by=owner)


async def secret_of(people, name="小北"):
    return await people.login(name, PASSWORD, PLACE)


@pytest.mark.parametrize(
    ("minutes", "still"),
    [
        pytest.param([59.9], True, id="idle for less than an hour"),
        pytest.param([60], False, id="idle for an hour"),
        pytest.param([50] * 14, True, id="used again and again for 11 h 40"),
        pytest.param([50] * 14 + [19.9], True, id="used until just before 12 h"),
        pytest.param([50] * 14 + [20], False, id="12 hours old"),
    ],
)
async def test_a_session_lasts_an_hour_unused_and_twelve_in_all(people, agent, clock, minutes, still):
    secret = await secret_of(people)
    for minute in minutes[:-1]:
        clock.later(minutes=minute)
        assert await people.who(secret)
    clock.later(minutes=minutes[-1])
    assert (await people.who(secret) is not None) is still


async def test_looking_without_use_does_not_keep_a_session_alive(people, agent, clock):
    secret = await secret_of(people)
    for _ in range(5):
        clock.later(milliseconds=IDLE_MS / 5 - 1)
        assert await people.who(secret, touch=False)
    clock.later(seconds=1)
    assert await people.who(secret, touch=False) is None


@pytest.mark.parametrize(
    ("act", "ends"),
    [
        pytest.param(lambda p, who, secret: p.logout(secret), True, id="logging out"),
        pytest.param(lambda p, who, secret: p.set_password(who, "另一个想不到的密码"), True, id="a new password"),
        pytest.param(lambda p, who, secret: p.change(who, roles=[("south", "agent")]), True, id="other roles"),
        pytest.param(lambda p, who, secret: p.disable(who), True, id="a disabled account"),
        pytest.param(lambda p, who, secret: p.change(who, lang="en"), False, id="another language"),
        pytest.param(lambda p, who, secret: p.change(who, name="小南"), False, id="another name"),
        pytest.param(lambda p, who, secret: p.logout("some other secret"), False, id="somebody else logging out"),
    ],
)
async def test_what_ends_a_session_at_once(people, agent, act, ends):
    secret = await secret_of(people)
    await act(people, agent, secret)
    assert (await people.who(secret) is None) is ends


async def test_a_change_by_another_process_holds_on_the_next_request(people, agent, clock):
    secret = await secret_of(people)
    other = Store(people.store.place)
    await other.open()
    await People(other, Clocks(clock)).disable(agent)
    await other.close()
    assert await people.who(secret) is None


async def test_every_login_gets_a_secret_of_its_own_and_only_a_digest_is_kept(people, agent):
    secrets = {await secret_of(people) for _ in range(5)}
    assert len(secrets) == 5
    assert min(map(len, secrets)) >= 32
    kept = b"".join(file.read_bytes() for file in people.store.place.parent.iterdir())
    assert [secret for secret in secrets if secret.encode() in kept] == []


async def test_a_password_changed_while_a_guess_is_checked_refuses_it(people, agent):
    guess = asyncio.create_task(secret_of(people))
    await people.set_password(agent, "另一个想不到的密码")
    (secret,) = await asyncio.gather(guess, return_exceptions=True)
    assert isinstance(secret, Refusal) or await people.who(secret) is None


async def test_old_sessions_are_thrown_away(people, agent, clock):
    await secret_of(people)
    clock.later(hours=13)
    await secret_of(people)
    assert await people.store.read(lambda conn: conn.scalar(sa.select(sa.func.count()).select_from(session))) == 1


@pytest.mark.parametrize(
    ("minutes", "uses", "comes_in"),
    [
        pytest.param(0, 1, True, id="at once"),
        pytest.param(9.9, 1, True, id="within ten minutes"),
        pytest.param(10.1, 1, False, id="later than that"),
        pytest.param(0, 2, False, id="a second time"),
    ],
)
async def test_a_login_link_works_once_and_soon(people, agent, clock, minutes, uses, comes_in):
    link = await people.login_link("小北", by="cli")
    clock.later(minutes=minutes)
    for _ in range(uses - 1):
        await people.enter_by_link(link, PLACE)
    if comes_in:
        assert (await people.who(await people.enter_by_link(link, PLACE))).id == agent
        return
    with pytest.raises(Refusal) as refused:
        await people.enter_by_link(link, PLACE)
    assert refused.value.code == "link_used"


async def test_a_link_is_no_session_and_a_session_no_link(people, agent):
    link, secret = await people.login_link("小北"), await secret_of(people)
    assert await people.who(link) is None
    with pytest.raises(Refusal):
        await people.enter_by_link(secret, PLACE)


@pytest.mark.parametrize("name", [pytest.param("陌生人", id="nobody"), pytest.param("小北", id="a disabled account")])
async def test_no_link_for_those_who_may_not_log_in(people, agent, name):
    await people.disable(agent)
    with pytest.raises(Refusal) as refused:
        await people.login_link(name)
    assert refused.value.code == "no_such_person"


async def test_a_thousand_parallel_uses_of_links_let_each_in_once(people, agent):
    links = [await people.login_link("小北") for _ in range(20)]

    async def use(link):
        try:
            return await people.enter_by_link(link, PLACE)
        except Refusal:
            return None

    came_in = await asyncio.gather(*(use(link) for link in links for _ in range(50)))
    assert sum(secret is not None for secret in came_in) == 20
