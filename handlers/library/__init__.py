"""The library in chat: looking for a text, and getting what is made of it."""
