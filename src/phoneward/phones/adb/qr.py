"""Pairing by a QR code (Android 11 and later): the computer shows it, the phone's camera reads it.

The code holds a service name and a password of our making. The phone then announces its pairing service under that
name, we pair with it by the password, and connect to its encrypted port. Sources: AOSP packages/modules/adb,
`docs/dev/adb_wifi.md` ("Pair with QR code"; the text is `WIFI:T:ADB;S:studio-g@<xeYnap/;P:(Aq+v9>Cx>!/;;` there), and
Android Studio's `com.android.tools.idea.adb.wireless.AdbDevicePairingServiceImpl` ("studio-" and 10 characters, a
password of 12). Ours are letters and digits, so that nothing in them needs an escape.

Somebody on the network may announce the same name. The pairing protocol (SPAKE2) gives such a one a single guess at the
password and tells it nothing; every address is tried once.
"""

import secrets
import string
import time
from collections.abc import Callable
from typing import Final

from phoneward.errors import readable
from phoneward.phones.adb.devices import AdbDevice, connect_device, list_adb_devices
from phoneward.phones.adb.server import AdbServer
from phoneward.phones.adb.wireless import (
    ENCRYPTED,
    PAIRING,
    Endpoint,
    announcements,
    hears_announcements,
    pair_at,
)
from phoneward.phones.errors import NoAnnouncementsError, NotScannedError, PairedNotFoundError, PairingRefusedError

_LETTERS: Final = string.ascii_letters + string.digits
_NAME_LENGTH: Final = 10
_PASSWORD_LENGTH: Final = 20
"""119 bits; Android Studio's is 12 characters long. Longer still makes the code harder to read for a camera."""

_POLL_S: Final = 0.5
_MAX_TRIED: Final = 8
_CONNECT_S: Final = 30.0
"""How long a paired phone's encrypted port is waited for: it was open before, only its announcement may be late."""


class QrPairing:
    """One QR code for one phone. Make a new one for each try.

    The password is in `text` and nowhere else that is printed: not in `repr`, not in errors, not in a command line.

    Args:
        server: the adb server; None for the usual one.
    """

    def __init__(self, server: AdbServer | None = None) -> None:
        self._server = server or AdbServer()
        self.service_name = "studio-" + _random(_NAME_LENGTH)
        self._password = _random(_PASSWORD_LENGTH)

    def __repr__(self) -> str:
        """Return the service's name, without the password."""
        return f"QrPairing({self.service_name!r})"

    @property
    def text(self) -> str:
        """What the QR code says. It holds the password: show it as a picture only, and keep it out of logs."""
        return f"WIFI:T:ADB;S:{self.service_name};P:{self._password};;"

    def check(self) -> None:
        """Say before the code is shown whether it can work at all; `wait` does it too.

        Raises:
            NoAnnouncementsError, AdbTooOldError: this computer's adb cannot see phones on the network.
            AdbMissingError, AdbServerError: there is no adb, or it does not answer.
        """
        if not hears_announcements(self._server):
            raise NoAnnouncementsError

    def wait(
        self,
        timeout: float = 120.0,
        is_cancelled: Callable[[], bool] | None = None,
        on_scanned: Callable[[], None] | None = None,
    ) -> AdbDevice | None:
        """Wait until a phone has read the code, pair with it and connect to it.

        Args:
            timeout: seconds until the code counts as not read.
            is_cancelled: asked twice a second; True ends the waiting.
            on_scanned: called once when the phone has shown itself, before pairing.

        Returns:
            The phone, ready to use; None where `is_cancelled` said so.

        Raises:
            NoAnnouncementsError, AdbTooOldError: this computer's adb cannot see phones on the network.
            NotScannedError: no phone has read the code in time.
            PairingRefusedError: one has, and was not paired.
            PairedNotFoundError: it was paired; its encrypted port was not found in time.
            PhoneError: it cannot be used.
        """
        self.check()
        give_up = time.monotonic() + timeout
        tried: set[Endpoint] = set()
        refused: PairingRefusedError | None = None
        while not (is_cancelled and is_cancelled()):
            for endpoint in self._offers(tried):
                if on_scanned is not None and not tried:
                    on_scanned()
                tried.add(endpoint)
                try:
                    guid = pair_at(self._server, endpoint, self._password)
                except PairingRefusedError as error:
                    refused = error
                else:
                    return self._connect(endpoint, guid, is_cancelled)
            if time.monotonic() > give_up or (refused and len(tried) >= _MAX_TRIED):
                raise refused or NotScannedError
            time.sleep(_POLL_S)
        return None

    def _offers(self, tried: set[Endpoint]) -> list[Endpoint]:
        """Return the addresses under our name that were not tried yet."""
        found = [
            one.endpoint for one in announcements(self._server) if one.kind == PAIRING and one.name == self.service_name
        ]
        return [endpoint for endpoint in dict.fromkeys(found) if endpoint not in tried][: _MAX_TRIED - len(tried)]

    def _connect(self, paired: Endpoint, guid: str, is_cancelled: Callable[[], bool] | None) -> AdbDevice | None:
        """Return the phone that was paired: adb may have connected to it by itself, else its port is looked for."""
        give_up = time.monotonic() + _CONNECT_S
        while not (is_cancelled and is_cancelled()):
            device = self._connected_by_adb(guid)
            if device is not None:
                return device
            offers = [one for one in announcements(self._server) if one.kind == ENCRYPTED]
            named = [one for one in offers if guid and one.name == guid]
            here = named or [one for one in offers if one.endpoint.host == paired.host]
            if here:
                return connect_device(str(here[0].endpoint), server=self._server)
            if time.monotonic() > give_up:
                raise PairedNotFoundError(address=readable(paired.host))
            time.sleep(_POLL_S)
        return None

    def _connected_by_adb(self, guid: str) -> AdbDevice | None:
        if not guid:
            return None
        wanted = f"{guid}.{ENCRYPTED}"
        devices = list_adb_devices(self._server)
        return next((one for one in devices if one.serial.rstrip(".") == wanted and one.state == "device"), None)


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _number in range(length))
