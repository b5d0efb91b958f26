"""Hears of phones as they come and go (`host:track-devices`, AOSP packages/modules/adb docs/dev/services.md).

The server sends the whole list, and sends it again whenever it changes.
"""

from collections.abc import Iterator

from phoneward.phones.adb.devices import AdbDevice, parse_devices
from phoneward.phones.adb.server import AdbServer, RefusedError, hex_length, send_request
from phoneward.phones.errors import AdbServerError


def track_devices(server: AdbServer | None = None) -> Iterator[list[AdbDevice]]:
    """Yield the phones that the adb server sees, now and after each change. Starts the server where none runs.

    Args:
        server: the adb server; its `idle_timeout` is how long nothing may change. None for the usual one.

    Raises:
        PhoneSilentError: nothing changed for that long; ask again.
        PhoneGoneError: the server ended, as after `adb kill-server`.
        AdbMissingError, AdbServerError: there is no adb, or it does not answer.
    """
    channel = (server or AdbServer()).open()
    try:
        send_request(channel, b"host:track-devices")
        while True:
            yield parse_devices(channel.take(hex_length(channel.take(4))))
    except RefusedError as error:
        raise AdbServerError(detail=error.reason) from error
    finally:
        channel.close()
