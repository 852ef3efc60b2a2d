"""Every parameter of every ruleset can be written as people write it, and read back as the very same value."""

from __future__ import annotations

import pytest

from bot import rulesets
from bot.accounting.parameters import PARAMETERS, accept
from bot.accounting.raw import raw, shape_of


@pytest.mark.parametrize("ruleset", rulesets.names())
def test_what_is_written_is_read_back_the_same(ruleset):
    values = rulesets.load(ruleset).values
    assert {name for name, value in values.items() if accept(name, raw(name, value)) != value} == set()


@pytest.mark.parametrize(
    ("name", "given", "written"),
    [
        pytest.param("window.start", "09:00", "09:00:00", id="a time of day"),
        pytest.param("night.cutoff", "none", "none", id="no time of day"),
        pytest.param("recovery.training_factor", 0.7, 0.7, id="a part"),
        pytest.param("deadline.seconds", 180, 180, id="a whole number stays whole"),
        pytest.param("holiday.exempt", ["2026-02-17"], ["2026-02-17"], id="dates"),
        pytest.param("recovery.review_days", [3, 5], [3, 5], id="from and to"),
        pytest.param("bands", [{"name": "alert", "at_most": 50}], [{"name": "alert", "at_most": 50}], id="bands"),
        pytest.param("completeness.topics", [{"id": "size", "ask": ["码"], "answer": ["M"]}], None, id="a checklist"),
    ],
)
def test_a_value_as_written(name, given, written):
    assert raw(name, accept(name, given)) == (given if written is None else written)


@pytest.mark.parametrize(
    ("name", "kind", "choices"),
    [
        ("reply.auto_counts", "flag", ()),
        ("deadline.seconds", "number", ()),
        ("period.days", "number", ()),
        ("thresholds.new.light", "number", ()),
        ("window.end", "time", ()),
        ("session.unit", "choice", ("session", "turn", "buyer_day")),
        ("window.test", "fixed", ("inquiry_start",)),
        ("rate.empty", "fixed", ()),
        ("exclude.reasons", "some", ("spam", "abuse")),
        ("reply.meaningless.fillers", "texts", ()),
        ("holiday.exempt", "dates", ()),
        ("recovery.traffic_days", "span", ()),
        ("effects.new.light", "text", ()),
        ("bands", "bands", ()),
        ("completeness.topics", "topics", ()),
    ],
)
def test_what_a_parameter_takes(name, kind, choices):
    shape = shape_of(name)
    assert (shape.kind, shape.choices) == (kind, choices)


def test_every_parameter_has_a_shape():
    assert {shape_of(name).kind for name in PARAMETERS} >= {"flag", "number", "choice", "some", "texts", "time"}
    with pytest.raises(KeyError):
        shape_of("deadline.minutes")
