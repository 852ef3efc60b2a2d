"""Every step a conversation can take, and every one it cannot: the whole table, cell by cell."""

from __future__ import annotations

import pytest

from bot.core.conversation import TRANSITIONS, Event, NotAllowed, State, picture, step

# One line a state, one column an event; "-" is an error.
TABLE = """
          buyer_spoke  handed_off  taken_over  transferred  released  requeued  closed  reopened
bot       bot          waiting     agent       -            -         -         closed  -
waiting   waiting      waiting     agent       -            bot       -         closed  -
agent     agent        -           -           agent        bot       waiting   closed  -
closed    bot          waiting     agent       -            -         -         -       agent
"""
HEAD, *LINES = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [(state, event, after) for state, *row in LINES for event, after in zip(HEAD, row, strict=True)]


def test_the_table_here_names_every_state_and_event():
    assert sorted(HEAD) == sorted(Event)
    assert sorted(line[0] for line in LINES) == sorted(State)


@pytest.mark.parametrize(("state", "event", "after"), [cell for cell in CELLS if cell[2] != "-"])
def test_allowed(state, event, after):
    assert step(State(state), Event(event)) is State(after)


@pytest.mark.parametrize(("state", "event", "_after"), [cell for cell in CELLS if cell[2] == "-"])
def test_forbidden_is_an_error_that_says_what_is_possible(state, event, _after):
    with pytest.raises(NotAllowed) as no:
        step(State(state), Event(event))
    told = str(no.value)
    assert (no.value.state, no.value.event) == (State(state), Event(event))
    assert state in told
    assert event in told
    assert all(possible.value in told.partition("it can be: ")[2] for possible in TRANSITIONS[State(state)])


def test_the_picture_draws_each_allowed_step_once():
    drawn = [line.strip() for line in picture().splitlines()]
    steps = [f"{state} --> {after}: {event}" for state, event, after in CELLS if after != "-"]
    assert drawn[:2] == ["stateDiagram-v2", "[*] --> bot"]
    assert sorted(drawn[2:]) == sorted(steps)
