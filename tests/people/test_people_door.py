"""The door for people over HTTP: bodies, answers, who may manage."""

from __future__ import annotations

import pytest

PASSWORD = "一个谁也想不到的密码"


@pytest.fixture
async def admin(people, owner):
    """Headers of the owner's browser."""
    return {"Cookie": "__Host-mh_sid=" + await people.login("店主", PASSWORD, "here")}


@pytest.fixture
async def agent(people, owner):
    """Headers of an agent's browser."""
    await people.add("小北", PASSWORD, [("north", "agent")])
    return {"Cookie": "__Host-mh_sid=" + await people.login("小北", PASSWORD, "here")}


async def ask(door, method, path, headers, **more):
    answer = await door.request(method, path, headers=headers, **more)
    return answer.status, await answer.json()


async def test_the_first_minute_of_an_agent(door, admin):
    body = {"name": "小北", "password": PASSWORD, "roles": [{"role": "agent", "shop": "north"}]}
    status, made = await ask(door, "POST", "/api/v1/users", admin, json=body)
    assert (status, made["roles"], made["seen_at"]) == (200, [{"role": "agent", "shop": "north"}], None)
    answer = await door.post("/api/v1/login", json={"name": "小北", "password": PASSWORD})
    cookie = {"Cookie": answer.headers["Set-Cookie"].split(";")[0]}
    me = {"id": made["id"], "name": "小北", "lang": "zh-CN", "roles": made["roles"], "can": ["desk"]}
    assert await answer.json() == {"me": me}
    assert await ask(door, "GET", "/api/v1/me", cookie) == (200, me)
    assert (await ask(door, "GET", "/api/v1/users", cookie))[0] == 403
    left = await door.post("/api/v1/logout", headers=cookie)
    assert (left.status, "Max-Age=0" in left.headers["Set-Cookie"]) == (200, True)
    assert (await ask(door, "GET", "/api/v1/me", cookie))[0] == 401


async def test_what_the_owner_may_do(door, admin):
    assert (await ask(door, "GET", "/api/v1/me", admin))[1]["can"] == ["desk", "faq", "rates", "shops", "people"]


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        pytest.param({"password": PASSWORD, "roles": []}, 422, "/name", id="no name"),
        pytest.param({"name": "甲", "password": "short", "roles": "agent"}, 422, "/password", id="a short password"),
        pytest.param({"name": "甲", "password": PASSWORD, "roles": []}, 422, "/roles", id="no role"),
        pytest.param({"name": "甲", "password": PASSWORD, "roles": "boss"}, 422, "/roles/0/role", id="no such role"),
        pytest.param(
            {"name": "甲", "password": PASSWORD, "roles": "agent", "shop": "west"},
            422,
            "/roles/0/shop",
            id="no such shop",
        ),
        pytest.param({"name": "店主", "password": PASSWORD, "roles": "agent"}, 409, "/name", id="a name in use"),
        pytest.param(
            {"name": "甲", "password": PASSWORD, "roles": "agent", "age": 3}, 422, "/age", id="an unknown field"
        ),
        pytest.param(
            {"name": "甲", "password": " " * 3 + "k7 dunes", "roles": "agent"},
            200,
            None,
            id="spaces belong to a password",
        ),
    ],
)
async def test_who_can_be_added_over_http(door, admin, people, body, status, pointer):
    shop = body.pop("shop", "north")
    if isinstance(body["roles"], str):
        body["roles"] = [{"role": body["roles"], "shop": shop}]
    found, answer = await ask(door, "POST", "/api/v1/users", admin, json=body)
    assert (found, answer.get("pointer")) == (status, pointer), answer
    if status == 200:
        assert (await door.post("/api/v1/login", json={"name": "甲", "password": "k7 dunes"})).status == 401
        assert (await door.post("/api/v1/login", json={"name": "甲", "password": body["password"]})).status == 200


async def test_a_disabled_account_is_out_on_the_next_request(door, admin, agent):
    _, everybody = await ask(door, "GET", "/api/v1/users", admin)
    who = next(one["id"] for one in everybody if one["name"] == "小北")
    assert (await ask(door, "GET", "/api/v1/me", agent))[0] == 200
    status, changed = await ask(door, "PATCH", f"/api/v1/users/{who}", admin, json={"disabled": True})
    assert (status, changed["disabled"]) == (200, True)
    assert (await ask(door, "GET", "/api/v1/me", agent))[0] == 401


async def test_the_last_admin_stays(door, admin, owner):
    status, answer = await ask(door, "PATCH", f"/api/v1/users/{owner}", admin, json={"disabled": True})
    assert (status, answer["code"]) == (409, "last_admin")


