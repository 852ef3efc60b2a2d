"""The wires: one folder a platform, each speaking the port of ``adapters.base``."""
