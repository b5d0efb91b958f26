"""Paths as a person types them into a shell."""

import shlex
import sys


def quoted(place: str, *, windows: bool = sys.platform == "win32") -> str:
    """Return a path for a shell: POSIX, or PowerShell (about_Quoting_Rules: '' is a quote within quotes)."""
    return "'" + place.replace("'", "''") + "'" if windows else shlex.quote(place)
