"""What every answer tells the browser: nothing from elsewhere, nothing inline, nothing kept."""

from collections.abc import Sequence
from typing import Final

RawHeaders = list[tuple[bytes, bytes]]

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
FIXED: Final[dict[bytes, bytes]] = {
    b"content-security-policy": POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": (
        b"camera=(), microphone=(), geolocation=(), usb=(), serial=(), bluetooth=(), payment=(), "
        b"clipboard-read=(), display-capture=()"
    ),
}
KEPT: Final = b"private, max-age=31536000, immutable"
"""For static files, whose addresses carry a digest of their content."""

LINK_PATH: Final = "/enter"
KIT_SHEET: Final = "/setup/kit/sheet.html"
"""The one document that brings its style inside: its page names that style by its digest, and allows nothing else."""

CONTENT: Final = "/content/"
"""Below it lies what was on a phone: whatever it is, it must not act as a page of ours."""
CONTENT_POLICY: Final = b"sandbox; default-src 'none'"


def hardened(headers: Sequence[tuple[bytes, bytes]], path: str, *, is_static: bool) -> RawHeaders:
    """Return an answer's headers with ours in place of any of the same name.

    A page's own address goes to the page itself and to nobody else (`same-origin`): with `no-referrer` browsers would
    send `Origin: null` with our own forms (Fetch, "append a request Origin header"), and the Origin could not be
    checked. The one-time link goes nowhere at all.
    """
    ours = dict(FIXED)
    if path == KIT_SHEET and any(name.lower() == b"content-security-policy" for name, _value in headers):
        del ours[b"content-security-policy"]
    ours[b"cache-control"] = KEPT if is_static else b"no-store"
    if path.startswith(CONTENT):
        ours[b"content-security-policy"] = CONTENT_POLICY
    ours[b"referrer-policy"] = b"no-referrer" if path == LINK_PATH else b"same-origin"
    return [(name, value) for name, value in headers if name.lower() not in ours] + list(ours.items())
