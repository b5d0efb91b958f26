"""What the phone's shell does before and after contents are sent: folders, times, and giving names.

Names go in as arguments, each closed by NUL on standard input (`xargs -0`); no name ever stands in a command. Scripts
work inside a folder that they entered with `cd -P` and whose path is then still the one that was asked for, so nothing
is done through a link, even one that appears meanwhile. Answers are numbers only, one line for each thing asked.

Source: toybox' xargs, mkdir, ln, mv, touch, df (0.8.9 run); mksh(1) for `cd -P`, `set -A`, `-ef`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from phoneward.phones.adb.shell import Shell, quote
from phoneward.phones.errors import PhoneAnswerError
from phoneward.texts import _

BATCH_FILES = 512
BATCH_BYTES = 64 * 1024
"""Names of one command. Linux takes 2 MB, old toybox' xargs less than 128 KB."""

_LIMIT = 4 << 20
_PARALLEL = 4
"""`touch` processes at once: each sets one file's time."""

DONE, TAKEN, REFUSED, NO_FOLDER = range(4)
"""What the scripts answer for each name."""

STAGING = re.compile(rb"\.phoneward-[0-9a-f]{16}-[0-9]{1,9}\.part")
"""Our folders of files that have no name yet."""

_ENTER = b'd=$1; if cd -P -- "$d" 2>/dev/null && [ "$PWD" = "$d" ]; then in=1; else in=0; fi'

_MAKE = (
    b"umask 007; while [ $# -gt 0 ]; do "
    + _ENTER
    + b"""
n=$2; shift 2; i=0; unset names; set -A names
while [ $i -lt $n ]; do names[i]=./$1; shift; i=$((i+1)); done
[ $in = 1 ] && mkdir -- "${names[@]}" 2>/dev/null
for f in "${names[@]}"; do
if [ $in = 0 ]; then echo 3; elif [ -L "$f" ]; then echo 1; elif [ -d "$f" ]; then echo 0
elif [ -e "$f" ]; then echo 1; else echo 2; fi
done
done"""
)

_PUBLISH = (
    b"while [ $# -gt 0 ]; do "
    + _ENTER
    + b"""
s=$2 n=$3; shift 3; i=0 j=0; unset staged give; set -A staged; set -A give
[ -d "$s" ] && [ ! -L "$s" ] || in=0
while [ $i -lt $n ]; do
staged[i]=$s/$1
if [ $in = 1 ] && [ -n "$2" ] && [ -f "./$1" ] && [ ! -L "./$1" ] && [ ! -e "./$2" ] && [ ! -L "./$2" ]; then
mv -n -- "./$1" "./$2" </dev/null 2>/dev/null; fi
if [ ! -e "./$1" ] && [ ! -L "./$1" ]; then give[j]=$s/$1; j=$((j+1)); fi
shift 2; i=$((i+1))
done
[ $in = 1 ] && [ $j -gt 0 ] && GIVE -- "${give[@]}" . </dev/null 2>/dev/null
for f in "${staged[@]}"; do
t=./${f#*/}
if [ $in = 0 ]; then echo 3; elif GIVEN; then echo 0
elif [ -e "$t" ] || [ -L "$t" ]; then echo 1; else echo 2; fi
done
[ $in = 1 ] && rm -rf -- "./$s"
done"""
)
_BY_LINK = _PUBLISH.replace(b"GIVEN", b'[ ! -L "$t" ] && [ "$f" -ef "$t" ]').replace(b"GIVE", b"ln")
_BY_MOVE = _PUBLISH.replace(b"GIVEN", b'[ ! -e "$f" ] && [ ! -L "$t" ] && [ -f "$t" ]').replace(b"GIVE", b"mv -n")

_CLEAN = (
    b"for d; do "
    + _ENTER.removeprefix(b"d=$1; ")
    + b"""
n=0
if [ $in = 1 ]; then
for s in .phoneward-????????????????-*.part; do
if [ -d "./$s" ] && [ ! -L "./$s" ]; then
r=${s#.phoneward-????????????????-}; r=${r%.part}; h=${s#.phoneward-}; h=${h%-$r.part}
case $h$r in *[!0-9a-f]*) continue ;; esac
case $r in *[!0-9]*|'') continue ;; esac
rm -rf -- "./$s" && n=$((n+1))
fi
done
fi
echo $n
done"""
)

_PROBE_LINK = b"""set -e; umask 077; d=$1; cd -P -- "$d"; [ "$PWD" = "$d" ]; cd -- "./$2"
echo > "./$2"; ln -- "./$2" "./$2-"; [ "./$2" -ef "./$2-" ]; rm -f -- "./$2" "./$2-"; echo linked"""
"""The names tried are random ones: what lies in that folder is the person's."""

_PATIENT = (
    b"(n=0; while [ $n -lt 300 ]; do sleep 2 </dev/null >/dev/null 2>&1; echo . >&2; n=$((n+1)); done) "
    b"</dev/null >/dev/null & beat=$!; ( %b ); r=$?; kill -9 $beat; exit $r"
)

_DF = re.compile(rb"\s(\d{1,15})\s+(\d{1,15})\s+(-?\d{1,15})\s+\d{1,3}%\s+/")


