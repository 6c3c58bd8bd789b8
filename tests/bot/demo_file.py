"""The words of the demo's set-up file, to be changed in tests."""

from importlib import resources

DEMO = (resources.files("storage") / "data" / "demo.toml").read_text("utf-8")
