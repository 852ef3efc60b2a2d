"""The standard channel: signed JSON both ways, for any bridge, vendor or desk that can post a webhook."""

from adapters.standard.adapter import StandardAdapter
from adapters.standard.client import StandardClient

__all__ = ["StandardAdapter", "StandardClient"]
