"""What a capture did not reveal, added up by app."""

from phoneward.texts import N_
from phoneward.watch.captures.pcap.connection import Tally
from phoneward.watch.captures.pcap.steps import Problem, Summary

UNKNOWN = "unknown"
_MAX_NAMES = 100_000

LOST = N_("Missing in the capture, of what {app} sent: {size} bytes.")
TRUNCATED = N_("Packets captured only in part: {count}. Capture anew without a limit on the size of packets (snaplen).")
FRAGMENTS = N_("Fragments of IP packets that were not put together: {count}.")
LINKS = N_("Packets from a kind of network link that is not understood: {count}.")
SHORT = N_("Packets too short for what they claim to be: {count}.")
SKIPPED = N_("Blocks of the capture that are damaged or far too large, and were left out: {count}.")


class Accounts:
    """Sums over all connections and packets."""

    def __init__(self) -> None:
        self._unread: dict[str, int] = {}
        self._lost: dict[str, int] = {}
        self._left_out: dict[str, int] = {}

    def close(self, app: str, tally: Tally) -> None:
        """Add a connection that is over."""
        for sums, size in ((self._unread, tally.unread), (self._lost, tally.lost)):
            if size:
                name = app if app in sums or len(sums) < _MAX_NAMES else UNKNOWN
                sums[name] = sums.get(name, 0) + size

    def left_out(self, why: str) -> None:
        """Count a packet; `why` as `segments.Other` has it, or "truncated"."""
        self._left_out[why] = self._left_out.get(why, 0) + 1

    def summary(self, problem: Problem | None, skipped: int) -> Summary:
        """Return the sums.

        Args:
            problem: why the file's reading ended early.
            skipped: blocks of the file left out.
        """
        problems = [problem] if problem else []
        problems += [(LOST, {"app": app, "size": str(size)}) for app, size in sorted(self._lost.items())]
        counts = (
            (TRUNCATED, self._left_out.get("truncated", 0)),
            (FRAGMENTS, self._left_out.get("fragment", 0)),
            (LINKS, self._left_out.get("link", 0)),
            (SHORT, self._left_out.get("short", 0)),
            (SKIPPED, skipped),
        )
        problems += [(text, {"count": str(count)}) for text, count in counts if count]
        return Summary(dict(sorted(self._unread.items())), problems, is_damaged=bool(problem or skipped))
