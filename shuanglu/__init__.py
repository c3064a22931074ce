"""The domain of Shuanglu 双录: pure, typed, no input or output.

Nothing below this package opens a file, a socket or a database, and nothing
here reads the clock or draws randomness by itself: both are passed in.
"""

__version__ = "0.1.0"
