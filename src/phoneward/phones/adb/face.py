"""What others may use of the package, loaded name by name (see `lazily`)."""

from phoneward.phones.adb.devices import AdbDevice, check_state, connect_device, list_adb_devices
from phoneward.phones.adb.phone import AdbPhone
from phoneward.phones.adb.program import find_adb
from phoneward.phones.adb.push_writer import AdbWriter
from phoneward.phones.adb.qr import QrPairing
from phoneward.phones.adb.tester import AdbTester
from phoneward.phones.adb.tracking import track_devices
from phoneward.phones.adb.updater import AdbUpdater
from phoneward.phones.adb.wireless import pair

__all__ = [
    "AdbDevice",
    "AdbPhone",
    "AdbTester",
    "AdbUpdater",
    "AdbWriter",
    "QrPairing",
    "check_state",
    "connect_device",
    "find_adb",
    "list_adb_devices",
    "pair",
    "track_devices",
]
