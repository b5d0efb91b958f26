"""The person's word that the recovery kit is printed and the password written down: kept in the vault, not here.

So the page, the terminal and every other computer that opens this vault know the same.
"""

from typing import Final

from phoneward import snapshots
from phoneward.progress import Listener, silent
from phoneward.vault import HeldLock, Repository, VaultError

PRINTED: Final = "setup.kit-printed"
"""The "done" mark in the vault's state."""


def is_kit_printed(repo: Repository) -> bool:
    """Tell whether the person said that the recovery kit is printed."""
    return snapshots.load_state(repo).is_done(PRINTED)


def note_kit_printed(repo: Repository) -> None:
    """Keep in the vault that the person said so.

    Args:
        repo: open, used by nobody else.

    Raises:
        VaultError: the vault cannot be read or written.
    """
    with repo.lock(exclusive=False) as lock:
        snapshots.change_state(repo, lock, [snapshots.mark_done(PRINTED)])


def take_back_printed(repo: Repository, lock: HeldLock, listener: Listener = silent) -> None:
    """Take the word back: the password was changed, and the paper still holds the old one.

    The password is changed all the same where the vault cannot be asked, or cannot keep it.

    Args:
        repo: open, used by nobody else.
        lock: held.
        listener: hears a notice where the vault could not keep it.
    """
    try:
        printed = is_kit_printed(repo)
    except VaultError:
        return
    if printed:
        snapshots.keep_noted(repo, lock, [snapshots.mark_done(PRINTED, done=False)], listener)
