"""The real adb test phone as our own phone object."""

from phoneward.phones.adb import AdbPhone
from phoneward.phones.adb.server import AdbServer, address_from
from tests.phone.testphone import TestPhone


def adb_phone(phone: TestPhone) -> AdbPhone:
    """Return the test phone as Phoneward sees it, by its own adb server."""
    return AdbPhone(phone.serial, server=AdbServer(address_from(phone.environment()), idle_timeout=20.0))
