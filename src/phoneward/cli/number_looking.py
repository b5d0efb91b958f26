"""The accounts that a command about one number looks at: from files of messages, or from the vault."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from phoneward.cli.frame import Frame
from phoneward.cli.session import open_vault

if TYPE_CHECKING:
    from phoneward.numbers import Inventory
    from phoneward.snapshots import Change


def look(frame: Frame, number: str, sms: Sequence[Path], *changes: "Change") -> "Inventory":
    """Return the inventory, and keep changes in the vault.

    Args:
        frame: this run.
        number: E.164; it is one of the person's own.
        sms: files of messages. With them no vault is opened, and nothing is kept.
        changes: what the person decided.
    """
    from phoneward import numbers, snapshots
    from phoneward.cli.progress_view import listening

    told = {number: frozenset[str]()}
    with listening(frame.output) as listener:
        if sms:
            more = [numbers.read_messages_file(path, listener=listener) for path in sms]
            return numbers.combined(more, told=told, missed=numbers.not_asked(more))
        with open_vault(frame) as repository:
            repository.load_index()
            every = snapshots.list_snapshots(repository, on_damaged=lambda _name, error: frame.output.warn(error))
            stored = [info.snapshot for info in every]
            state = snapshots.load_state(repository, snapshots=stored)
            found = numbers.inventory_of(
                snapshots.Asking(
                    repository,
                    snapshots.describe(snapshots.find(repository, "latest")),
                    every,
                    dt.datetime.now(dt.UTC),
                    frame.settings.cache_dir,
                    listener,
                    state=state,
                ),
                own=told,
            )
            if changes:
                with repository.lock(exclusive=False) as lock:
                    snapshots.change_state(
                        repository, lock, changes, snapshots=stored,
                        on_damaged=lambda _name, error: frame.output.warn(error),
                    )  # fmt: skip
            return found
