"""Choosing and grouping snapshots by host, paths and tags, as restic does.

Sources: restic internal/data/{snapshot,snapshot_find,snapshot_group,tag_list}.go.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from phoneward.vault.snapshot_files import Snapshot

TagList = tuple[str, ...]
"""Tags that a snapshot must have all of."""


def parse_tag_list(text: str) -> TagList:
    """Return the tags of a comma-separated list; the empty tag stands for a snapshot that has none."""
    return tuple(tag.strip() for tag in text.split(","))


def has_tags(snapshot: Snapshot, tags: TagList) -> bool:
    """Tell whether a snapshot has all these tags."""
    for tag in tags:
        if not tag and not snapshot.tags:
            return True
        if tag not in snapshot.tags:
            return False
    return True


@dataclass(frozen=True, slots=True)
class SnapshotFilter:
    """Which snapshots are meant; a part that is empty means any.

    Attributes:
        hosts: one of these.
        tags: all tags of at least one of these lists.
        paths: all of these.
    """

    hosts: tuple[str, ...] = ()
    tags: tuple[TagList, ...] = ()
    paths: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether every snapshot is meant."""
        return not (self.hosts or self.tags or self.paths)

    def matches(self, snapshot: Snapshot) -> bool:
        """Tell whether a snapshot is meant."""
        return self.matches_owner(snapshot) and set(self.paths) <= set(snapshot.paths)

    def matches_owner(self, snapshot: Snapshot) -> bool:
        """Tell whether host and tags are those meant, whatever the paths."""
        return (not self.hosts or snapshot.hostname in self.hosts) and (
            not self.tags or any(has_tags(snapshot, tags) for tags in self.tags)
        )


class GroupBy(NamedTuple):
    """What snapshots of one group have in common."""

    host: bool = True
    paths: bool = True
    tags: bool = False


class GroupKey(NamedTuple):
    """What a group's snapshots have in common; None for what was not asked for."""

    host: str | None
    paths: tuple[str, ...] | None
    tags: tuple[str, ...] | None


_WORDS: Final = {"host": "host", "hosts": "host", "path": "paths", "paths": "paths", "tag": "tags", "tags": "tags"}


def parse_group_by(text: str) -> GroupBy:
    """Return the grouping of a comma-separated list of `host`, `paths`, `tags`; empty puts all into one group.

    Raises:
        ValueError: another word; its text is that word.
    """
    chosen = set()
    for word in text.split(","):
        if word and word not in _WORDS:
            raise ValueError(word)
        if word:
            chosen.add(_WORDS[word])
    return GroupBy(host="host" in chosen, paths="paths" in chosen, tags="tags" in chosen)


def group_snapshots(snapshots: Iterable[Snapshot], group_by: GroupBy) -> dict[GroupKey, list[Snapshot]]:
    """Return the groups in the order in which their first snapshots came. The order of paths and tags is nothing."""
    groups: dict[GroupKey, list[Snapshot]] = {}
    for snapshot in snapshots:
        key = GroupKey(
            snapshot.hostname if group_by.host else None,
            tuple(sorted(snapshot.paths)) if group_by.paths else None,
            tuple(sorted(snapshot.tags)) if group_by.tags else None,
        )
        groups.setdefault(key, []).append(snapshot)
    return groups
