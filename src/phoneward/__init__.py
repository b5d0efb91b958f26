"""Phoneward (守机) guards what is on a person's phone: never lost, never leaked, provable."""

__version__ = "0.1.0"
