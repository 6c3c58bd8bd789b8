"""Campaigns and their runs: whom they address, whom they reached, what came of it."""
