"""For pack authors: a scripted wire, the rules of every driver, and a driver beside its simulator."""

from labctl.testing.conversation import SILENCE, Conversation
from labctl.testing.lone import LOOPBACK, LoneInstrument, alone
from labctl.testing.memory import Memory
from labctl.testing.rules import VERBS, complaints

__all__ = [
    "LOOPBACK",
    "SILENCE",
    "VERBS",
    "Conversation",
    "LoneInstrument",
    "Memory",
    "alone",
    "complaints",
]
