"""miaohui 秒回: the running service."""

__version__ = "0.1.0"
