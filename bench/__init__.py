"""Benchmarks of the real engine, started by people; it may import every room, none imports it."""
