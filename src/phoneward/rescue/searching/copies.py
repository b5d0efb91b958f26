"""What is gone from its place and lies somewhere else with the same content: moved, or another copy, of another app."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from phoneward.errors import readable
from phoneward.rescue.remnant import Completeness, Remnant, Source
from phoneward.rescue.searching.history import group_of
from phoneward.rescue.searching.making import moment, part
from phoneward.rescue.searching.seen import SeenFile, SeenPlace
from phoneward.texts import counted

MAX_GROUPS: Final = 500
MAX_HELD: Final = 20_000
"""Files of one group that can be collected."""


@dataclass(slots=True)
class _Group:
    was: bytes
    now: bytes
    files: list[SeenFile]
    count: int = 0
    size: int = 0
    newest_ns: int = 0


def copies_elsewhere(place: SeenPlace, elsewhere: Mapping[bytes, bytes]) -> Iterator[Remnant]:
    """Yield where contents lie now, folder by folder.

    Args:
        place: the newest snapshot.
        elsewhere: what names each content, and the path that it is gone from.
    """
    groups: dict[tuple[bytes, bytes], _Group] = {}
    met: set[bytes] = set()
    for file in place.files() if elsewhere else ():
        was = elsewhere.get(file.content) if file.content else None
        if was is None or file.content in met:
            continue
        met.add(file.content)
        key = group_of(was)[0], group_of(file.path)[0]
        if key not in groups and len(groups) >= MAX_GROUPS:
            continue
        group = groups.setdefault(key, _Group(*key, []))
        group.count += 1
        group.size += file.size
        group.newest_ns = max(group.newest_ns, file.mtime_ns)
        if len(group.files) < MAX_HELD:
            group.files.append(file)
    for group in groups.values():
        yield _remnant(place, group)


def _remnant(place: SeenPlace, group: _Group) -> Remnant:
    now = readable(group.now)
    return Remnant(
        source=Source.OTHER_APP,
        what=counted(
            "{count} file that is gone from {was} lies in {now}, with the same content",
            "{count} files that are gone from {was} lie in {now}, with the same content",
            group.count,
            was=readable(group.was),
            now=now,
        ),
        where=now,
        made=moment(group.newest_ns),
        completeness=Completeness.EXACT,
        size=group.size,
        count=group.count,
        how=place.how(),
        command=place.command(group.now),
        snapshot=place.snapshot,
        path=now,
        parts=lambda: (part(place, file) for file in group.files),
    )
