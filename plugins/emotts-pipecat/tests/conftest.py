"""What is the same for all tests."""

import warnings

with warnings.catch_warnings():
    # pipecat warns of its own deprecated classes, and of Python's audioop, as it is imported.
    warnings.simplefilter("ignore", DeprecationWarning)
    import emotts_pipecat  # noqa: F401
