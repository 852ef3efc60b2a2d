"""The cookie by wire, calls from other sites' pages, and whose word about addresses is taken."""

from __future__ import annotations

import pytest
from aiohttp import web

from bot.web.route import Auth, Route

PASSWORD = "一个谁也想不到的密码"
LOGIN = {"name": "店主", "password": PASSWORD}
TRUSTING = {"trusted_proxies": ["127.0.0.0/8"]}


async def cookie_of(client, headers=None):
    """Log in; ``name=value`` of the cookie and its attributes."""
    answer = await client.post("/api/v1/login", json=LOGIN, headers=headers or {})
    assert answer.status == 200, await answer.text()
    (line,) = answer.headers.getall("Set-Cookie")
    pair, *attributes = (part.strip() for part in line.split(";"))
    return pair, {attribute.lower() for attribute in attributes}


@pytest.mark.parametrize(
    ("host", "settings", "headers", "name"),
    [
        pytest.param("127.0.0.1:8080", {}, {}, "__Host-mh_sid", id="this machine, by address"),
        pytest.param("localhost", {}, {}, "__Host-mh_sid", id="this machine, by name"),
        pytest.param("[::1]:8080", {}, {}, "__Host-mh_sid", id="this machine, IPv6"),
        pytest.param("shop.example", {}, {}, None, id="plain http from elsewhere"),
        pytest.param("localhost.example", {}, {}, None, id="a name that only begins like this machine"),
        pytest.param("shop.example", {"allow_plain_http": True}, {}, "mh_sid", id="plain http, allowed"),
        pytest.param("shop.example", {}, {"X-Forwarded-Proto": "https"}, None, id="https, says anybody"),
        pytest.param(
            "shop.example", TRUSTING, {"X-Forwarded-Proto": "https"}, "__Host-mh_sid", id="https, says a proxy"
        ),
        pytest.param("shop.example", TRUSTING, {"X-Forwarded-Proto": "http"}, None, id="http, says a proxy"),
        pytest.param(
            "shop.example", {"public_url": "https://shop.example"}, {}, "__Host-mh_sid", id="the public address"
        ),
        pytest.param("10.0.0.9", {"public_url": "https://shop.example"}, {}, None, id="beside the public address"),
    ],
)
async def test_the_cookie_fits_the_wire(open_door, owner, host, settings, headers, name):
    client = await open_door(**settings)
    headers = {"Host": host, **headers}
    if name is None:
        answer = await client.post("/api/v1/login", json=LOGIN, headers=headers)
        assert (answer.status, (await answer.json())["code"]) == (403, "plain_http")
        assert "Set-Cookie" not in answer.headers
        return
    pair, attributes = await cookie_of(client, headers)
    assert pair.split("=")[0] == name
    assert {"httponly", "samesite=strict", "path=/", "max-age=43200"} <= attributes
    assert ("secure" in attributes) is (name == "__Host-mh_sid")
    assert not any(attribute.startswith("domain") for attribute in attributes)
    assert (await client.get("/api/v1/me", headers={**headers, "Cookie": pair})).status == 200


async def test_a_cookie_of_one_wire_is_not_taken_on_another(open_door, owner):
    client = await open_door(allow_plain_http=True)
    pair, _ = await cookie_of(client)
    moved = {"Host": "shop.example", "Cookie": pair.replace("__Host-", "")}
    assert (await client.get("/api/v1/me", headers={"Host": "shop.example", "Cookie": pair})).status == 401
    assert (await client.get("/api/v1/me", headers={"Cookie": pair.replace("__Host-", "")})).status == 401
    assert (await client.get("/api/v1/me", headers=moved)).status == 200


