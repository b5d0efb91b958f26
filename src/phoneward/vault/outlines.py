"""Tree nodes as an overview needs them: what a list of files shows, in a fifth of the time of `decode_tree`.

The text of each field stays as it stands in the document until it is asked for, so that two outlines are compared
without reading times and identifiers. What an outline does not show (owner, rights, access times) is not looked at: a
tree that `decode_tree` refuses for one of these is read here.
"""

import base64
import operator
from hashlib import blake2b
from typing import Annotated, Final

import msgspec

from phoneward.errors import readable
from phoneward.texts import _
from phoneward.vault.blobs import BlobId, BlobType
from phoneward.vault.errors import TreeDamagedError
from phoneward.vault.go_text import parse_time, unquote_name
from phoneward.vault.nodes import MAX_SIZE
from phoneward.vault.trees import MAX_TREE_BYTES, BlobSource

_Id = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
_KEY_BYTES: Final = 8
_size: Final = operator.attrgetter("size")
_ID_BYTES: Final = 32


class Outline(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One name of a folder. The fields are the document's own text; the properties are what they mean.

    Equal outlines show the same. `type` is a `NodeType` value, or the text of a type unknown here.
    """

    name: str
    type: str
    mtime: str = ""
    size: Annotated[int, msgspec.Meta(ge=0)] = 0
    linktarget: str = ""
    linktarget_raw: str = ""
    content: list[str] | None = None
    subtree: _Id | None = None

    @property
    def raw_name(self) -> bytes:
        """The name, raw bytes. Checked when the folder was read."""
        return unquote_name(self.name)

    @property
    def mtime_ns(self) -> int:
        """Nanoseconds since 1970 UTC, 0 where the text is no time."""
        try:
            return parse_time(self.mtime)[0]
        except ValueError:
            return 0

    @property
    def tree(self) -> BlobId | None:
        """The tree of a folder; None for what is none, or names none."""
        return BlobId(bytes.fromhex(self.subtree)) if self.type == "dir" and self.subtree else None

    @property
    def link(self) -> bytes:
        """Where a symbolic link leads, raw bytes; as its text shows it where the raw bytes cannot be understood."""
        try:
            return base64.b64decode(self.linktarget_raw, validate=True) or self.linktarget.encode()
        except ValueError:
            return self.linktarget.encode("utf-8", "replace")

    @property
    def blobs(self) -> list[BlobId]:
        """The pieces of a file. Raises ValueError for what is no identifier."""
        blobs = [BlobId(bytes.fromhex(text)) for text in self.content or ()]
        if any(len(blob) != _ID_BYTES for blob in blobs):
            raise ValueError("not the ID of a blob")
        return blobs

    def content_key(self, secret: bytes) -> int:
        """Return 64 bits that tell contents apart: of a file's pieces, or of where a link leads; 0 for all others.

        Args:
            secret: at most 64 bytes that nobody knows who chooses contents, so that nobody can make two alike.
        """
        if self.type == "file" and self.content is not None:
            told = "".join(self.content)
        elif self.type == "symlink":
            told = self.linktarget_raw or self.linktarget
        else:
            return 0
        digest = blake2b(told.encode("utf-8", "surrogatepass"), digest_size=_KEY_BYTES, key=secret).digest()
        return int.from_bytes(digest, "little") or 1


class _OutlineTree(msgspec.Struct, gc=False):
    nodes: list[Outline] | None


_decoder: Final = msgspec.json.Decoder(_OutlineTree)


def decode_outlines(data: bytes) -> list[Outline]:
    """Return the nodes of a tree blob, ascending by raw name. Unsafe names (`..`, `a/b`) are among them.

    Raises:
        TreeDamagedError: no JSON, what is read is out of range, names unordered or twice, or too large.
    """
    if len(data) > MAX_TREE_BYTES:
        raise TreeDamagedError(reason=_("it is larger than any folder can be"))
    try:
        nodes = _decoder.decode(data).nodes or []
        names = [node.name for node in nodes]
        joined = "".join(names)
        joined.encode()  # half of a surrogate pair is no character of a name
        plain = not ("\\" in joined or '"' in joined or "\n" in joined)
        # The order of characters is that of their UTF-8 bytes, so plain names need not be made raw to be compared.
        ordered = _ascending(names) if plain else _ascending([unquote_name(name) for name in names])
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:  # ValueError: UTF-8, names
        raise TreeDamagedError(reason=readable(str(error))) from error
    if not ordered:
        raise TreeDamagedError(reason=_("its names are not in order, or one stands there twice"))
    if nodes and max(map(_size, nodes)) > MAX_SIZE:
        raise TreeDamagedError(reason="a number is larger than 64 bits")
    return nodes


def _ascending(names: list[str] | list[bytes]) -> bool:
    return all(names[:1]) and all(map(operator.lt, names, names[1:]))


def load_outlines(repo: BlobSource, tree_id: BlobId) -> list[Outline]:
    """Return the nodes of one folder. See `decode_outlines`; errors of the repository pass through."""
    return decode_outlines(repo.load_blob(BlobType.TREE, tree_id))
