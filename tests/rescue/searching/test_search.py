"""What a person finds who lost something: where it still is, from when, and how to get it."""

import datetime as dt
from pathlib import Path

import pytest

from phoneward import phones
from phoneward.incidents import Incident
from phoneward.rescue import Completeness, OnPhone, Search, Source
from phoneward.snapshots import list_snapshots
from phoneward.texts import words
from phoneward.vault import BlobId, BlobType, Repository, find_node
from tests.rescue.phones import (
    CHATS,
    NOW,
    asked,
    content,
    of_source,
    parts_of,
    search,
    state_of,
    trashed,
    without_hints,
)
from tests.snapshots.catalogue.histories import new_repository
from tests.watch.scanning.phones import put


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """An empty vault."""
    return new_repository(tmp_path / "vault")


def test_files_that_are_gone_come_from_the_last_snapshot_that_holds_them(repo: Repository) -> None:
    """Each folder with its day and a command; what is still there is not told."""
    a, b, c = (content(name) for name in "abc")
    put(repo, {"shared/DCIM/Camera/a.jpg": a, "shared/DCIM/Camera/b.jpg": b, "shared/DCIM/Camera/c.jpg": c}, day=0)
    put(repo, {"shared/DCIM/Camera/a.jpg": a, "shared/DCIM/Camera/b.jpg": b}, day=10)
    put(repo, {"shared/DCIM/Camera/a.jpg": a}, day=30)
    later, earlier = of_source(search(repo), Source.SNAPSHOT)
    assert later.made is not None
    assert earlier.made is not None
    assert (later.made - earlier.made).days == 10
    assert parts_of(later) == {"/shared/DCIM/Camera/b.jpg": b.content}
    assert (later.count, later.size, later.completeness) == (1, 100, Completeness.EXACT)
    assert later.command == f"phoneward restore {later.snapshot[:8]} --include /shared/DCIM/Camera --target DIR"
    assert parts_of(earlier) == {"/shared/DCIM/Camera/c.jpg": c.content}, "b.jpg is told with the later one"


def test_what_was_only_moved_is_not_lost(repo: Repository) -> None:
    """A folder that got another name frightens nobody."""
    pictures = {f"{n}.jpg": content(f"p{n}") for n in range(3)}
    put(repo, {f"shared/DCIM/Camera/{name}": file for name, file in pictures.items()}, day=0)
    put(repo, {f"shared/Pictures/Family/{name}": file for name, file in pictures.items()}, day=1)
    assert not of_source(search(repo), Source.SNAPSHOT)


def test_a_backup_that_an_emptied_app_wrote_over_comes_from_the_snapshot_of_before(repo: Repository) -> None:
    """It is there under its name, and holds nothing any more; what merely grew or changed is no loss."""
    path = "shared/Android/media/com.whatsapp/WhatsApp/Databases/msgstore.db.crypt15"
    put(repo, {path: content("full", 40_000), "shared/Documents/diary": content("diary", 40_000)}, day=0)
    put(repo, {path: content("empty", 900), "shared/Documents/diary": content("diary, changed", 39_000)}, day=1)
    (lost,) = of_source(search(repo), Source.SNAPSHOT)
    assert "gone or much smaller since, last whole in the snapshot of 14 November 2023" in str(lost.what)
    assert parts_of(lost) == {f"/{path}": content("full", 40_000).content}


def test_what_empties_itself_is_no_loss(repo: Repository) -> None:
    """Caches and thumbnails that are gone since, and our own lists, are not told as lost."""
    put(repo, {f"{CHATS}/1": content("1"), "shared/Android/data/x.y/cache/1": content("2"),
               "packages/x.y/base.apk": content("3"), "coverage.json": content("4")}, day=0)  # fmt: skip
    put(repo, {"shared/DCIM/1.jpg": content("5")}, day=1)
    (lost,) = of_source(search(repo), Source.SNAPSHOT)
    assert "WeChat: 1 file that is gone since" in str(lost.what)


def test_the_app_that_was_emptied_comes_as_it_was_before_that_day(repo: Repository) -> None:
    """With --app and --when: the whole of it, from the newest snapshot of before."""
    for day, count in ((0, 3), (10, 5), (20, 1)):
        put(repo, {f"{CHATS}/{n}": content(f"chat {n}") for n in range(count)}, day=day)
    result = search(repo, asked(Incident.WIPED_BY_UPDATE, "com.tencent.mm", dt.date(2023, 11, 28)))
    before = next(one for one in result.remnants if "as it was on 24 November 2023" in str(one.what))
    assert before.count == 5
    assert len(parts_of(before)) == 5
    assert "--app com.tencent.mm --target DIR" in before.command
    assert not search(repo, asked(app="com.other")).remnants


def test_a_snapshot_from_after_that_day_is_not_the_one_of_before(repo: Repository) -> None:
    """Where the person says when, the newest older snapshot may hold the empty state: the one of before is told."""
    for day, count in ((0, 3), (10, 5), (20, 1), (30, 1)):
        put(repo, {f"{CHATS}/{n}": content(f"chat {n}") for n in range(count)}, day=day)
    said = {str(one.what) for one in search(repo, asked(app="com.tencent.mm", when=dt.date(2023, 11, 28))).remnants}
    assert "WeChat as it was on 24 November 2023: 5 files" in said
    assert not any("on 4 December" in one for one in said), "ten days after it happened"


def test_two_phones_are_not_mixed(repo: Repository) -> None:
    """What only the other phone has is not what this one lost."""
    put(repo, {"shared/a": content("a")}, day=0, device="one")
    put(repo, {"shared/b": content("b")}, day=1, device="two")
    assert not search(repo).remnants


