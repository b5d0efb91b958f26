"""A snapshot made by somebody who means harm, its apps' backups put onto a real adbd: nothing leaves its place."""

from pathlib import Path

import pytest

from phoneward.phones import AdbWriter
from phoneward.progress import silent
from phoneward.snapshots import PlaceFate, PlaceOutcome, plan_app_backups, put_on_phone
from phoneward.snapshots.errors import NoAppBackupsError
from phoneward.snapshots.placing import appbackups
from phoneward.snapshots.placing import found as found_module
from phoneward.snapshots.placing.found import BackupFinder, newest
from phoneward.snapshots.reading import find
from phoneward.vault import (
    BlobId,
    BlobType,
    Node,
    Repository,
    Snapshot,
    TooManyFilesError,
    encode_tree,
    save_snapshot,
)
from tests.phone import state
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault

SIGNAL = b"signal-2026-01-02-03-04-05.backup"
DAY = b"2026-01-02-03-04-05-123-user_0"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    made = Vault.make(tmp_path)
    made.reopen()
    return made


def put(repo: Repository, blob_type: BlobType, data: bytes) -> BlobId:
    with repo.writer() as writer:
        blob_id = writer.put(blob_type, data).result()
        writer.flush()
    return blob_id


def folder(repo: Repository, name: bytes, *nodes: Node, replace: tuple[bytes, bytes] = (b"", b"")) -> Node:
    ordered = sorted(nodes, key=lambda node: node.name)
    text = encode_tree(ordered)
    text = text.replace(*replace) if replace[0] else text
    return Node(name=name, type="dir", subtree=put(repo, BlobType.TREE, text))


def snapshot(vault: Vault, *nodes: Node) -> None:
    top = folder(vault.repo, b"top", *nodes).subtree
    assert top is not None
    save_snapshot(vault.repo, Snapshot(time_ns=1, tree=top, paths=("/phone",)))
    vault.reopen()


def test_links_climbing_names_and_storages_that_are_not_there(vault: Vault, phone: TestPhone) -> None:
    """What can be put there is; everything else is named; nothing is written outside, and no link is made."""
    repo = vault.repo
    evil = Node(name=b"evil", type="file", size=4, content=(put(repo, BlobType.DATA, b"evil"),))
    inside = folder(
        repo,
        DAY,
        Node(name=b"data", type="file", size=4, content=evil.content),
        Node(name=b"link", type="symlink", linktarget=b"/data/local/tmp"),
        Node(name=b"lost", type="file", size=4, content=(BlobId(b"\7" * 32),)),
        Node(name=b"node", type="dev", device=0x801),
    )
    mark = Node(name=DAY + b".properties", type="file", size=4, content=evil.content)
    shared = folder(repo, b"shared", folder(repo, b"org.app", inside, mark), evil)
    card = folder(repo, b"9A9A-9A9A", Node(name=SIGNAL, type="file", size=4, content=evil.content))
    snapshot(vault, shared, folder(repo, b"volumes", card))
    with adb_phone(phone) as adb, AdbWriter(adb) as writer:
        plan = plan_app_backups(vault.repo, "latest", adb, writer)
        put_on_phone(writer, plan.placing)
    names = {place.path.rpartition(b"/")[2]: (place.fate, place.outcome) for place in plan.placing.places}
    assert names == {
        DAY + b".properties": (PlaceFate.NEW, PlaceOutcome.WRITTEN),
        b"data": (PlaceFate.NEW, PlaceOutcome.WRITTEN),
        b"link": (PlaceFate.IMPOSSIBLE, PlaceOutcome.NOTHING),
        b"lost": (PlaceFate.NEW, PlaceOutcome.FAILED),
        b"node": (PlaceFate.IMPOSSIBLE, PlaceOutcome.NOTHING),
        SIGNAL: (PlaceFate.IMPOSSIBLE, PlaceOutcome.NOTHING),
    }
    assert not plan.complete
    assert all(place.sentence() for place in plan.placing.places if place.outcome is not PlaceOutcome.WRITTEN)
    below = {path.relative_to(phone.storage / "org.app").as_posix() for path in (phone.storage / "org.app").rglob("*")}
    assert below == {DAY.decode(), f"{DAY.decode()}.properties", f"{DAY.decode()}/data"}


