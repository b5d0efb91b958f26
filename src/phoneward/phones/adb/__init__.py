"""Android phones over adb."""

from phoneward.phones.adb.devices import AdbDevice, check_state, list_adb_devices
from phoneward.phones.adb.phone import AdbPhone

__all__ = ["AdbDevice", "AdbPhone", "check_state", "list_adb_devices"]
