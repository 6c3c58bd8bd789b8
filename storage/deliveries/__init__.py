"""What comes in and goes out: the inbox, the ledger, and sending from it."""
