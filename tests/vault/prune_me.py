"""Prunes a vault and says when it begins to remove: the program that `test_prune_stopped.py` stops."""

import sys

from phoneward.progress import Event, PhaseStarted
from phoneward.vault import LocalStorage, LockLostError, LockTiming, MaxUnused, PruneOptions, open_repository, prune


def main(path: str) -> None:
    """Say `ready` where packs are about to be removed, and wait for a line before going on."""
    repo = open_repository(LocalStorage(path), "secret")

    def listen(event: Event) -> None:
        if isinstance(event, PhaseStarted) and event.phase == "remove":
            print("ready", flush=True)  # noqa: T201 - the parent reads it
            sys.stdin.readline()

    with repo.lock(exclusive=True, timing=LockTiming(settle_s=0.0)) as lock:
        try:
            prune(repo, lock, options=PruneOptions(max_unused=MaxUnused(size=0)), listener=listen)
        except LockLostError:
            print("lost", flush=True)  # noqa: T201
        else:
            print("done", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
