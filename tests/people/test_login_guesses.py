"""Guessing passwords: how often, from where, and what it tells."""

from __future__ import annotations

import asyncio
from time import perf_counter, thread_time

import pytest

from bot.service import passwords
from bot.service.refusal import Because, Refusal

RIGHT, WRONG = "一个谁也想不到的密码", "另外一个密码"


async def guess(people, name, password, place="198.51.100.7"):
    """What became of a login: ``in``, or the code of the refusal."""
    try:
        await people.login(name, password, place)
    except Refusal as refusal:
        return refusal.code
    return "in"


async def test_the_right_password_opens_a_session(people, owner):
    principal = await people.who(await people.login("店主", RIGHT, "198.51.100.7"))
    assert (principal.id, principal.name, principal.roles) == (owner, "店主", {"*": frozenset({"admin"})})


@pytest.mark.parametrize(
    ("name", "password"),
    [
        pytest.param("店主", WRONG, id="a wrong password"),
        pytest.param("没有这个人", RIGHT, id="a name nobody has"),
        pytest.param("停用的人", RIGHT, id="the right password of a disabled account"),
        pytest.param("", "", id="nothing at all"),
        pytest.param("店主\x00", "\x00", id="characters nobody types"),
    ],
)
async def test_every_wrong_login_gets_the_same_answer(people, owner, name, password):
    gone = await people.add("停用的人", RIGHT, [("*", "agent")])
    await people.disable(gone)
    with pytest.raises(Refusal) as refused:
        await people.login(name, password, "198.51.100.7")
    answer = refused.value
    assert (answer.because, answer.code, answer.pointer) == (Because.NOT_RECOGNISED, "not_recognised", None)


@pytest.mark.parametrize("name", [pytest.param("店主", id="a name"), pytest.param("陌生人", id="a name nobody has")])
async def test_ten_guesses_then_none_for_a_quarter_of_an_hour(people, owner, clock, name):
    assert [await guess(people, name, WRONG) for _ in range(12)] == ["not_recognised"] * 10 + ["too_many_guesses"] * 2
    clock.later(minutes=14, seconds=59)
    assert await guess(people, name, WRONG) == "too_many_guesses"
    clock.later(seconds=1)
    assert await guess(people, name, WRONG) == "not_recognised"


async def test_even_the_right_password_waits_after_ten_wrong_ones(people, owner):
    for _ in range(10):
        await guess(people, "店主", WRONG)
    assert await guess(people, "店主", RIGHT) == "too_many_guesses"


async def test_guesses_far_away_do_not_lock_the_owner_out(people, owner):
    for _ in range(11):
        await guess(people, "店主", WRONG, "203.0.113.9")
    assert await guess(people, "店主", RIGHT, "198.51.100.7") == "in"


async def test_slow_guessing_gets_no_more_than_ten_in_any_quarter_of_an_hour(people, owner, clock):
    counted = []
    for _ in range(60):
        if await guess(people, "店主", WRONG) == "not_recognised":
            counted.append(clock.now)
        clock.later(minutes=1)
    windows = [sum(1 for at in counted if 0 <= (at - start).total_seconds() < 900) for start in counted]
    assert max(windows) == 10


async def test_a_right_password_clears_the_wrong_ones(people, owner):
    for _ in range(3):
        assert [await guess(people, "店主", WRONG) for _ in range(9)] == ["not_recognised"] * 9
        assert await guess(people, "店主", RIGHT) == "in"


async def test_guesses_sent_all_at_once_are_counted_too(people, owner):
    answers = await asyncio.gather(*(guess(people, "店主", WRONG) for _ in range(30)))
    assert sorted(answers) == ["not_recognised"] * 10 + ["too_many_guesses"] * 20


async def test_one_place_may_not_try_ever_new_names(people, owner):
    answers = [await guess(people, f"name {number}", WRONG) for number in range(101)]
    assert answers == ["not_recognised"] * 100 + ["too_many_guesses"]
    assert await guess(people, "店主", RIGHT, "203.0.113.9") == "in"


async def test_right_passwords_do_not_use_up_a_places_guesses(people, owner):
    answers = [await guess(people, "店主", RIGHT) for _ in range(105)]
    assert set(answers) == {"in"}


async def test_known_and_unknown_names_take_as_long(people, owner):
    took = {"店主": [], "陌生人": []}
    await guess(people, "陌生人", WRONG, "warm")
    for number in range(15):
        for name, times in took.items():
            began = perf_counter()
            await guess(people, name, WRONG, f"place {number}")
            times.append(perf_counter() - began)
    known, unknown = (min(times) for times in took.values())
    assert 0.6 < known / unknown < 1.6, (known, unknown)


async def test_logins_failed_and_done_are_on_record_without_what_was_typed(people, owner, clock):
    for name, password in (("店主", WRONG), ("my-secret-in-the-wrong-box", WRONG), ("店主", RIGHT)):
        clock.later(seconds=1)
        await guess(people, name, password)
    rows = await people.audit_page(limit=3)
    assert [(row["what"], row["who"], row["from_where"]) for row in rows] == [
        ("login", owner, "198.51.100.7"),
        ("login_failed", "", "198.51.100.7"),
        ("login_failed", owner, "198.51.100.7"),
    ]
    for file in people.store.place.parent.iterdir():
        assert b"wrong-box" not in file.read_bytes(), file.name


async def test_hashing_leaves_the_event_loop_free(people, owner):
    """Told by what the loop's own thread worked between two looks, which is the same on a busy machine."""
    began = thread_time()
    passwords._HASHER.hash(WRONG)
    hashing, longest, stop = thread_time() - began, 0.0, False

    async def watch():
        nonlocal longest
        while not stop:
            before = thread_time()
            await asyncio.sleep(0.002)
            longest = max(longest, thread_time() - before)

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(guess(people, "店主", WRONG, f"place {number}") for number in range(20)))
    stop = True
    await watching
    assert longest < hashing
