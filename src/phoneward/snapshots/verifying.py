"""Is what came over what the phone has? Decided from what the phone says about the file afterwards."""

from phoneward.phones import Entry, ListingItem, Obstacle
from phoneward.snapshots.compare import SECOND_NS, Seen, untouched_since
from phoneward.snapshots.gaps import GapReason
from phoneward.snapshots.journal import Sent
from phoneward.snapshots.listing import FILE, Row, row_of


def verdict(
    row: Row, sent: Sent, item: ListingItem, listed_ns: int | None, size_modulus: int | None = None
) -> Row | GapReason | None:
    """Return None where the content is certain, the file's new row where it changed, else why it stays uncertain.

    Args:
        row: what the phone said before it was read.
        sent: what came over.
        item: what the phone says now.
        listed_ns: when it was listed, where `row` has whole seconds only: equal seconds prove nothing for a file that
            was changed since then, and only for such a one.
        size_modulus: see `Phone.size_modulus`: a file of 5 GiB that an old phone lists with 1 GiB came over whole.
    """
    all_of_it = sent.size == row.size if size_modulus is None else (sent.size - row.size) % size_modulus == 0
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


def _seconds(row: Row) -> tuple[int, int | None]:
    return row.mtime_ns // SECOND_NS, None if row.ctime_ns is None else row.ctime_ns // SECOND_NS