def test_a_folder_that_cannot_be_read_is_named_and_the_rest_is_found(vault: Vault) -> None:
    repo = vault.repo
    file = Node(name=SIGNAL, type="file", size=4, content=(put(repo, BlobType.DATA, b"file"),))
    gone = Node(name=b"gone", type="dir", subtree=BlobId(b"\7" * 32))
    snapshot(vault, folder(repo, b"shared", gone, file))
    finder = BackupFinder(vault.repo, find(vault.repo, "latest"), silent)
    assert [found.source for found, _older in newest(finder.all())] == [b"/shared/" + SIGNAL]
    assert finder.unreadable == [b"/shared/gone"]


def test_a_climbing_folder_is_no_place(vault: Vault, phone: TestPhone) -> None:
    repo = vault.repo
    file = Node(name=SIGNAL, type="file", size=4, content=(put(repo, BlobType.DATA, b"file"),))
    climbing = folder(repo, b"shared", folder(repo, b"PLACE", file), replace=(b"PLACE", b".."))
    snapshot(vault, climbing)
    with adb_phone(phone) as adb, AdbWriter(adb) as writer, pytest.raises(NoAppBackupsError):
        plan_app_backups(vault.repo, "latest", adb, writer)


def backup_file(repo: Repository, name: bytes = SIGNAL) -> Node:
    return Node(name=name, type="file", size=4, content=(put(repo, BlobType.DATA, b"file"),))


def sources(vault: Vault) -> list[bytes]:
    finder = BackupFinder(vault.repo, find(vault.repo, "latest"), silent)
    return [found.source for found in finder.all()]


def test_folders_and_names_without_end_are_not_followed(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot that unfolds for ever costs neither the computer's memory nor the person's day."""
    repo = vault.repo
    deep = folder(repo, b"a", folder(repo, b"b", folder(repo, b"c", backup_file(repo))))
    snapshot(vault, folder(repo, b"shared", deep, folder(repo, b"d", backup_file(repo))))
    assert len(sources(vault)) == 2
    monkeypatch.setattr(found_module, "_MAX_DEPTH", 3)
    assert sources(vault) == [b"/shared/d/" + SIGNAL]
    monkeypatch.setattr(found_module, "_MAX_NAMES", 3)
    with pytest.raises(TooManyFilesError):
        sources(vault)


def test_an_exported_chat_is_no_backup_that_an_app_takes_back(vault: Vault) -> None:
    chat = backup_file(vault.repo, b"[LINE] Chat history with Ann.txt")
    snapshot(vault, folder(vault.repo, b"shared", folder(vault.repo, b"Download", chat)))
    assert sources(vault) == []


def test_a_backup_of_more_files_than_any_has(vault: Vault, phone: TestPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = vault.repo
    inside = folder(repo, DAY, *(backup_file(repo, b"%d" % number) for number in range(5)))
    mark = backup_file(repo, DAY + b".properties")
    snapshot(vault, folder(repo, b"shared", folder(repo, b"org.app", inside, mark)))
    monkeypatch.setattr(appbackups, "MAX_ITEMS", 5)
    with adb_phone(phone) as adb, AdbWriter(adb) as writer, pytest.raises(TooManyFilesError):
        plan_app_backups(vault.repo, "latest", adb, writer)


def test_a_name_that_a_card_cannot_have_is_named(vault: Vault, phone_factory: PhoneFactory) -> None:
    """Cards are formatted as Windows has them: no colons, which the phone's own storage takes."""
    repo, phone = vault.repo, phone_factory(state=state.FULL)
    inside = folder(repo, DAY, backup_file(repo, b"a:b"), backup_file(repo, b"data"))
    one = folder(repo, b"org.app", inside, backup_file(repo, DAY + b".properties"))
    snapshot(vault, folder(repo, b"shared", one), folder(repo, b"volumes", folder(repo, b"1A2B-3C4D", one)))
    with adb_phone(phone) as adb, AdbWriter(adb) as writer:
        plan = plan_app_backups(vault.repo, "latest", adb, writer)
    fates = {(place.item.source, place.fate) for place in plan.placing.places if place.path.endswith(b"a:b")}
    inner = b"/org.app/" + DAY + b"/a:b"
    assert fates == {
        (b"/shared" + inner, PlaceFate.NEW),
        (b"/volumes/1A2B-3C4D" + inner, PlaceFate.IMPOSSIBLE),
    }
