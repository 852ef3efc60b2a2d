"""Chatwoot: a shop that has its desk there keeps it, and gets our answers and books."""

from adapters.chatwoot.adapter import ChatwootAdapter
from adapters.chatwoot.client import ChatwootClient

__all__ = ["ChatwootAdapter", "ChatwootClient"]
