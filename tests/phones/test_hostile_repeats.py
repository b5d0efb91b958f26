"""Megabytes of the same again and again: every parser reads each byte a bounded number of times.

A parser that goes back to where it was for every repeat needs minutes for these; a straight one needs a second. Each
runs in a process of its own, so that one that never ends does not take the tests along.
"""

import subprocess
import sys

import pytest

SECONDS = 30
"""Generous: the slowest needs about one on a busy machine."""

BYTES, MANY_BYTES = 512 << 10, 8 << 20

REPEATS = [
    *(
        b" ",
        b"\n",
        b"\t",
        b"\r\n",
        b" \n",
        b"a",
        b"1",
        b"[",
        b"]",
        b"[]",
        b"{",
        b"}",
        b":",
        b"=",
        b"'",
        b"|",
        b"\0",
        b"\xff",
    ),
    *(b"package:", b"package:\n", b"package:a.b=", b" uid:1", b" uid:1,", b"  installer=x", b" versionCode:1", b"uid:"),
    *(b"[a]: [\n", b"[a]: [", b"[a]: []\n", b"[a]: [b]\r\n", b"[a", b"]: ["),
    *(b"UserInfo{0:", b"UserInfo{0:a:1}", b"UserInfo{0:\n", b"UserInfo{0:a:c13} running\n", b" running", b"}\n "),
    *(b"public:1 ", b"public:1 mounted A\n", b"a b c ", b"a b c \n", b" 1 1 1 1% ", b" 1 1 -1", b" 1", b" 1\t"),
    *(b"Packages:\n", b"  Package [a.b] (1a):\n", b"    User 1: \n", b"    versionName=\n", b"  Package [", b"] (1a"),
    *(b"Package Names: [", b"Package Names: []\n", b"Package Names: [1,", b'"a",', b"App Sizes: []]", b"[[", b"]\r"),
    *(b"device ", b"(no serial number) ", b"no permissions", b"WORD", b"WORD0", b"WORD0WORD", b"WORD|", b" -> '"),
    *(b"1, ", b"1 flags: 17, ", b"base:1, ", b"      a: prot=b\n", b"      a: prot=", b"      Upgrade KeySets: 1, "),
    *(b"  Permission [a] (1):\n", b"    x prot=", b" prot=", b"Failure [A: ", b"Warning x\n", b"Success\n"),
]
BEFORE = {
    "listing": b"package:a.b",
    "details": b"  Package [a.b] (1a):\n",
    "sizes": b"Package Names: [",
    "properties": b"[a]: [",
    "users": b"UserInfo{0:",
    "cards": b"public:1 mounted A",
    "devices": b"serial device ",
    "record": b"81a4|1|",
    "link": b"/a -> '",
    "path": b"/a",
    "permissions": b"  Permission [a] (1):\n    ",
    "key sets": b"      Upgrade KeySets: ",
    "commit": b"Warning ",
}
"""What must have come for a parser to look at the rest."""

PARSERS = {
    "listing": "lambda a: pm.parse_listing(a, 0, with_paths=True)",
    "details": "lambda a: pm.listed_by_details(pm.parse_details(b'Packages:\\n' + a), 0)",
    "signers": "lambda a: packages.parse_signers('PackageSignatures{1 ' + a.decode('latin-1'))",
    "past signers": "lambda a: packages.parse_past_signers('past signatures:[' + a.decode('latin-1'))",
    "split names": "lambda a: packages.parse_splits(a.decode('latin-1'))",
    "declared": "lambda a: packages.parse_declared(b'Packages:\\n    declared permissions:\\n' + a, 'a.b')",
    "key sets": "lambda a: packages.parse_key_sets(b'Key Set Manager:\\n  [a.b]\\n' + a, 'a.b')",
    "permissions": "lambda a: packages.parse_permissions(b'Permissions:\\n' + a)",
    "commit": "lambda a: (sessions.took(a), sessions.parse_failure(a))",
    "sizes": "pm.parse_sizes",
    "splits": "lambda a: pm.parse_splits(a.decode('latin-1'))",
    "zone": "lambda a: pm.time_zone('', a.decode('latin-1'))",
    "local time": "lambda a: pm.parse_local_time(a.decode('latin-1'), UTC)",
    "properties": "lambda a: facts.identity(facts.parse_properties(a), 's')",
    "clock": "facts.parse_now",
    "users": "storage.parse_users",
    "cards": "storage.parse_cards",
    "used": "storage.parse_used",
    "devices": "parse_devices",
    "unencrypted": "lambda a: refuse_unencrypted(a.decode('latin-1'), allow_unencrypted=False)",
    "old shell": "lambda a: shell.parse_old_answer(a, b'WORD')",
    "record": "lambda a: stats.entry_of_record(stats.split_record(b'WORD|' + a, b'WORD') or [b''] * 5, b'/a')",
    "link": "lambda a: stats.link_target(a, b'/a')",
    "words": "lambda a: sync.obstacle_of_words(a.decode('latin-1'))",
    "label": "lambda a: host_label(a, 'x')",
    "path": "is_clean",
}
_PROGRAM = """
import contextlib, sys
from datetime import UTC
from phoneward.errors import PhonewardError
from phoneward.phones.adb import facts, packages, pm, sessions, shell, stats, storage, sync
from phoneward.phones.adb.devices import parse_devices, refuse_unencrypted
from phoneward.phones.labels import host_label
from phoneward.phones.paths import is_clean
parse = {parser}
for before in {before}:
    for repeat in {repeats}:
        with contextlib.suppress(PhonewardError):
            parse(before + repeat * ({size} // len(repeat)) + b"x")
"""


def run(parser: str, repeats: list[bytes], size: int) -> None:
    before = sorted({b"", BEFORE.get(parser, b"")})
    program = _PROGRAM.format(parser=PARSERS[parser], before=before, repeats=repeats, size=size)
    subprocess.run([sys.executable, "-c", program], check=True, timeout=SECONDS)


@pytest.mark.parametrize("parser", PARSERS)
def test_repeats_are_read_a_bounded_number_of_times(parser: str) -> None:
    run(parser, REPEATS, BYTES)


@pytest.mark.parametrize(
    ("parser", "repeat"),
    [
        *(("listing", b" "), ("listing", b" uid:1"), ("properties", b"[a]: [\n"), ("users", b"UserInfo{0:")),
        *(("details", b"\n"), ("details", b"    User 1: \n"), ("sizes", b"]"), ("cards", b"a b c \n")),
    ],
)
def test_eight_megabytes(parser: str, repeat: bytes) -> None:
    """Found by fuzzing: 16 KB of spaces took seconds once."""
    run(parser, [repeat], MANY_BYTES)
