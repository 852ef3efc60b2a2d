"""WeChat: the message push of official accounts and mini programs."""

from adapters.wechat.adapter import WechatAdapter
from adapters.wechat.client import WechatClient

__all__ = ["WechatAdapter", "WechatClient"]
