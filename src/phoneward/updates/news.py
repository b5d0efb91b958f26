"""What happened to the apps since the snapshot before: said at the end of every backup.

Two lists of apps are compared, so that it costs next to nothing; what needs more is in the checkup.
"""

from typing import Final

from phoneward.progress import Listener, silent
from phoneward.snapshots import list_snapshots
from phoneward.texts import Words, running
from phoneward.updates.alarms import Alarm, Kind
from phoneward.updates.held import HeldReader
from phoneward.updates.history import is_whole, read_history
from phoneward.updates.history_words import alarm_title, held_words
from phoneward.vault import Repository

TOLD: Final = frozenset({Kind.WIPED, Kind.SIGNER, Kind.DOWNGRADED, Kind.SIDELOADED})
"""That an app went, or that another store installs it now, is what people do."""
MAX_TOLD: Final = 10


def news(repo: Repository, snapshot: str, *, listener: Listener = silent) -> list[tuple[Alarm, Words]]:
    """Return what happened between a new snapshot and the one before of the same phone, each with its sentence.

    Args:
        repo: open, its index loaded.
        snapshot: full ID of the new one.
        listener: hears the phase `read-history`.

    Raises:
        VaultError: the vault cannot be read.
    """
    every = list_snapshots(repo, on_damaged=lambda _name, _error: None)
    new = next((info for info in every if info.snapshot.id == snapshot), None)
    if new is None or not is_whole(new, new.device):
        return []
    its = [info for info in every if is_whole(info, new.device) and info.snapshot.time_ns <= new.snapshot.time_ns]
    history = read_history(repo, new.device, its[-2:], listener=listener)
    reader = HeldReader(repo)
    found = []
    for alarm in [alarm for alarm in history.alarms if alarm.kind in TOLD][:MAX_TOLD]:
        said = alarm_title(alarm)
        if alarm.kind is Kind.WIPED:
            said = running(said, held_words(reader.last((alarm.package, alarm.user_id), [alarm.before])))
        found.append((alarm, said))
    return found
