"""What can be the matter with a phone, as stable words for programs and as plain ones for people."""

import enum
from typing import Final

from phoneward.phones.usb import Use
from phoneward.texts import N_


class Situation(enum.StrEnum):
    """How things stand with one phone, or with the whole search. The words never change."""

    READY = "ready"
    UNAUTHORIZED = "unauthorized"
    OFFLINE = "offline"
    NO_PERMISSION = "no-permission"
    WRONG_MODE = "wrong-mode"
    SEVERAL_PHONES = "several-phones"
    FILE_TRANSFER_ONLY = "file-transfer-only"
    NO_DRIVER = "no-driver"
    NOT_SEEN_BY_ADB = "not-seen-by-adb"
    NO_ADB_ON_PHONE = "no-adb-on-phone"
    NOTHING_SEEN = "nothing-seen"
    NO_ADB_PROGRAM = "no-adb-program"
    ADB_NOT_WORKING = "adb-not-working"


class Tier(enum.StrEnum):
    """How sure a situation is: seen as it is said, or concluded from what was seen."""

    OBSERVED = "observed"
    INFERRED = "inferred"


WORDS: Final = {
    Situation.READY: N_("ready"),
    Situation.UNAUTHORIZED: N_("not allowed yet"),
    Situation.OFFLINE: N_("does not answer"),
    Situation.NO_PERMISSION: N_("this computer may not open it"),
    Situation.WRONG_MODE: N_("not started normally"),
    Situation.SEVERAL_PHONES: N_("several phones"),
    Situation.FILE_TRANSFER_ONLY: N_("USB debugging is probably off"),
    Situation.NO_DRIVER: N_("no driver"),
    Situation.NOT_SEEN_BY_ADB: N_("adb does not see it"),
    Situation.NO_ADB_ON_PHONE: N_("has no adb"),
    Situation.NOTHING_SEEN: N_("no phone"),
    Situation.NO_ADB_PROGRAM: N_("no adb on this computer"),
    Situation.ADB_NOT_WORKING: N_("adb does not work"),
}
"""A few words for each, for a table."""

USES: Final = {
    Use.FILES: N_("a device for file transfer"),
    Use.NETWORK: N_("a network connection"),
    Use.DRIVE: N_("a drive"),
    Use.OTHER: N_("a device that charges"),
}
"""What a phone without adb is seen as; the first that fits is told."""
