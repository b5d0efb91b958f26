"""Which programs install apps: stores, and those that install any file that a person gives them.

Package names as `pm list packages -i` prints them. Sources: the makers' own pages for developers, AOSP
`packages/apps/PackageInstaller` and its makers' variants. A program that is in no table is a program.
"""

import enum
from typing import Final

from phoneward.phones import store_named


class Origin(enum.Enum):
    """Where an app came from."""

    STORE = "store"
    FILE = "file"
    """From a file: a download, a message, a computer."""
    OTHER = "other"
    """A program that is not known here."""


OTHER_STORES: Final = frozenset(
    {
        "com.lenovo.leos.appstore",
        "zte.com.market",
        "com.amazon.venezia",
        "org.fdroid.fdroid",
        "com.aurora.store",
    }
)
"""Stores that no guide of ours is about (`phones.store_named` knows the others)."""

FILES: Final = frozenset(
    {
        "",
        "com.android.shell",
        "com.android.packageinstaller",
        "com.google.android.packageinstaller",
        "com.miui.packageinstaller",
        "com.samsung.android.packageinstaller",
        "com.oplus.packageinstaller",
        "com.coloros.packageinstaller",
        "com.hihonor.packageinstaller",
        "com.huawei.packageinstaller",
    }
)
"""The empty name: Android recorded none, as with `adb install` (which leaves `com.android.shell` on some versions)."""


def origin_of(installer: str) -> Origin:
    """Return where an app came from by the package that installed it; empty where Android recorded none."""
    if installer in FILES:
        return Origin.FILE
    return Origin.STORE if installer in OTHER_STORES or store_named(installer) is not None else Origin.OTHER
