"""The apps that a phone had when a snapshot was taken, read for many snapshots one after the other."""

from typing import Final

from phoneward.snapshots.inventory import MAX_DOCUMENT, PackagesDocument, decode_packages
from phoneward.snapshots.layout import PACKAGES, PACKAGES_DOCUMENT
from phoneward.snapshots.parents import TreeReader
from phoneward.vault import BlobFile, BlobId, BlobType, Node, NodeType, Repository, Snapshot, open_file

_ID: Final = 32
"""Bytes of a blob's ID."""


class PastApps:
    """What snapshots tell of a phone's apps. Folders and documents that do not change are read once. One thread.

    Args:
        repo: open, its index loaded.
    """

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._trees = TreeReader(repo)
        self._folders: tuple[BlobId, dict[bytes, BlobId | None]] | None = None
        self._last: tuple[bytes, PackagesDocument] | None = None

    def key(self, snapshot: Snapshot) -> bytes:
        """Return what names the content of a snapshot's list of apps: equal keys, equal lists.

        Raises:
            ValueError: it has none.
        """
        node = self._trees.find(snapshot.tree, b"/" + PACKAGES_DOCUMENT)
        if node is None or not node.content:
            raise ValueError("no packages.json")
        return b"".join(node.content)

    def told(self, snapshot: Snapshot) -> PackagesDocument:
        """Return a snapshot's list of apps.

        Raises:
            ValueError: it has none, or none that can be understood.
            VaultError: it lies in a damaged part of the vault.
        """
        key = self.key(snapshot)
        if self._last is None or self._last[0] != key:
            self._last = key, decode_packages(self._content(key))
        return self._last[1]

    def apk(self, snapshot: Snapshot, stored: str) -> Node | None:
        """Return the node of an APK in a snapshot; None where it is not kept.

        Args:
            snapshot: which.
            stored: `ApkRecord.stored`.
        """
        node = self._trees.find(snapshot.tree, b"/" + stored.strip("/").encode("utf-8", "surrogateescape"))
        return node if node is not None and node.type == NodeType.FILE else None

    def folder(self, snapshot: Snapshot, package: str) -> BlobId | None:
        """Return what names the folder with an app's APKs: equal names, equal APKs. None where there is none."""
        if self._folders is None or self._folders[0] != snapshot.tree:
            packages = self._trees.find(snapshot.tree, PACKAGES)
            nodes = [] if packages is None or packages.subtree is None else self._trees.nodes(packages.subtree)
            self._folders = snapshot.tree, {node.name: node.subtree for node in nodes}
        return self._folders[1].get(package.encode("utf-8", "surrogateescape"))

    def open(self, node: Node) -> BlobFile:
        """Return an APK as a seekable file with a bounded cache."""
        return open_file(self._repo, node)

    def _content(self, key: bytes) -> bytes:
        data = bytearray()
        for at in range(0, len(key), _ID):
            data += self._repo.load_blob(BlobType.DATA, BlobId(key[at : at + _ID]))
            if len(data) > MAX_DOCUMENT:
                raise ValueError("packages.json is too large")
        return bytes(data)
