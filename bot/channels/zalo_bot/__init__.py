"""The Zalo Bot Platform: a bot for up to 50 people, without buttons, edits, receipts or uploads."""
