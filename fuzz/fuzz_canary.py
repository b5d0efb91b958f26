"""Feeds random bytes to what a test with a picture reads of a phone: counts, notes about rights, its own notes."""

import contextlib
import datetime as dt
import sys
import tempfile
from pathlib import Path

try:
    import atheris
except ImportError:  # atheris exists for Linux only
    atheris = None

if atheris is None:
    from phoneward.phones.adb.appops import PICTURE_OPERATIONS, parse_picture_access
    from phoneward.phones.adb.netstats import parse_sent
    from phoneward.watch.canary.code import FALSE_ALARM, NUMBERS, canary_in
    from phoneward.watch.canary.notes import CanaryNotes, CanaryNotesError
else:
    with atheris.instrument_imports(
        include=[
            "phoneward.phones.adb.appops",
            "phoneward.phones.adb.netstats",
            "phoneward.watch.canary.code",
            "phoneward.watch.canary.notes",
        ]
    ):
        from phoneward.phones.adb.appops import PICTURE_OPERATIONS, parse_picture_access
        from phoneward.phones.adb.netstats import parse_sent
        from phoneward.watch.canary.code import FALSE_ALARM, NUMBERS, canary_in
        from phoneward.watch.canary.notes import CanaryNotes, CanaryNotesError

FOLDER = Path(tempfile.mkdtemp(prefix="phoneward-fuzz-"))


def one_input(data: bytes) -> None:
    """Read the bytes as each of them."""
    for answer in (data, b"UID stats:\n" + data):
        for uid in (-1, 0, 10_147):
            told = parse_sent(answer, uid)
            if told is not None and not 0 <= told.vpn_sent <= told.sent:
                raise AssertionError(data)
    for used in parse_picture_access(data) or ():
        if used.operation not in PICTURE_OPERATIONS or (used.ago_ms or 0) < 0:
            raise AssertionError(data)
    markers = [data[at] << 8 | data[at + 1] for at in range(0, len(data) - 1, 2)]
    for known in ((), {0, 7, NUMBERS - 1}):
        seen = canary_in(markers, known)
        if seen is not None and (seen.risk >= FALSE_ALARM or seen.marks < 4):
            raise AssertionError(data)
    notes = CanaryNotes(FOLDER)
    notes.path.write_bytes(data)
    with contextlib.suppress(CanaryNotesError):
        for note in notes.left():
            notes.mark_gone(note.number, dt.datetime.now(dt.UTC))
        if notes.left():
            raise AssertionError(data)


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    if atheris is None:
        sys.exit("atheris is not available on this system")
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
