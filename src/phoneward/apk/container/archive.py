"""A container as a whole: find an entry, read it, never more than it says."""

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from phoneward.apk.container.directory import DEFLATED, STORED, Directory, Entry
from phoneward.apk.container.ending import find_end
from phoneward.apk.errors import ApkTooLargeError, ContainerError, HiddenPrefixError
from phoneward.apk.source import Source
from phoneward.errors import readable
from phoneward.texts import Size, Words, verbatim, words

CHUNK: Final = 256 << 10
"""Bytes that are in memory at once of an entry that is read in pieces."""

_LOCAL_MAGIC: Final = b"PK\x03\x04"
_LOCAL: Final = struct.Struct("<4s2xH6xIIIHH")
"""Signature; flags; CRC-32, compressed size, size; lengths of name and extra field."""
_HAS_DESCRIPTOR: Final = 0x0008


class Container:
    """An opened ZIP container. Nothing of it is changed by reading; it may be read from several threads.

    Attributes:
        source: its bytes.
        central_directory_offset, central_directory_size: bytes; an APK Signing Block ends where the directory begins.
        end_offset: of the end record, bytes. Android finds no v2 or later signature where this is not
            `central_directory_offset + central_directory_size`.
        has_zip64_locator: a ZIP64 locator stands before the end record; the same holds.

    Raises:
        ContainerError, ApkTooLargeError: Android would not open it, or it is no app's file.
        ApkError: it cannot be read.
    """

    def __init__(self, source: Source) -> None:
        end = find_end(source)
        self.source = source
        self.central_directory_offset = end.directory_offset
        self.central_directory_size = end.directory_size
        self.end_offset = end.offset
        self.has_zip64_locator = end.has_zip64_locator
        self._directory = Directory(source, end)
        if source.read_at(0, len(_LOCAL_MAGIC)) != _LOCAL_MAGIC:
            raise HiddenPrefixError(file=source.name)

    def __len__(self) -> int:
        return len(self._directory)

    def __iter__(self) -> Iterator[bytes]:
        """Names of all entries, in the order of the central directory, folders (`x/`) too."""
        return iter(self._directory)

    def __contains__(self, name: bytes) -> bool:
        return self._directory.find(name) is not None

    def find(self, name: bytes) -> Entry | None:
        """Return the entry of exactly this name; None where there is none. Names are unique."""
        return self._directory.find(name)

    def entries(self) -> Iterator[Entry]:
        """All entries, in the order of the central directory; each is made when it is asked for."""
        for name in self._directory:
            entry = self._directory.find(name)
            if entry is not None:
                yield entry

    def data_offset(self, entry: Entry) -> int:
        """Return where the content of an entry begins, once its local header agrees with the central directory.

        As libziparchive `FindEntry`; that both say the same of a data descriptor is apksig's rule (`LocalFileRecord`)
        and was older Android's.

        Raises:
            ContainerError: it does not agree, or the content would reach into the central directory.
        """
        limit, name_size = self.central_directory_offset, len(entry.name)
        if entry.header_offset + _LOCAL.size + name_size > limit:
            raise self._error(entry, words("it is not where it should be"))
        header = self.source.read_at(entry.header_offset, _LOCAL.size + name_size)
        magic, flags, crc, compressed_size, size, local_name_size, extra_size = _LOCAL.unpack_from(header)
        if magic != _LOCAL_MAGIC:
            raise self._error(entry, words("it is not where it should be"))
        if local_name_size != name_size or header[_LOCAL.size :] != entry.name:
            raise self._error(entry, words("it has another name where its content is"))
        if (flags ^ entry.flags) & _HAS_DESCRIPTOR:
            raise self._error(entry, words("two places say different things of it"))
        if not flags & _HAS_DESCRIPTOR and (crc, compressed_size, size) != (
            entry.crc,
            entry.compressed_size,
            entry.size,
        ):
            raise self._error(entry, words("two places say different things of it"))
        offset = entry.header_offset + _LOCAL.size + name_size + int(extra_size)
        if offset + max(entry.compressed_size, entry.size if entry.method == STORED else 0) > limit:
            raise self._error(entry, words("its content is cut off"))
        return offset

    def read(self, entry: Entry, limit: int, *, as_asset: bool = False) -> bytes:
        """Return an entry's content.

        Args:
            entry: of this container.
            limit: bytes; more is not read.
            as_asset: see `chunks`.

        Raises:
            ApkTooLargeError: it says that it is larger.
            ContainerError: it is not what it says: see `data_offset` and `chunks`.
            ApkError: it cannot be read.
        """
        if entry.size > limit:
            part = verbatim(readable(entry.name))
            raise ApkTooLargeError(file=self.source.name, part=part, size=Size(entry.size), limit=Size(limit))
        return b"".join(self.chunks(entry, as_asset=as_asset))

    def chunks(self, entry: Entry, *, as_asset: bool = False) -> Iterator[bytes]:
        """Yield an entry's content in pieces of at most `CHUNK` bytes, together exactly the size that it says.

        What is neither stored nor deflated is taken for deflated, as Android's signature verifier does (Java's inflater
        behind `StrictJarFile`).

        Args:
            entry: of this container.
            as_asset: read as Android's resources are (`ZipAssetsProvider`, for the manifest and resources.arsc): what
                is not deflated is taken for stored.

        Raises:
            ContainerError: it cannot be unpacked, or is longer or shorter than it says.
        """
        offset = self.data_offset(entry)
        is_stored = entry.method != DEFLATED if as_asset else entry.method == STORED
        if not is_stored:
            yield from self._inflated(entry, offset)
            return
        if offset + entry.size > self.central_directory_offset:
            raise self._error(entry, words("its content is cut off"))
        for start in range(0, entry.size, CHUNK):
            yield self.source.read_at(offset + start, min(CHUNK, entry.size - start))

    def _inflated(self, entry: Entry, offset: int) -> Iterator[bytes]:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        left, produced, packed = entry.compressed_size, 0, b""
        while not inflater.eof:
            if not packed and left:
                packed = self.source.read_at(offset, min(CHUNK, left))
                offset, left = offset + len(packed), left - len(packed)
            try:
                piece = inflater.decompress(packed, CHUNK)
            except zlib.error as error:
                raise self._error(entry, words("its content cannot be unpacked")) from error
            packed = inflater.unconsumed_tail
            if not (piece or packed or left or inflater.eof):
                raise self._error(entry, words("its content is cut off"))
            produced += len(piece)
            if produced > entry.size:
                break
            if piece:
                yield piece
        if produced != entry.size:
            raise self._error(entry, words("its content is longer or shorter than it says"))

    def _error(self, entry: Entry, problem: Words) -> ContainerError:
        what = words("its part {part}: {problem}", part=readable(entry.name), problem=problem)
        return ContainerError(file=self.source.name, problem=what)


def open_container(source: Source) -> Container:
    """Open an APK's container, or a bundle's; see `Container` for what is raised."""
    return Container(source)
