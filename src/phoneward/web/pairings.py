"""Pairing by a QR code on the page: waits until a phone's camera has read it. The code is a secret."""

import contextvars
import io
import threading
from collections.abc import Callable
from typing import Final

import segno

from phoneward.errors import PhonewardError
from phoneward.phones import AdbDevice, QrPairing
from phoneward.web.errors import PageFaultError

QUIET_ZONE: Final = 4
"""Light modules around the code (ISO/IEC 18004, 5.3.8)."""
_KEPT: Final = "pairing"


class PhonePairing:
    """One code of one browser's; it lies in the session and ends with it.

    Attributes:
        scanned: a phone has read it.
        device: the phone, ready to use; None before.
        error: why it came to nothing.
    """

    def __init__(self, pairing: QrPairing | None = None) -> None:
        self._pairing = pairing or QrPairing()
        self._cancelled = threading.Event()
        self.ended = threading.Event()
        self.scanned = False
        self.device: AdbDevice | None = None
        self.error: PhonewardError | None = None

    def __repr__(self) -> str:
        return f"PhonePairing({self.state})"

    @property
    def state(self) -> str:
        """What a page shows: waiting, scanned, done or failed."""
        if self.ended.is_set():
            return "done" if self.device is not None else "failed"
        return "scanned" if self.scanned else "waiting"

    def start(self, on_fault: Callable[[BaseException], None]) -> None:
        """Check whether it can work, and wait in a thread.

        Raises:
            NoAnnouncementsError, AdbTooOldError, AdbMissingError, AdbServerError: it cannot.
        """
        self._pairing.check()
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(self._wait, on_fault), name="pairing", daemon=True).start()

    def cancel(self) -> None:
        """Let go of it: the code counts no more."""
        self._cancelled.set()

    def picture(self) -> bytes:
        """Return the code as SVG: no style, no script, black on white in every colour scheme."""
        stream = io.BytesIO()
        segno.make_qr(self._pairing.text, error="m").save(
            stream, kind="svg", border=QUIET_ZONE, scale=8, dark="#000", light="#fff", svgclass=None, lineclass=None
        )
        return stream.getvalue()

    def _wait(self, on_fault: Callable[[BaseException], None]) -> None:
        try:
            self.device = self._pairing.wait(is_cancelled=self._cancelled.is_set, on_scanned=self._note)
        except PhonewardError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - whatever ended it is shown on its page
            on_fault(error)
            self.error = PageFaultError()
        finally:
            self.ended.set()

    def _note(self) -> None:
        self.scanned = True


def kept_in(kept: dict[str, object]) -> PhonePairing | None:
    """Return the pairing of a session."""
    found = kept.get(_KEPT)
    return found if isinstance(found, PhonePairing) else None


def keep(kept: dict[str, object], pairing: PhonePairing | None) -> None:
    """Put a pairing into a session in place of the one before, which counts no more."""
    before = kept_in(kept)
    if before is not None:
        before.cancel()
    kept.pop(_KEPT, None)
    if pairing is not None:
        kept[_KEPT] = pairing
