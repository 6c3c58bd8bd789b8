"""The words everybody uses, and the pure rules. Standard library only."""
