"""Fuzz target: a sealed case as somebody may have altered it: its log, manifests, facts, time stamps.

The first byte chooses the reader. What one takes for right is written again as the same bytes; a bag in which one file
was replaced is broken, unless that file is the same.
"""

import hashlib
import io
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

try:
    import atheris
except ImportError:  # atheris exists for Linux only
    atheris = None

if atheris is None:
    from phoneward.cases import Case, CaseFacts, Result, decode_facts, encode_facts, verify
    from phoneward.cases.bag import encode_manifest, read_info, read_manifest
    from phoneward.cases.logreading import read_log
else:
    with atheris.instrument_imports(include=["phoneward.cases", "phoneward.timestamping"]):
        from phoneward.cases import Case, CaseFacts, Result, decode_facts, encode_facts, verify
        from phoneward.cases.bag import encode_manifest, read_info, read_manifest
        from phoneward.cases.logreading import read_log

from phoneward.errors import PhonewardError
from phoneward.incidents import Incident
from phoneward.timestamping import check_stamp

PARTS = ("data/custody.jsonl", "manifest-sha256.txt", "tagmanifest-sha256.txt", "bag-info.txt", "data/case.json")
_FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-casebag-"))


def _demand(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def log(data: bytes) -> None:
    """Every line is counted, each wrong one is told, and a log without a wrong line is a chain."""
    seen = read_log(io.BytesIO(data))
    _demand(len(seen.problems) <= 200, "problems without end")
    if not seen.problems:
        _demand(seen.lines == data.count(b"\n"), "lines")
        _demand(seen.sha256 == hashlib.sha256(data).hexdigest(), "hash")


def manifest(data: bytes) -> None:
    """A manifest without a wrong line is written again as the same bytes."""
    entries, odd = read_manifest(io.BytesIO(data))
    _demand(odd or encode_manifest(entries) == data, "taken for right")


def facts(data: bytes) -> None:
    """Facts that can be read are written and read again as the same."""
    found = decode_facts(data)
    _demand(decode_facts(encode_facts(found)) == found, "read otherwise than written")


def stamp(data: bytes) -> None:
    """An answer that was made for something else is refused, whatever it is."""
    check_stamp(data, b"\0" * 32, None)
    raise AssertionError("a hash of nothing")


def info(data: bytes) -> None:
    """Any bytes have fields, or none."""
    read_info(data)


def bag(data: bytes) -> None:
    """A bag with one file replaced is broken, unless it is the same file."""
    whole = _FOLDER / "bag"
    if not whole.exists():
        case = Case.new(whole, CaseFacts(title="x", incident=Incident.RESET))
        case.note("a note")
        case.seal()
    place = whole / PARTS[data[0] % len(PARTS) if data else 0]
    before = place.read_bytes()
    place.write_bytes(data[1:])
    try:
        result = verify(whole).result
    finally:
        place.write_bytes(before)
    _demand((result is Result.BROKEN) == (data[1:] != before), "an altered bag passed")


TARGETS: tuple[Callable[[bytes], None], ...] = (log, manifest, facts, stamp, info, bag)


def one_input(data: bytes) -> None:
    """Give the bytes to one reader; an error of our family is the expected answer to nonsense."""
    try:
        TARGETS[data[0] % len(TARGETS) if data else 0](data[1:])
    except PhonewardError:
        return


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    if atheris is None:
        sys.exit("atheris is not available on this system")
    atheris.Setup(sys.argv, one_input)
    try:
        atheris.Fuzz()
    finally:
        shutil.rmtree(_FOLDER, ignore_errors=True)


if __name__ == "__main__":
    main()