async def test_one_changes_ones_own_password_and_language(door, agent):
    wrong = {"old": "not this one", "new": "大海边的三只猫"}
    assert (await ask(door, "POST", "/api/v1/me/password", agent, json=wrong))[0] == 401
    answer = await door.post("/api/v1/me/password", json={"old": PASSWORD, "new": "大海边的三只猫儿"}, headers=agent)
    assert answer.status == 200
    assert (await ask(door, "GET", "/api/v1/me", agent))[0] == 401
    new = {"Cookie": answer.headers["Set-Cookie"].split(";")[0]}
    assert (await ask(door, "PATCH", "/api/v1/me", new, json={"lang": "en"}))[1]["lang"] == "en"
    assert (await ask(door, "GET", "/api/v1/me", new))[1]["lang"] == "en"


async def test_logging_in_again_ends_the_session_before(door, agent):
    answer = await door.post("/api/v1/login", json={"name": "小北", "password": PASSWORD}, headers=agent)
    assert answer.status == 200
    assert (await ask(door, "GET", "/api/v1/me", agent))[0] == 401


async def test_a_login_link_lets_in_once(door, people, agent):
    link = await people.login_link("小北")
    answer = await door.post("/api/v1/login/link", json={"link": link})
    assert (answer.status, (await answer.json())["me"]["name"]) == (200, "小北")
    again = await door.post("/api/v1/login/link", json={"link": link})
    assert (again.status, (await again.json())["code"]) == (401, "link_used")


async def test_tokens_are_shown_once(door, admin):
    body = {"name": "报表/日报", "role": "supervisor", "shops": ["north"]}
    status, made = await ask(door, "POST", "/api/v1/tokens", admin, json=body)
    assert (status, made["value"][:3]) == (200, "mh_")
    bearer = {"Authorization": f"Bearer {made['value']}"}
    assert (await ask(door, "GET", "/api/v1/me", bearer))[1]["roles"] == [{"role": "supervisor", "shop": "north"}]
    _, (kept,) = await ask(door, "GET", "/api/v1/tokens", admin)
    assert kept == {key: value for key, value in made.items() if key != "value"}
    assert (await ask(door, "PATCH", "/api/v1/me", bearer, json={"lang": "en"}))[0] == 403
    assert (await ask(door, "DELETE", "/api/v1/tokens/%E6%8A%A5%E8%A1%A8%2F%E6%97%A5%E6%8A%A5", admin))[0] == 200
    assert (await ask(door, "GET", "/api/v1/me", bearer))[0] == 401


@pytest.mark.parametrize(
    ("shop", "names"),
    [
        pytest.param("north", ["小北", "店主"], id="one's own shop"),
        pytest.param("south", None, id="another shop"),
        pytest.param("west", None, id="a shop there is not"),
    ],
)
async def test_colleagues_of_ones_own_shop_only(door, agent, shop, names):
    status, answer = await ask(door, "GET", f"/api/v1/agents?shop={shop}", agent)
    assert status == (404 if names is None else 200)
    if names:
        assert [one["name"] for one in answer] == names


async def test_refused_access_is_on_record_once_a_minute(door, admin, agent, clock):
    for _ in range(5):
        await ask(door, "GET", "/api/v1/users", agent)
    clock.later(minutes=1)
    await ask(door, "GET", "/api/v1/users", agent)
    _, page = await ask(door, "GET", "/api/v1/audit?what=refused", admin)
    assert [(act["who_name"], act["ref"]) for act in page["items"]] == [("小北", "GET /api/v1/users")] * 2


async def test_acts_on_record_come_in_pages(door, admin, people, owner, clock):
    for number in range(5):
        clock.later(seconds=1)
        await people.audit(owner, "erase", ref=str(number))
    _, first = await ask(door, "GET", "/api/v1/audit?what=erase&limit=3", admin)
    _, rest = await ask(door, "GET", f"/api/v1/audit?what=erase&limit=3&after={first['next']}", admin)
    assert ([act["ref"] for act in first["items"] + rest["items"]], rest["next"]) == (list("43210"), None)
    assert first["items"][0]["at"] == "2026-05-01T06:00:05.000Z"


async def test_words_come_in_the_readers_language(door, owner):
    wrong = {"name": "店主", "password": "not this one"}
    for asked, words in (
        ("zh-CN", "名字或密码不对。"),
        ("en-GB", "The name or the password is not right."),
        ("", "名字或密码不对。"),
    ):
        answer = await door.post("/api/v1/login", json=wrong, headers={"Accept-Language": asked})
        assert (answer.content_type, (await answer.json())["detail"]) == ("application/problem+json", words)


async def test_too_many_guesses_say_when_to_come_back(door, owner):
    for _ in range(11):
        answer = await door.post("/api/v1/login", json={"name": "店主", "password": "not this one"})
    assert (answer.status, answer.headers["Retry-After"]) == (429, "900")
