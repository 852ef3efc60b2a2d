"""微信客服 (WeCom): the platform rings, the messages are pulled."""

from adapters.wecom_kf.adapter import WecomKfAdapter
from adapters.wecom_kf.client import WecomKfClient

__all__ = ["WecomKfAdapter", "WecomKfClient"]
