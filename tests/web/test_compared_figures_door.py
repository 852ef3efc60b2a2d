"""What is set side by side: the platform's figure and ours, replies with and without API, agents with each other."""

from __future__ import annotations

import io
from datetime import timedelta
from urllib.parse import quote

import pytest
from xlsxwriter import Workbook

from tests.web.conftest import OWNER

NORTH = "/api/v1/shops/north/statements"


@pytest.fixture
async def used(door):
    """A shop whose wire does not say whether API replies count; two agents, four inquiries."""
    await door.floor.open_shop("north", "kuaishou", wire={"api_sent_counts": "unknown"}, tier="mature")
    lin, mei = [await door.let_in("agent", "north"), await door.let_in("supervisor", "north")]
    for buyer, after_s, key, text in (
        ("a", 60, lin, "今天发，单号稍后给你。"),
        ("b", 898, lin, "有货，拍下明天发。"),
        ("c", 901, mei, "可以开电子发票。"),
        ("d", 30, mei, "在的"),
    ):
        await door.floor.asks(buyer, "转人工", shop="north")
        await door.floor.passes(after_s, shop="north")
        await door.post(f"/api/v1/conversations/{door.floor.cid(buyer, shop='north')}/read", key=key)
        path = f"/api/v1/conversations/{door.floor.cid(buyer, shop='north')}/reply"
        await door.post(path, {"text": text, "then": "release"}, key=key)
        await door.floor.quiet()
    await door.floor.passes(901, shop="north")
    door.lin, door.mei = f"token:{lin}", f"token:{mei}"
    return door


async def stated(door, **body):
    answer = await door.ask("POST", NORTH, body)
    return answer.status, await answer.json()


def day(door, before: int = 0) -> str:
    return (door.floor.now("north").date() - timedelta(days=before)).isoformat()


async def test_both_rates_stand_there_with_a_warning_until_a_statement_is_compared(used):
    card = await used.get("/api/v1/rates?shop=north")
    assert card["rate"] == card["api_sent"]["with"] == {"numerator": 2, "denominator": 4, "percent": 50.0}
    assert card["api_sent"]["without"] == {"numerator": 0, "denominator": 4, "percent": 0.0}
    assert (card["api_sent"]["counts"], card["api_sent"]["banner"]) == ("unknown", True)
    await stated(used, date=day(used), percent=50)
    card = await used.get("/api/v1/rates?shop=north")
    assert (card["api_sent"]["statements"], card["api_sent"]["banner"]) == (1, False)
    known = (await used.get("/api/v1/rates?shop=east"))["api_sent"]
    assert (known["counts"], known["banner"]) == ("yes", False)


@pytest.mark.parametrize(
    ("body", "apart", "kinds", "first"),
    [
        pytest.param({"percent": 50}, (0.0, 50.0), {}, None, id="the same"),
        pytest.param(
            {"numerator": 0, "denominator": 4}, (-50.0, 0.0), {"only_by_api": 2}, "a", id="it counts no API replies"
        ),
        pytest.param(
            {"percent": 75, "covers": "period"},
            (25.0, 75.0),
            {"near_deadline": 1, "meaningless": 1},
            "c",
            id="it sees more",
        ),
    ],
)
async def test_the_platforms_figure_beside_ours(used, body, apart, kinds, first):
    status, told = await stated(used, date=day(used), **body)
    [one] = told["items"]
    assert status == 200
    assert one["ours"]["numerator"] == 2
    assert (one["difference_pp"], one["difference_without_api_pp"]) == apart
    assert one["kinds"] == kinds
    if first:
        listed = (await used.get("/api/v1/inquiries?shop=north"))["items"]
        names = {row["id"]: row["buyer_name"] for row in listed}
        assert names[one["suspects"][0]["inquiry"]] == first
        assert one["suspects"][0]["sentence"]["en"]
    assert await used.get(NORTH) == told