def test_trash_with_the_day_it_is_emptied_the_soonest_first(repo: Repository) -> None:
    """Its own name, when it expires, and both ways to get it."""
    files = {f"shared/DCIM/Camera/{trashed(days, name)}": content(name) for days, name in ((20, "b"), (2, "a.jpg"))}
    files[f"shared/Movies/.pending-{round(NOW.timestamp())}-c.mp4"] = content("c")
    put(repo, files, day=0)
    pending, soon, later = search(repo).remnants
    assert pending.source is Source.PENDING
    assert (str(soon.what), soon.expires) == ("a.jpg, in the trash", NOW + dt.timedelta(days=2))
    assert "On the phone until 22 December 2023" in str(soon.how)
    assert parts_of(soon) == {soon.where: content("a.jpg").content}
    assert later.expires == NOW + dt.timedelta(days=20)


@pytest.mark.parametrize(
    "name", [".trashed-", ".trashed-12", "trashed-12-a", ".trashed-x-a", ".trashed-1-", "-.trashed-1-a"]
)
def test_a_name_that_only_looks_like_trash_is_none(repo: Repository, name: str) -> None:
    """MediaProvider's own pattern decides."""
    put(repo, {f"shared/DCIM/{name}": content("a")})
    assert not search(repo).remnants


def test_a_number_that_is_no_time_expires_never(repo: Repository) -> None:
    """A hostile phone's name cannot stop the search."""
    put(repo, {f"shared/DCIM/.TRASHED-{'9' * 18}-a": content("a")})
    (one,) = search(repo).remnants
    assert one.expires is None


def test_folders_in_which_things_outlive_their_loss(repo: Repository) -> None:
    """A maker's backup, an app's leftovers, thumbnails: each once, with its count; unconfirmed ones say so."""
    put(repo, {
        "shared/MIUI/backup/AllBackup/20261101_1010/a(com.a.b).bak": content("1"),
        "shared/MIUI/backup/AllBackup/20261101_1010/descript.xml": content("9"),
        "shared/Huawei/Backup/backupFiles/2019-12-07/com.tencent.mm.tar": content("2"),
        "shared/Tencent/MicroMsg/0123/voice2/a.amr": content("3"),
        "shared/Tencent/MicroMsg/0123/voice2/b.amr": content("4"),
        "shared/DCIM/.thumbnails/1.jpg": content("5"),
        "shared/DCIM/.thumbnails/.nomedia": content("6"),
        "volumes/1A2B-3C4D/.FilesByGoogleTrash/x": content("7"),
        "shared/DCIM/1.jpg": content("8"),
    })  # fmt: skip
    found = {(one.source, one.where): one for one in search(repo).remnants}
    xiaomi = found[Source.MAKER_BACKUP, "/shared/MIUI/backup/AllBackup/20261101_1010"]
    assert (Source.MAKER_BACKUP, f"{xiaomi.where}/a(com.a.b).bak") in found, "each app of it, by itself"
    assert (xiaomi.completeness, xiaomi.is_confirmed) == (Completeness.UNKNOWN, False)
    assert "the maker does not say so" in str(xiaomi.how)
    assert (Source.MAKER_BACKUP, "/shared/Huawei/Backup/backupFiles/2019-12-07") in found
    wechat = found[Source.LEFTOVER, "/shared/Tencent/MicroMsg"]
    assert (wechat.count, len(parts_of(wechat))) == (2, 2)
    small = found[Source.THUMBNAIL, "/shared/DCIM/.thumbnails"]
    assert (small.count, small.completeness, small.is_confirmed) == (1, Completeness.SMALLER, True)
    assert found[Source.TRASH, "/volumes/1A2B-3C4D/.FilesByGoogleTrash"].expires is not None
    assert len(found) == 6


def test_a_folder_that_was_copied_from_a_phone_is_only_read(tmp_path: Path) -> None:
    """Everything in it is the same afterwards: names, times, contents; and what was found can be read."""
    top = tmp_path / "copied"
    for name, file in {trashed(3, "a.jpg"): content("a"), "b.jpg": content("b")}.items():
        (top / "DCIM").mkdir(parents=True, exist_ok=True)
        (top / "DCIM" / name).write_bytes(file.content)
    (top / "link").symlink_to("/etc")
    before = state_of(top)
    looking = Search(asked())
    with phones.open_folder(top) as phone:
        looking.in_place(OnPhone(phone, words("Copy it.")), words("A folder."))
        (found,) = without_hints(looking.result()).remnants
        assert parts_of(found) == {found.where: content("a").content}
    assert state_of(top) == before


def test_what_cannot_be_had_is_said_plainly(repo: Repository) -> None:
    """No carving, no private data without a backup, no paid wonders; a reset throws the keys away."""
    put(repo, {"shared/a": content("a")})
    said = " ".join(map(str, search(repo, asked(Incident.RESET)).cannot))
    assert "throws the keys away" in said
    assert "encrypts every file" in said
    assert "100 % recovery" in said


def test_a_damaged_folder_is_named_and_the_rest_is_told(repo: Repository) -> None:
    """The search goes on, and ends as not whole."""
    put(repo, {"shared/DCIM/a": content("a"), f"shared/Movies/{trashed(1, 'b')}": content("b")})
    tree = find_node(repo, list_snapshots(repo)[0].snapshot.tree, b"/shared/DCIM").subtree
    asked_for = repo.load_blob

    def damaged(blob_type: BlobType, blob_id: BlobId) -> bytes:
        return b"no tree" if blob_id == tree else asked_for(blob_type, blob_id)

    repo.load_blob = damaged  # type: ignore[method-assign]
    result = search(repo)
    assert [str(one.what) for one in result.remnants] == ["b, in the trash"]
    assert not result.is_whole
    assert "/shared/DCIM" in str(result.not_looked_at[0])
