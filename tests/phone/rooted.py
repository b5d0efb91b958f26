"""What makes a test phone a rooted one: a `su`, tools that know SELinux contexts, contexts on apps' private files."""

import os
from pathlib import Path

from tests.phone import runas

ATTRIBUTE = "security.selinux"
_CACHE_GID, _FIRST_APP = 20_000, 10_000
"""AOSP android_filesystem_config.h: AID_CACHE_GID_START, AID_APP_START."""


def install(folder: Path) -> None:
    """Put the programs among a phone's commands. Once there they stay; `/data/teststate/su` says what `su` does."""
    runas.put(folder, "su", "su", mode=0o4750)
    for name in ("stat", "chcon", "restorecon"):
        if name != "stat" or (folder / name).is_symlink():  # a phone without it stays without it
            runas.put(folder, "selinux", name, mode=0o755)


def context_of(app_id: int, kind: str = "app_data_file") -> str:
    """Return the context of an app's private files (AOSP `levelFrom=all`: categories of the app, and of user 0)."""
    number = app_id - _FIRST_APP
    return f"u:object_r:{kind}:s0:c{number & 255},c{256 + (number >> 8)},c512,c768"


def cache_gid(app_id: int) -> int:
    """Return the group of an app's caches."""
    return _CACHE_GID + app_id - _FIRST_APP


def give(place: Path, app_id: int) -> None:
    """Make a folder and all below it an app's, as the app itself would have made them."""
    label = context_of(app_id).encode() + b"\0"
    for folder, folders, files in os.walk(os.fsencode(place)):
        for path in (folder, *(os.path.join(folder, name) for name in (*folders, *files))):
            os.chown(path, app_id, app_id, follow_symlinks=False)
            os.setxattr(path, ATTRIBUTE, label, follow_symlinks=False)


def label_of(path: Path | bytes) -> str:
    """Return a file's context; empty where it has none."""
    try:
        return os.getxattr(path, ATTRIBUTE, follow_symlinks=False).rstrip(b"\0").decode()
    except OSError:
        return ""
