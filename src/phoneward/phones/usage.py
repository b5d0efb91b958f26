"""What a phone tells of one app: how much it sent, and when it last used its right to see pictures."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SentBytes:
    """What the phone has counted for one app's user id since it was last switched on.

    Attributes:
        sent, received: bytes over all networks. While a VPN runs, Android may count what goes through it twice.
        vpn_sent: how much of `sent` was counted on a VPN.
        entries: over so many lines; 0 where the phone has counted nothing for it yet.
    """

    sent: int
    received: int
    vpn_sent: int = 0
    entries: int = 0


@dataclass(frozen=True, slots=True)
class PictureAccess:
    """An app's last use of a right to see pictures.

    Attributes:
        operation: Android's name for the right.
        mode: "allow", "ignore", "deny", "default", "foreground".
        ago_ms: milliseconds since it was last used, by the phone's clock; None where no use is recorded.
        refused_ago_ms: milliseconds since the app last tried and was refused; None where it did not.
    """

    operation: str
    mode: str
    ago_ms: int | None
    refused_ago_ms: int | None


class UsagePhone(Protocol):
    """A phone that counts what its apps send. Reading only."""

    def shared_by(self, package: str) -> tuple[int, tuple[str, ...]] | None:
        """Return an app's user id and the packages that have the same one; None where it is not installed."""

    def sent_bytes(self, uid: int) -> SentBytes | None:
        """Have the phone count up to now, and return what it counted; None where it does not tell."""

    def picture_access(self, package: str) -> tuple[PictureAccess, ...] | None:
        """Return the last uses of the rights to see pictures; None where the phone does not tell."""
