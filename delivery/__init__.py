"""Everything that leaves: the outbox rooms write to, pace, and the loop that sends."""
