"""A pretend Zalo Official Account: its Open API, OAuth, webhooks, groups, articles and phones."""

from simulator.zalo_oa.spec import ZaloSpec
from simulator.zalo_oa.world import ZaloWorld

__all__ = ["ZaloSpec", "ZaloWorld"]
