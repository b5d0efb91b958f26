"""A recording that names only a phone's numbers for its apps is read with the snapshot's list of apps."""

import datetime as dt
from pathlib import Path

from phoneward.snapshots import Asking, list_snapshots
from phoneward.vault import Repository
from phoneward.watch.captures.senders import packages_by_uid
from tests.snapshots.catalogue.histories import new_repository
from tests.updates.pasts import app, put_day


def asked(repo: Repository) -> dict[int, str]:
    every = list_snapshots(repo)
    return packages_by_uid(Asking(repo, every[-1] if every else None, every, dt.datetime.now(dt.UTC)))


def test_each_app_has_its_number_and_shared_ones_name_nobody(tmp_path: Path) -> None:
    """Two apps of one maker may share a number: neither is accused of what the other sent."""
    repo = new_repository(tmp_path / "vault")
    assert asked(repo) == {}
    apps = [
        app("com.example.bank", uid=10_101),
        app("com.example.one", uid=10_102),
        app("com.example.two", uid=10_102),
        app("com.example.bank", uid=1_010_101, user_id=10),
        app("com.example.old", uid=None),
    ]
    put_day(repo, 0, apps)
    assert asked(repo) == {10_101: "com.example.bank", 1_010_101: "com.example.bank"}
