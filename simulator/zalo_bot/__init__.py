"""A pretend Zalo Bot Platform: a strict server for one bot, and phones for the people it knows.

Everything a public source does not settle is a switch of `Rules`, so that both readings are tried.
"""
