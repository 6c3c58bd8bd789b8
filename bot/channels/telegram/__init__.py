"""The Telegram adapter: the only code that knows the Bot API."""
