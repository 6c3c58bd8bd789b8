"""The Zalo Official Account adapter: the only code that knows the OA Open API."""
