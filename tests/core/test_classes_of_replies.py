"""The class of a shop-side message, fixed for ever by who sent it and how."""

from __future__ import annotations

import pytest

from bot.core.message import CARDS, HAPPENINGS, Kind, Origin, ReplyClass, Sender, classify

# One line a sender, one column an origin.
TABLE = """
               typed      quick_phrase  suggested  automatic  unknown
agent          human      human         assisted   human      human
bot            automatic  automatic     automatic  automatic  automatic
platform_auto  automatic  automatic     automatic  automatic  automatic
other_app      automatic  automatic     automatic  automatic  automatic
unknown        unknown    unknown       unknown    unknown    unknown
"""
HEAD, *LINES = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [(sender, origin, made) for sender, *row in LINES for origin, made in zip(HEAD, row, strict=True)]


@pytest.mark.parametrize(("sender", "origin", "made"), CELLS)
def test_class(sender, origin, made):
    assert classify(Sender(sender), Origin(origin)) is ReplyClass(made)


@pytest.mark.parametrize("sender", [Sender.BUYER, Sender.SYSTEM])
@pytest.mark.parametrize("origin", list(Origin))
def test_a_buyer_or_the_system_has_no_class(sender, origin):
    with pytest.raises(ValueError, match=f"{sender.value} does not speak for the shop"):
        classify(sender, origin)


def test_the_table_names_every_sender_and_origin():
    assert sorted(HEAD) == sorted(Origin)
    assert {line[0] for line in LINES} | {"buyer", "system"} == set(Sender)


def test_cards_are_said_and_happenings_are_not():
    assert not CARDS & HAPPENINGS
    said = {Kind.TEXT, Kind.IMAGE, Kind.VIDEO, Kind.VOICE, Kind.FILE, Kind.EMOJI, Kind.LINK, Kind.OTHER, *CARDS}
    assert said | HAPPENINGS == set(Kind)
    assert not said & HAPPENINGS
