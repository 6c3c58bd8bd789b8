"""What an account needs beside its messages: its tokens, and what it was found to differ in."""
