"""Posting packs in chat: groups written down by hand, what is posted there, and what came of it."""
