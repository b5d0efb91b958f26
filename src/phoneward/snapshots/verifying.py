"""Is what came over what the phone has? Decided from what the phone says about the file afterwards."""

from phoneward.phones import Entry, FileKind, ListingItem, Obstacle
from phoneward.snapshots.compare import RACY_NS, SECOND_NS, Seen, untouched_since
from phoneward.snapshots.gaps import GapReason
from phoneward.snapshots.listing import FILE, Row, row_of


def verdict(
    row: Row, received: int, item: ListingItem, listed_ns: int | None, size_modulus: int | None = None
) -> Row | GapReason | None:
    """Return None where the content is certain, the file's new row where it changed, else why it stays uncertain.

    Args:
        row: what the phone said before it was read.
        received: bytes that came over.
        item: what the phone says now.
        listed_ns: when it was listed, where `row` has whole seconds only: equal seconds prove nothing for a file that
            was changed since then, and only for such a one.
        size_modulus: see `Phone.size_modulus`: a file of 5 GiB that an old phone lists with 1 GiB came over whole.
    """
    all_of_it = received == row.size if size_modulus is None else (received - row.size) % size_modulus == 0
    if not isinstance(item, Entry):
        gone = item.obstacle is Obstacle.VANISHED and all_of_it
        return GapReason.GONE_WHILE_READ if gone else GapReason.TORN
    now = row_of(item)
    if now is None or now.kind != FILE:
        return GapReason.TORN
    if listed_ns is None:
        same = (now.mtime_ns, now.ctime_ns) == (row.mtime_ns, row.ctime_ns)
    else:
        same = _seconds(now) == _seconds(row) and untouched_since(listed_ns, Seen(now.size, now.mtime_ns, now.ctime_ns))
    if same and now.size == row.size and all_of_it:
        return None
    return Row(row.name, now.kind, now.size, now.mode, now.mtime_ns, now.ctime_ns)


def certainly(row: Row, received: int, item: ListingItem, listed_ns: int) -> Row | None:
    """Return a file's row with its exact times where the content is certain by the strictest reading of `verdict`.

    One look for the file that nothing happened to: it was listed in whole seconds, and is more than two seconds older
    than the listing. None says nothing.
    """
    if not isinstance(item, Entry) or item.kind is not FileKind.FILE or item.ctime_ns is None or row.ctime_ns is None:
        return None
    mtime_ns, ctime_ns = item.mtime_ns, item.ctime_ns
    if (
        item.size == row.size == received
        and ctime_ns < listed_ns - RACY_NS
        and mtime_ns // SECOND_NS * SECOND_NS == row.mtime_ns
        and ctime_ns // SECOND_NS * SECOND_NS == row.ctime_ns
        and abs(mtime_ns) <= _MAX_INT
        and abs(ctime_ns) <= _MAX_INT
    ):
        return Row(row.name, FILE, item.size, item.mode & 0o7777, mtime_ns, ctime_ns)
    return None


_MAX_INT = (1 << 63) - 1


def _seconds(row: Row) -> tuple[int, int | None]:
    return row.mtime_ns // SECOND_NS, None if row.ctime_ns is None else row.ctime_ns // SECOND_NS
