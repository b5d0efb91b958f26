"""Names of an app's data in a snapshot, in the order in which an Android backup file has them, or why it cannot."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from phoneward.errors import PhonewardError, readable
from phoneward.phones import Refusal, translated_detail
from phoneward.phones.androidbackup.contents import APPS, MAX_PATH
from phoneward.phones.androidbackup.writing import MANIFEST, MAX_FACTS, META
from phoneward.snapshots import returning_words
from phoneward.snapshots.layout import APP_DATA
from phoneward.snapshots.parents import TreeReader
from phoneward.snapshots.returning_names import MAX_NAME_BYTES
from phoneward.texts import N_, _
from phoneward.vault import Node, NodeType, Repository, content_sizes

_KEY_VALUE: Final = b"k"
"""The domain of apps that give key-value pairs: their manifest lies inside it (`KeyValueAdbBackupEngine`)."""

MANIFESTS: Final = (MANIFEST, _KEY_VALUE + b"/" + MANIFEST)
FACTS: Final = (MANIFESTS[0], META, MANIFESTS[1], _KEY_VALUE + b"/" + META)
"""What comes first, in this order: Android judges an app by its manifest and ignores what stands before it."""

_NO_LINKS: Final = N_("it is a link, and Android's backup knows no links")
_NO_DOMAIN: Final = N_("Android's backup has no file in this place")
_LIKE_MANIFEST: Final = N_("Android would take it for the app's manifest")
_FACTS_TOO_LARGE: Final = N_("it is larger than Android allows")
NO_PACKAGE: Final = N_("it is not named after an app")
_FOLDER_DAMAGED: Final = N_("this folder of the snapshot cannot be read")
_LEFT_OUT: Final = N_("{path} is left out: {detail}.")


class LeftOut(NamedTuple):
    """A name that does not go into the file.

    Attributes:
        path: in the snapshot.
        detail: why, in our words.
    """

    path: bytes
    detail: str

    def sentence(self) -> str:
        """Say so in the reader's language."""
        return _(_LEFT_OUT).format(path=readable(self.path), detail=translated_detail(self.detail))


class Member(NamedTuple):
    """A name that goes into the file: its path below the app's folder, and what it is."""

    path: bytes
    node: Node


def fact(trees: TreeReader, app: Node, path: bytes) -> Node | None:
    """Return the node of one of the `FACTS` of an app; None where there is none."""
    return trees.find(app.subtree, b"/" + path) if app.subtree is not None else None


def walk(repo: Repository, trees: TreeReader, folder: bytes, top: Node) -> Iterator[Member | LeftOut]:
    """Yield an app's names as they stand in the file: what Android must know first, then the rest."""
    for path in FACTS:
        node = fact(trees, top, path)
        if node is not None:
            why = _FACTS_TOO_LARGE if node.size > MAX_FACTS else _trouble(repo, node, folder, path)
            why = why or ("" if node.type == NodeType.FILE else _LIKE_MANIFEST)
            yield LeftOut(folder + b"/" + path, why) if why else Member(path, node)
    stack = [(b"", _nodes(trees, top))]
    while stack:
        above, nodes = stack[-1]
        node = next(nodes, None) if nodes is not None else None
        if nodes is None:
            yield LeftOut(folder + b"/" + above, _FOLDER_DAMAGED)
        if node is None:
            stack.pop()
            continue
        path = above + b"/" + node.name if above else node.name
        if path in FACTS:
            continue
        why = _trouble(repo, node, folder, path)
        if why:
            yield LeftOut(folder + b"/" + path, why)
            continue
        if above:  # Android's reader stops at the folder of a domain itself, and its writer leaves it out
            yield Member(path, node)
        if node.type == NodeType.DIR:
            stack.append((path, _nodes(trees, node)))


def _nodes(trees: TreeReader, folder: Node) -> Iterator[Node] | None:
    try:
        return iter(trees.nodes(folder.subtree)) if folder.subtree is not None else None
    except PhonewardError:  # a damaged folder: named, the rest goes on
        return None


def _trouble(repo: Repository, node: Node, folder: bytes, path: bytes) -> str:
    """Return why a name cannot be in the file, in our words; empty where it can."""
    length = len(folder) - len(APP_DATA) + len(APPS) + 1 + len(path)
    if not node.has_safe_name:
        return returning_words.UNSAFE_NAME
    if len(node.name) > MAX_NAME_BYTES or length > MAX_PATH:
        return returning_words.TOO_LONG
    if node.type == NodeType.FILE:
        return _place_trouble(node, path) or _content_trouble(repo, node)
    if node.type == NodeType.DIR:
        return _place_trouble(node, path)
    return _NO_LINKS if node.type == NodeType.SYMLINK else returning_words.SPECIAL


def _place_trouble(node: Node, path: bytes) -> str:
    depth = path.count(b"/")
    if path in FACTS:
        return ""
    if depth == 0 and node.type == NodeType.FILE:
        return _NO_DOMAIN
    # `FullRestoreEngine` knows a manifest by its path behind the domain, whichever that is.
    return _LIKE_MANIFEST if depth == 1 and node.name in {MANIFEST, META} else ""


def _content_trouble(repo: Repository, node: Node) -> str:
    try:
        content_sizes(repo, node)
    except PhonewardError:  # a blob is in no index, or they are not of the size that the node says
        return returning_words.REFUSALS[Refusal.SOURCE]
    return ""
