"""Which of a person's pictures an app keeps, looked up in snapshots and folders."""

from phoneward.watch.scanning.looking import has_extra, kept_scan, scan
from phoneward.watch.scanning.sensitive import Labels, mark_sensitive
from phoneward.watch.scanning.showing import picture_bytes, picture_shown

__all__ = ["Labels", "has_extra", "kept_scan", "mark_sensitive", "picture_bytes", "picture_shown", "scan"]
