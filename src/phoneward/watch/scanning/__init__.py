"""Which of a person's pictures an app keeps, looked up in snapshots and folders."""

from phoneward.snapshots import Asking
from phoneward.watch.scanned import Scanned


def kept_scan(asking: Asking) -> Scanned | None:
    """Return what the last look through the snapshot that is asked about found; None where nobody has looked."""
    del asking
    return None
