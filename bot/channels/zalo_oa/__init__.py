"""The Zalo Official Account adapter: the only code that knows the OA Open API."""

from bot.channels.zalo_oa.channel import ZaloOaChannel
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.channels.zalo_oa.tokens import TokenShelf

__all__ = ["TokenShelf", "ZaloOaChannel", "ZaloOaSettings"]
