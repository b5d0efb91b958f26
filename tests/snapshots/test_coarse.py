"""Listings in whole seconds: unchanged files are found by them, and nothing is believed that they cannot prove."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from phoneward.phones import Entry, FileKind, ListingItem
from phoneward.snapshots.compare import RACY_NS, SECOND_NS, Seen, untouched_since
from tests.snapshots.bench import Vault
from tests.snapshots.scripted import ScriptedPhone

TOP = b"/storage/emulated/0"
LISTED = 1_700_000_000 * SECOND_NS


class SecondsPhone(ScriptedPhone):
    """Lists in whole seconds where it may; `stat` is exact."""

    def list(self, root: bytes, *, precise: bool = True) -> Iterator[ListingItem]:
        for item in super().list(root):
            if precise or not isinstance(item, Entry):
                yield item
            else:
                yield replace(item, mtime_ns=_floor(item.mtime_ns), ctime_ns=_floor(item.ctime_ns or 0))


def _floor(time_ns: int) -> int:
    return time_ns // SECOND_NS * SECOND_NS


def phone_with(ctime_ns: int, content: bytes = b"x") -> SecondsPhone:
    phone = SecondsPhone(clock_ns=LISTED)
    phone.entries = [
        Entry(TOP + b"/folder", FileKind.DIRECTORY, 0, 0o770, LISTED - 10**12 + 7, LISTED - 10**12 + 8),
        Entry(TOP + b"/folder/file", FileKind.FILE, len(content), 0o660, LISTED - 10**12 + 5, ctime_ns),
    ]
    phone.content[TOP + b"/folder/file"] = content
    return phone


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


def test_exact_times_prove_it_and_end_up_in_the_snapshot(vault: Vault) -> None:
    phone = phone_with(LISTED - 10**12 + 6)
    result = vault.backup(phone)
    assert result.complete
    assert phone.asked == [TOP + b"/folder/file"], "read once"
    restored = vault.restored_by_restic("latest") / "shared/folder"
    assert restored.stat().st_mtime_ns == LISTED - 10**12 + 7
    assert (restored / "file").stat().st_mtime_ns == LISTED - 10**12 + 5
    again = phone_with(LISTED - 10**12 + 6)
    second = vault.backup(again)
    assert again.asked == []
    assert vault.subtree(result.snapshot_id or "", b"/shared") == vault.subtree(second.snapshot_id or "", b"/shared")


def test_a_file_changed_in_the_second_of_the_listing_is_read_again(vault: Vault) -> None:
    phone = phone_with(LISTED + 123_456_789)
    result = vault.backup(phone)
    assert phone.asked == [TOP + b"/folder/file"] * 2, "equal seconds do not prove that it stood still"
    assert result.complete, "the exact times of the second round do"


def test_after_the_clock_went_back_seconds_are_not_enough(vault: Vault) -> None:
    vault.backup(phone_with(LISTED - 10**12 + 6))
    back = phone_with(LISTED - 10**12 + 6)
    back.clock_ns = LISTED - 10**11
    vault.backup(back)
    assert back.asked == [], "listed exactly, and equal"
    changed = phone_with(LISTED - 10**12 + 9, b"y")
    changed.clock_ns = LISTED - 2 * 10**11
    vault.backup(changed)
    assert changed.asked == [TOP + b"/folder/file"]


def test_what_exact_times_prove() -> None:
    odd = 123_456_789
    assert untouched_since(LISTED, Seen(1, LISTED + odd, LISTED - SECOND_NS + odd)), "the change time counts"
    assert not untouched_since(LISTED, Seen(1, 0, LISTED + odd))
    assert not untouched_since(LISTED, Seen(1, LISTED + odd, None))
    assert not untouched_since(LISTED, Seen(1, 0, LISTED - 10_000_001)), "within the kernel's clock step"
    assert not untouched_since(LISTED, Seen(1, 0, LISTED - SECOND_NS)), "a card's clock steps by two seconds"
    assert untouched_since(LISTED, Seen(1, 0, LISTED - RACY_NS - SECOND_NS))
