"""What happened to the apps since the snapshot before: said at the end of every backup.

Two lists of apps are compared, so that it costs next to nothing; what needs more is in the checkup.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from phoneward.errors import PhonewardError
from phoneward.progress import Listener, silent
from phoneward.snapshots import PastApps, SnapshotInfo, list_snapshots
from phoneward.texts import Words, running
from phoneward.updates.alarms import Alarm, Kind
from phoneward.updates.held import HeldReader
from phoneward.updates.history import is_whole, read_history
from phoneward.updates.history_words import alarm_title, held_words
from phoneward.vault import BlobId, Repository

TOLD: Final = frozenset({Kind.WIPED, Kind.SIGNER, Kind.DOWNGRADED, Kind.SIDELOADED})
"""That an app went, or that another store installs it now, is what people do."""
MAX_TOLD: Final = 10


def news(
    repo: Repository, snapshot: str, *, cache_dir: Path | None = None, listener: Listener = silent
) -> list[tuple[Alarm, Words]]:
    """Return what happened between a new snapshot and the one before of the same phone, each with its sentence.

    Args:
        repo: open, its index loaded.
        snapshot: full ID of the new one.
        cache_dir: where the room keeps derived data, sealed; None keeps nothing.
        listener: hears the phase `read-history`.

    Raises:
        VaultError: the vault cannot be read.
    """
    every = list_snapshots(repo, on_damaged=lambda _name, _error: None)
    new = next((info for info in every if info.snapshot.id == snapshot), None)
    if new is None or not is_whole(new, new.device):
        return []
    its = [info for info in every if is_whole(info, new.device) and info.snapshot.time_ns <= new.snapshot.time_ns]
    changed = _changed_apps(repo, its[-2:])
    history = read_history(repo, new.device, its[-2:], cache_dir=cache_dir, signers_of=changed, listener=listener)
    reader = HeldReader(repo)
    found = []
    for alarm in [alarm for alarm in history.alarms if alarm.kind in TOLD][:MAX_TOLD]:
        said = alarm_title(alarm)
        if alarm.kind is Kind.WIPED:
            said = running(said, held_words(reader.last((alarm.package, alarm.user_id), [alarm.before])))
        found.append((alarm, said))
    return found


def _changed_apps(repo: Repository, infos: Sequence[SnapshotInfo]) -> set[str]:
    """Return the apps whose APK is not the same in both snapshots: another signer's is another file."""
    past = PastApps(repo)
    seen: list[dict[str, tuple[BlobId, ...] | None]] = []
    for info in infos:
        try:
            apps = past.told(info.snapshot).apps
        except (ValueError, PhonewardError):
            return set()
        nodes = {app.package: past.apk(info.snapshot, app.apk[0].stored) for app in apps if app.apk}
        seen.append({package: node.content if node is not None else None for package, node in nodes.items()})
    first, last = seen[0], seen[-1]
    return {package for package, content in last.items() if first.get(package) != content}
