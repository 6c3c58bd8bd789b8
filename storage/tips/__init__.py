"""Tips: what was said and done in them, their photos, keys, clocks and values."""
