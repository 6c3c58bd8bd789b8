"""A pretend Telegram and Zalo: strict servers and phones to talk to them, all in memory.

A program of its own. It shares no code with the service it tests and speaks to it over HTTP only.
"""

from simulator.app import Running, create_app, running
from simulator.spec import WorldSpec, read_world
from simulator.world import World

__all__ = ["Running", "World", "WorldSpec", "create_app", "read_world", "running"]