async def test_a_second_figure_of_a_day_replaces_the_first_and_days_stand_latest_first(used):
    await stated(used, date=day(used, 1), percent=90)
    await stated(used, date=day(used), percent=60)
    await stated(used, date=day(used), percent=61.5)
    _, told = await stated(used, date=day(used), percent=70, covers="period")
    assert [(one["date"], one["covers"], one["percent"]) for one in told["items"]] == [
        (day(used), "day", 61.5),
        (day(used), "period", 70.0),
        (day(used, 1), "day", 90.0),
    ]
    assert told["items"][2]["difference_pp"] is None, "on that day there were no inquiries"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        pytest.param({"percent": 101}, "/percent", id="over a hundred"),
        pytest.param({}, "/percent", id="no figure at all"),
        pytest.param({"numerator": 3}, "/denominator", id="half a fraction"),
        pytest.param({"numerator": 5, "denominator": 4}, "/denominator", id="more than all"),
        pytest.param({"numerator": 0, "denominator": 0}, "/denominator", id="of nothing"),
        pytest.param({"numerator": 1, "denominator": 3, "percent": 33.9}, "/percent", id="another percentage"),
        pytest.param({"percent": 50, "date": "2999-01-01"}, "/date", id="a day to come"),
        pytest.param({"percent": 50, "date": "yesterday"}, "/date", id="no day"),
    ],
)
async def test_a_statement_that_cannot_be(used, body, pointer):
    status, told = await stated(used, **{"date": day(used)} | body)
    assert (status, told["pointer"]) == (422, pointer)
    assert (await used.get(NORTH))["items"] == []


async def test_a_rounded_percentage_goes_with_its_fraction(used):
    status, told = await stated(used, date=day(used), numerator=1, denominator=3, percent=33)
    assert (status, told["items"][0]["percent"]) == (200, pytest.approx(33.33, abs=0.01))


def gbk(*lines: str) -> bytes:
    return "\r\n".join(lines).encode("gbk")


def workbook(*rows: list[object]) -> bytes:
    held = io.BytesIO()
    with Workbook(held) as book:
        page = book.add_worksheet()
        for place, row in enumerate(rows):
            page.write_row(place, 0, row)
    return held.getvalue()


async def read(door, data: bytes, query: str = "", name: str = "数据.csv"):
    headers = {"X-Filename": quote(name), "Authorization": f"Bearer {OWNER}"}
    answer = await door.client.post(f"{NORTH}/import{query}", data=data, headers=headers)
    return answer.status, await answer.json()


async def test_a_table_of_figures_is_shown_first_and_kept_when_told(used):
    table = gbk(
        "客服数据 导出",
        "统计日期,咨询量,有效回复数,人工回复率(%)",
        f"{day(used)},4,2,50%",
        f'{day(used, 1).replace("-", "/")},1250,"1,000",80.0%',
        f"{day(used, 2)},,,93.5%",
    )
    status, told = await read(used, table)
    assert (status, told["errors"], told["kept"]) == (200, [], 0)
    assert (await used.get(NORTH))["items"] == [], "it was only shown"
    assert [
        (row["row"], row["state"], row["numerator"], row["denominator"], row["percent"]) for row in told["rows"]
    ] == [
        (3, "new", 2, 4, 50.0),
        (4, "new", 1000, 1250, 80.0),
        (5, "new", None, None, 93.5),
    ]
    assert (await read(used, table, "?apply=true"))[1]["kept"] == 3
    kept = (await used.get(NORTH))["items"]
    assert [(one["date"], one["percent"]) for one in kept] == [
        (day(used), 50.0),
        (day(used, 1), 80.0),
        (day(used, 2), 93.5),
    ]
    changed = gbk("日期,百分比", f"{day(used, 2)},94", f"{day(used)},50%", f"{day(used, 3)},1")
    _, told = await read(used, changed)
    assert [row["state"] for row in told["rows"]] == ["changed", "changed", "new"]
    assert {row["state"] for row in (await read(used, table))[1]["rows"]} == {"unchanged"}


