"""How alarms leave the house: group robots and push services, mail, and whatever else apprise can reach.

It knows wires and nothing else: no store, no shop, no conversation.
"""

from bot.alarms.teller import Teller

__all__ = ["Teller"]
