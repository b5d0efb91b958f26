"""Which app a UID stands for: what a snapshot of the phone knows, for captures that name only the UID."""

from phoneward.errors import PhonewardError
from phoneward.snapshots import Asking, PastApps


def packages_by_uid(asking: Asking) -> dict[int, str]:
    """Return the package of each UID of the phone that a snapshot is of.

    A UID that several packages share names none of them: which one sent something, nobody can tell.

    Args:
        asking: with the snapshot.

    Returns:
        Nothing where the snapshot has no list of apps, or none that can be read.
    """
    if asking.snapshot is None:
        return {}
    try:
        told = PastApps(asking.repo).told(asking.snapshot.snapshot)
    except (ValueError, PhonewardError):
        return {}
    found: dict[int, str] = {}
    shared: set[int] = set()
    for app in told.apps:
        if app.uid is not None and found.setdefault(app.uid, app.package) != app.package:
            shared.add(app.uid)
    return {uid: package for uid, package in found.items() if uid not in shared}
