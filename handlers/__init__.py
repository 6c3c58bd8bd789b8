"""What is said in chat, whatever the platform: the turn, the router, the dialogues."""
