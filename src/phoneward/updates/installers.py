"""Which programs install apps: stores, and those that install any file that a person gives them.

Package names as `pm list packages -i` prints them. Sources: the makers' own pages for developers, AOSP
`packages/apps/PackageInstaller` and its makers' variants. A program that is in no table is a program.
"""

import enum
from collections.abc import Mapping
from typing import Final

from phoneward.phones import store_named
from phoneward.texts import N_


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

STORE_NAMES: Final[Mapping[str, str]] = {
    "com.android.vending": N_("Google Play"),
    "com.huawei.appmarket": N_("Huawei AppGallery"),
    "com.hihonor.appmarket": N_("Honor App Market"),
    "com.xiaomi.market": N_("Xiaomi's app store (GetApps)"),
    "com.xiaomi.mipicks": N_("Xiaomi's app store (GetApps)"),
    "com.heytap.market": N_("App Market of OPPO, OnePlus and realme"),
    "com.oppo.market": N_("App Market of OPPO, OnePlus and realme"),
    "com.bbk.appstore": N_("vivo's app store"),
    "com.vivo.appstore": N_("vivo's app store"),
    "com.sec.android.app.samsungapps": N_("Samsung Galaxy Store"),
    "com.meizu.mstore": N_("Meizu's app store"),
    "com.tencent.android.qqdownloader": N_("Tencent MyApp"),
}
"""What people call the stores that there are guides for, as the guides do; here marked, so that a finding that was made
in one language is read in another."""

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
