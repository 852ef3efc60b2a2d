"""The sandbox: a simulated platform to try the house with, and the adapter to copy for a new one."""

from adapters.sandbox.adapter import SandboxAdapter
from adapters.sandbox.client import SandboxClient
from adapters.sandbox.platform import FakePlatform, Fault, FaultKind, Line

__all__ = ["FakePlatform", "Fault", "FaultKind", "Line", "SandboxAdapter", "SandboxClient"]