ORIGINS = [
    pytest.param({}, True, id="no browser"),
    pytest.param({"Origin": "http://127.0.0.1:8080"}, True, id="our own page"),
    pytest.param(
        {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin"}, True, id="our own page, said twice"
    ),
    pytest.param({"Sec-Fetch-Site": "none"}, True, id="typed into the address bar"),
    pytest.param({"Origin": "https://evil.example"}, False, id="another site"),
    pytest.param({"Origin": "http://127.0.0.1:9999"}, False, id="another port of this machine"),
    pytest.param({"Origin": "null"}, False, id="a page without an origin"),
    pytest.param({"Sec-Fetch-Site": "cross-site"}, False, id="another site, by its mark"),
    pytest.param({"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:8080"}, False, id="a neighbour's site"),
]


@pytest.mark.parametrize(("headers", "taken"), ORIGINS)
@pytest.mark.parametrize("kind", ["a write", "a socket", "a login"])
async def test_calls_from_other_sites_are_refused(door, owner, kind, headers, taken):
    headers = {"Host": "127.0.0.1:8080", **headers}
    pair, _ = await cookie_of(door)
    if kind == "a login":
        answer = await door.post("/api/v1/login", json=LOGIN, headers=headers)
    elif kind == "a write":
        answer = await door.patch("/api/v1/me", json={"lang": "en"}, headers={**headers, "Cookie": pair})
    else:
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Cookie": pair}
        answer = await door.get("/api/v1/me", headers={**headers, **upgrade})
    assert answer.status == (200 if taken else 403)
    if not taken:
        assert (await answer.json())["code"] == "foreign_origin"


async def test_the_origin_behind_a_proxy_is_the_name_it_is_known_by(open_door, owner):
    for settings, headers in (
        (TRUSTING, {"X-Forwarded-Host": "shop.example", "X-Forwarded-Proto": "https"}),
        ({"public_url": "https://shop.example"}, {}),
    ):
        client = await open_door(**settings)
        ours = await client.post("/api/v1/login", json=LOGIN, headers={**headers, "Origin": "https://shop.example"})
        theirs = await client.post("/api/v1/login", json=LOGIN, headers={**headers, "Origin": "https://evil.example"})
        assert (ours.status, theirs.status) == (200, 403)


async def test_a_token_needs_no_origin_and_beats_the_cookie(door, people, owner):
    pair, _ = await cookie_of(door)
    value = (await people.add_token("报表", "supervisor", ["north"]))["value"]
    headers = {"Cookie": pair, "Authorization": f"Bearer {value}", "Origin": "https://evil.example"}
    assert (await (await door.get("/api/v1/me", headers=headers)).json())["id"] == "token:报表"
    for wrong in ("Bearer nonsense", "Basic abc", "Bearer", ""):
        assert (await door.get("/api/v1/me", headers={"Cookie": pair, "Authorization": wrong})).status == 401


@pytest.mark.parametrize(
    ("settings", "headers", "place"),
    [
        pytest.param({}, {}, "127.0.0.1", id="straight"),
        pytest.param({}, {"X-Forwarded-For": "203.0.113.9"}, "127.0.0.1", id="a claim nobody trusts"),
        pytest.param(TRUSTING, {"X-Forwarded-For": "203.0.113.9"}, "203.0.113.9", id="a proxy's word"),
        pytest.param(TRUSTING, {"X-Forwarded-For": "1.1.1.1, 203.0.113.9"}, "203.0.113.9", id="a forged hop before it"),
        pytest.param(TRUSTING, {"X-Forwarded-For": "203.0.113.9, 127.0.0.2"}, "203.0.113.9", id="two proxies"),
        pytest.param(TRUSTING, {"X-Forwarded-For": "2001:db8:1:2:3::4"}, "2001:db8:1:2::/64", id="a network of IPv6"),
        pytest.param(TRUSTING, {"X-Forwarded-For": "nonsense"}, "nonsense", id="nonsense"),
        pytest.param(
            {"trusted_proxies": ["not an address"]}, {"X-Forwarded-For": "203.0.113.9"}, "127.0.0.1", id="a bad setting"
        ),
    ],
)
async def test_where_a_login_came_from(open_door, people, owner, settings, headers, place):
    client = await open_door(**settings)
    await cookie_of(client, {"Host": "127.0.0.1", **headers})
    assert (await people.audit_page(what="login"))[0]["from_where"] == place


@pytest.mark.parametrize(
    ("settings", "headers", "status"),
    [
        pytest.param({}, {}, 200, id="from this machine"),
        pytest.param({}, {"X-Forwarded-For": "203.0.113.9"}, 401, id="through a proxy nobody trusts"),
        pytest.param({}, {"X-Forwarded-For": "127.0.0.1"}, 401, id="through such a proxy, claiming to be here"),
        pytest.param(TRUSTING, {"X-Forwarded-For": "203.0.113.9"}, 401, id="from elsewhere, through a trusted proxy"),
        pytest.param({}, {"X-Forwarded-For": "203.0.113.9", "Authorization": "token"}, 200, id="with a token"),
    ],
)
async def test_figures_for_this_machine_only(open_door, people, settings, headers, status):
    async def figures(_call):
        return web.Response(text="figures")

    if headers.get("Authorization"):
        headers = headers | {"Authorization": "Bearer " + (await people.add_token("看", "agent", ["*"]))["value"]}
    client = await open_door([Route("GET", "/metrics", figures, Auth.LOOPBACK)], **settings)
    assert (await client.get("/metrics", headers=headers)).status == status
