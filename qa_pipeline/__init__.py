"""Quality inspection of recorded calls, Mandarin first."""

__version__ = "0.1.0"
