"""Where a conversation stands and what can happen to it: one table, and nothing outside it.

BOT: the bot answers. WAITING: the bot asked for a person (待接管). AGENT: a person holds it, the bot is silent.
CLOSED: ended; the buyer's next message begins again. A step that is not in the table is an error with a good message.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Who has the conversation now."""

    BOT = "bot"
    WAITING = "waiting"
    AGENT = "agent"
    CLOSED = "closed"


class Event(StrEnum):
    """What can happen to a conversation, in the past tense."""

    BUYER_SPOKE = "buyer_spoke"
    HANDED_OFF = "handed_off"
    TAKEN_OVER = "taken_over"
    TRANSFERRED = "transferred"
    RELEASED = "released"
    REQUEUED = "requeued"
    CLOSED = "closed"
    REOPENED = "reopened"


TRANSITIONS: dict[State, dict[Event, State]] = {
    State.BOT: {
        Event.BUYER_SPOKE: State.BOT,
        Event.HANDED_OFF: State.WAITING,
        Event.TAKEN_OVER: State.AGENT,
        Event.CLOSED: State.CLOSED,
    },
    State.WAITING: {
        Event.BUYER_SPOKE: State.WAITING,
        Event.HANDED_OFF: State.WAITING,
        Event.TAKEN_OVER: State.AGENT,
        Event.RELEASED: State.BOT,
        Event.CLOSED: State.CLOSED,
    },
    State.AGENT: {
        Event.BUYER_SPOKE: State.AGENT,
        Event.TRANSFERRED: State.AGENT,
        Event.RELEASED: State.BOT,
        Event.REQUEUED: State.WAITING,
        Event.CLOSED: State.CLOSED,
    },
    State.CLOSED: {
        Event.BUYER_SPOKE: State.BOT,
        Event.HANDED_OFF: State.WAITING,
        Event.TAKEN_OVER: State.AGENT,
        Event.REOPENED: State.AGENT,
    },
}


class NotAllowed(Exception):
    """This cannot happen to a conversation in this state."""

    def __init__(self, state: State, event: Event) -> None:
        self.state, self.event = state, event
        allowed = ", ".join(e.value for e in TRANSITIONS[state])
        super().__init__(f"a conversation that is {state.value} cannot be {event.value}; it can be: {allowed}")


def step(state: State, event: Event) -> State:
    """Return the state after an event.

    Raises:
        NotAllowed: the table has no such step.
    """
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise NotAllowed(state, event) from None


def picture() -> str:
    """Draw the table as a Mermaid state diagram, the one shown in ARCHITECTURE.md."""
    lines = ["stateDiagram-v2", "    [*] --> bot"]
    for state, steps in TRANSITIONS.items():
        for event, after in steps.items():
            lines.append(f"    {state.value} --> {after.value}: {event.value}")
    return "\n".join(lines)
