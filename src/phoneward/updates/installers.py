"""Which programs install apps: stores, and those that install any file that a person gives them.

Package names as `pm list packages -i` prints them. Sources: the makers' own pages for developers, AOSP
`packages/apps/PackageInstaller` and its makers' variants. A program that is in no table is a program.
"""

import enum
from typing import Final


class Origin(enum.Enum):
    """Where an app came from."""

    STORE = "store"
    FILE = "file"
    """From a file: a download, a message, a computer."""
    OTHER = "other"
    """A program that is not known here."""


STORES: Final = frozenset(
    {
        "com.android.vending",
        "com.huawei.appmarket",
        "com.hihonor.appmarket",
        "com.xiaomi.market",
        "com.xiaomi.mipicks",
        "com.oppo.market",
        "com.heytap.market",
        "com.bbk.appstore",
        "com.vivo.appstore",
        "com.meizu.mstore",
        "com.sec.android.app.samsungapps",
        "com.lenovo.leos.appstore",
        "zte.com.market",
        "com.tencent.android.qqdownloader",
        "com.amazon.venezia",
        "org.fdroid.fdroid",
        "com.aurora.store",
    }
)

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
    if installer in STORES:
        return Origin.STORE
    return Origin.FILE if installer in FILES else Origin.OTHER
