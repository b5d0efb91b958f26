"""Decode, hash and compare pictures: one pipeline everywhere. Needs the extra `watch`.

A perceptual hash only proposes; aligned tiles decide; a verdict names the size at which it was reached.
"""

from phoneward.media.comparing.prints import Gray, Print
from phoneward.media.comparing.verifying import verify

__all__ = ["Gray", "Print", "verify"]
