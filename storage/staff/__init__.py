"""Those who work here: links, codes, duty, and the log of what they did."""
