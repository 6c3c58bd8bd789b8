"""Python's search for garbage, so that it does not hold up the loop."""

import gc

_NEW_ONES = 10_000


def search_little() -> None:
    """Let what there is now stay for good, and look through the rest less often.

    A search of all that the packages and the service are made of takes a fifth of a second, in
    which nothing is sent or heard; one after every few hundred new objects, as Python does at
    first, comes hundreds of times a second in a broadcast.
    """
    gc.freeze()
    gc.set_threshold(_NEW_ONES, 10, 10)
