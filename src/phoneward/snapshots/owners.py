"""To whom an app's private files belong: kept in restic's own fields, so that plain restic reads and restores them.

`uid` and `gid` of a node, and its extended attribute `security.selinux`, with the NUL at its end as Linux tells it
(restic's design document, "Trees and Data"; Linux security/selinux/hooks.c, `selinux_inode_getsecurity`). A name whose
owner the phone did not tell has neither.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from phoneward.phones import Phone, Volume, VolumeKind
from phoneward.phones.joined import JoinedPhone
from phoneward.phones.owning import Owner, as_owning
from phoneward.snapshots.listing import Root
from phoneward.vault import ExtendedAttribute, Node

ATTRIBUTE: Final = "security.selinux"
_NONE: Final[Mapping[bytes, Owner]] = {}


class Owners:
    """Owners by folder of the snapshot and name. Most files of an app have the same: those are kept once."""

    def __init__(self) -> None:
        self._folders: dict[bytes, dict[bytes, Owner]] = {}
        self._same: dict[Owner, Owner] = {}

    def add(self, place: bytes, owner: Owner) -> None:
        """Note to whom a name belongs; `place` is its path in the snapshot."""
        folder, _slash, name = place.rpartition(b"/")
        self._folders.setdefault(folder, {})[name] = self._same.setdefault(owner, owner)

    def of(self, folder: bytes) -> Mapping[bytes, Owner]:
        """Return the owners in a folder of the snapshot, by name; a root's is `b""`."""
        return self._folders.get(folder, _NONE)


def take_owners(phone: Phone, roots: Iterable[tuple[Root, Volume]]) -> Owners:
    """Ask a phone to whom the private data of its apps belongs, where it tells.

    Raises:
        PhoneGoneError: the connection is lost.
    """
    found = Owners()
    for root, volume in roots:
        source = phone.source_of(volume.root) if isinstance(phone, JoinedPhone) else None
        owning = as_owning(source.phone) if source is not None and volume.kind is VolumeKind.APP_DATA else None
        if source is None or owning is None:
            continue
        inner = source.inner(volume.root)
        for path, owner in owning.owners(inner):
            found.add(root.place + path[len(inner) :], owner)
    return found


def belonging_to(node: Node, owner: Owner | None) -> Node:
    """Return a node with its owner; as it is where that is not known."""
    if owner is None:
        return node
    attributes = (ExtendedAttribute(ATTRIBUTE, owner.context + b"\0"),) if owner.context else ()
    if (node.uid, node.gid, node.extended_attributes) == (owner.uid, owner.gid, attributes):
        return node
    return msgspec.structs.replace(node, uid=owner.uid, gid=owner.gid, extended_attributes=attributes)


def owner_of_node(node: Node) -> Owner:
    """Return the owner that a node names; user and group are 0 where nobody told."""
    context = next((a.value for a in node.extended_attributes if a.name == ATTRIBUTE and a.value), b"")
    return Owner(node.uid, node.gid, context.removesuffix(b"\0"))
