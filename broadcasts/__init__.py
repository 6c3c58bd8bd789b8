"""Campaigns: submitted, approved, fired, expanded, controlled; and their reach, honestly."""
