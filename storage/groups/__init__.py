"""Neighbourhood groups and channels: connecting them, and what was posted there."""