@dataclass(frozen=True, slots=True)
class Group:
    """Names of one folder.

    Attributes:
        folder: absolute, clean.
        names: each one component.
    """

    folder: bytes
    names: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Staged:
    """Finished files of one folder that have no name yet.

    Attributes:
        staging: the name of the folder of ours that holds them.
        names: the name each is to have, and one for a file that has it now (empty: it keeps it).
    """

    folder: bytes
    staging: bytes
    names: tuple[tuple[bytes, bytes], ...]


def _arguments(words: Iterable[bytes]) -> bytes:
    return b"".join([word + b"\0" for word in words])


def _run_script(shell: Shell, script: bytes, words: Sequence[bytes]) -> bytes:
    if not words:
        return b""
    return shell.run(b"xargs -0 sh -c " + quote(script) + b" sh", stdin=_arguments(words), limit=_LIMIT).stdout


def patient(command: bytes) -> bytes:
    """Return a command that is given ten minutes: a beat on standard error shows that the phone is still there.

    The beat is killed, not asked to end: mksh loses a signal that comes just after a fork (its `cleartraps` forgets
    what the parent's handler noted), and one time in a hundred the beat of a short command went on for its ten minutes.
    Its `sleep` ends by itself, and holds nothing open.
    """
    return _PATIENT % command


def parse_codes(answer: bytes, count: int) -> list[int]:
    """Return the numbers of an answer, one for each of `count` things.

    Raises:
        PhoneAnswerError: it is not exactly that many small numbers.
    """
    lines = answer.split(b"\n")
    if len(lines) != count + 1 or lines[-1] or not all(line.isdigit() and len(line) < 7 for line in lines[:-1]):
        raise PhoneAnswerError(detail=_("an answer that does not fit the question"))
    return [int(line) for line in lines[:-1]]


def make_folders(shell: Shell, groups: Sequence[Group]) -> list[int]:
    """Make folders; returns DONE, TAKEN, REFUSED or NO_FOLDER for each name. One that is there is DONE."""
    words = [word for group in groups for word in (group.folder, b"%d" % len(group.names), *group.names)]
    return parse_codes(_run_script(shell, _MAKE, words), sum(len(group.names) for group in groups))


def publish(shell: Shell, staged: Sequence[Staged], *, by_link: bool) -> list[int]:
    """Give finished files their names and remove the staging folders with what is left in them.

    A link, unlike a rename, fails where the name is taken meanwhile; `mv -n` looks first and renames then (and would
    take the place of a link that leads nowhere: toybox asks with stat(2), so the script looks itself).

    Returns:
        DONE, TAKEN, REFUSED or NO_FOLDER for each name.
    """
    words: list[bytes] = []
    for group in staged:
        words += [group.folder, group.staging, b"%d" % len(group.names)]
        words += [word for pair in group.names for word in pair]
    script = _BY_LINK if by_link else _BY_MOVE
    return parse_codes(_run_script(shell, script, words), sum(len(group.names) for group in staged))


def can_link(shell: Shell, folder: bytes, staging: bytes) -> bool:
    """Tell whether the storage of a folder knows hard links (Android's shared storage does not); tried in ours."""
    return _run_script(shell, _PROBE_LINK, [folder, staging]) == b"linked\n"


def remove_leftovers(shell: Shell, folders: Sequence[bytes]) -> int:
    """Remove staging folders of runs that were cut off; returns how many there were."""
    return sum(sum(parse_codes(_run_script(shell, _CLEAN, some), len(some))) for some in batches(folders))


def batches(paths: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield paths in commands' worth."""
    some: list[bytes] = []
    size = 0
    for path in paths:
        some.append(path)
        size += len(path) + 1
        if len(some) == BATCH_FILES or size > BATCH_BYTES:
            yield some
            some, size = [], 0
    if some:
        yield some


def time_text(time_ns: int) -> bytes:
    """Return a time as toybox' `touch -d` takes it, in UTC with nine decimals (POSIX touch, toybox lib/dates).

    Raises:
        OverflowError: outside the years 1…9999.
    """
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=time_ns // 10**9)
    return b"%s.%09dZ" % (moment.strftime("%Y-%m-%dT%H:%M:%S").zfill(19).encode(), time_ns % 10**9)


def set_times(shell: Shell, times: Sequence[tuple[bytes, int]]) -> None:
    """Set the times of files and folders that exist; whether it worked is seen by looking at them."""
    for some in _pairs(times):
        command = b"xargs -0 -n 2 -P %d touch -c -d 2>/dev/null || xargs -0 -n 2 touch -c -d 2>/dev/null"
        shell.run(command % _PARALLEL, stdin=_arguments(some), limit=_LIMIT)


def _pairs(times: Sequence[tuple[bytes, int]]) -> Iterator[list[bytes]]:
    source = iter(times)
    while chunk := list(islice(source, BATCH_FILES // 2)):
        yield [word for path, time_ns in chunk for word in (time_text(time_ns), path)]


def parse_free(answer: bytes) -> int | None:
    """Return the free bytes of `df -k PATH` (the third number, 1K-blocks); None where it tells none."""
    match = _DF.search(answer)
    return max(0, int(match[3])) * 1024 if match else None


def free_bytes(shell: Shell, folder: bytes) -> int | None:
    """Return the room on a folder's storage."""
    return parse_free(shell.run(b"df -k " + quote(folder) + b" 2>/dev/null", limit=1 << 16).stdout)
