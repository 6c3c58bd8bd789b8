"""The cellar: the only SQL of the house, what is sealed in it, and the files it ships with."""