@pytest.mark.parametrize(
    ("cells", "percent"),
    [
        pytest.param([0.965, 1, 0.5], [96.5, 100.0, 50.0], id="shares, as a spreadsheet keeps percentages"),
        pytest.param([0.965, 96.5, 1], [0.965, 96.5, 1.0], id="one above 1: all are percentages"),
        pytest.param(["0.9%", 1, 1], [0.9, 1.0, 1.0], id="one with a % sign: all are percentages"),
        pytest.param(["９６．５％", "--", 1], None, id="a day without a figure"),
    ],
)
async def test_how_percentages_are_read(used, cells, percent):
    rows = [[day(used, place), cell] for place, cell in enumerate(cells)]
    _, told = await read(used, workbook(["日期", "回复率"], *rows), "?covers=period", "数据.xlsx")
    if percent is None:
        assert [(one["row"], one["column"]) for one in told["errors"]] == [(3, "percent")]
        return
    assert [(row["covers"], row["percent"]) for row in told["rows"]] == [("period", value) for value in percent]


@pytest.mark.parametrize(
    ("line", "row", "column"),
    [
        pytest.param("11月3日,90%", 3, "date", id="no year"),
        pytest.param(",90%", 3, "date", id="no day"),
        pytest.param("2999-01-01,90%", 3, "date", id="a day to come"),
        pytest.param("2026-01-02,很高", 3, "percent", id="words"),
        pytest.param("2026-01-02,101%", 3, "percent", id="over a hundred"),
        pytest.param("2026-01-01,90%", 3, "date", id="a day twice"),
    ],
)
async def test_a_wrong_row_is_named_and_nothing_is_kept(used, line, row, column):
    status, told = await read(used, gbk("日期,百分比", "2026-01-01,95%", line), "?apply=true")
    assert (status, told["kept"]) == (200, 0)
    assert [(one["row"], one["column"]) for one in told["errors"]] == [(row, column)]
    assert told["errors"][0]["zh"]
    assert (await used.get(NORTH))["items"] == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(gbk("日期,备注", "2026-01-01,无"), "表头", id="no figures"),
        pytest.param(gbk("日期,分子", "2026-01-01,3"), "表头", id="half a fraction"),
        pytest.param(gbk("日期,百分比"), "没有数据行", id="headings only"),
        pytest.param(gbk("日期,百分比", *["2026-01-01,95%"] * 1001), "1000", id="too long"),
    ],
)
async def test_a_file_that_is_no_table_of_figures(used, data, said):
    status, told = await read(used, data)
    assert (status, said in told["detail"]) == (422, True)


async def test_agents_side_by_side(used):
    """Mei is fast once, with words that say nothing, and once too late: in time one of two, valid none."""
    found = await used.get("/api/v1/rates/agents?shop=north")
    assert [(one["agent"], one["in_time"]["numerator"], one["valid"]["numerator"]) for one in found["items"]] == [
        (used.lin, 2, 2),
        (used.mei, 1, 0),
    ]
    assert {one["valid"]["denominator"] for one in found["items"]} == {2}
    assert [one["opened_fast"]["numerator"] for one in found["items"]] == [1, 1]
    assert [one["avg_response_s"] for one in found["items"]] == [479.0, 901.0]
    assert found["without_agent"] == 0
    assert (await used.get("/api/v1/rates?shop=north"))["opened"] == {
        "eligible": 4,
        "opened": 4,
        "fast": 2,
        "target_s": 90,
    }
    assert (await used.ask("GET", "/api/v1/rates/agents?shop=north", key=used.lin[6:])).status == 403


@pytest.mark.parametrize(("after_s", "fast"), [(90, 1), (90.001, 0)])
async def test_an_opening_within_ninety_seconds(door, after_s, fast):
    await door.floor.asks("b", "转人工", shop="east")
    await door.floor.passes(after_s, shop="east")
    path = f"/api/v1/conversations/{door.floor.cid('b', shop='east')}/read"
    await door.post(path)
    await door.floor.passes(60, shop="east")
    await door.post(path)
    opened = (await door.get("/api/v1/rates?shop=east"))["opened"]
    assert (opened["opened"], opened["fast"]) == (1, fast), "only the first look is timed"
