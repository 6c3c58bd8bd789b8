"""What people call a channel."""

from collections.abc import Callable, Iterable

CHANNELS = ("telegram", "zalo_oa", "zalo_bot")
"""Those that have a name of their own."""


def channel_name(channel: str, say: Callable[..., str]) -> str:
    """Return the name of a channel; one without a name of its own is called a platform."""
    return say(f"channels.{channel}" if channel in CHANNELS else "channels.any")


def channel_names(channels: Iterable[str], say: Callable[..., str]) -> str:
    """Return the names of several channels, or what stands for any."""
    named = dict.fromkeys(channel_name(one, say) for one in sorted(channels))
    return ", ".join(named) or say("channels.any")
