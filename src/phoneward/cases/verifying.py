"""Checks a sealed case: every file, every line of its log, every seal, and whose time stamps they bear.

The folder may come from anybody and be made to deceive or to harm. Only what a walk without links found is opened, for
reading; no path of a manifest, of the log or of `fetch.txt` is ever followed. A file is read whole only where its size
is the one that the log tells. What is read line by line ends after some wrong lines.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from phoneward.cases.bag import (
    DECLARATION,
    DECLARED,
    INFO,
    KEPT_FACTS,
    MANIFEST,
    TAG_FILES,
    TAG_MANIFEST,
    read_info,
    read_manifest,
    seal_folder,
)
from phoneward.cases.change import STAGING
from phoneward.cases.custody import LOG
from phoneward.cases.errors import NotACaseError
from phoneward.cases.logreading import FACTS, LogSeen, read_log
from phoneward.cases.names import name_key
from phoneward.cases.pastseals import PastSeals
from phoneward.cases.stamps import check_proofs, proofs_of
from phoneward.cases.tree import Tree, hash_file, unreadable, walk
from phoneward.cases.verdict import Problems, Result, Stamped, Verdict
from phoneward.errors import readable
from phoneward.progress import Advanced, Listener, PhaseStarted, silent
from phoneward.texts import N_, Words, words
from phoneward.timestamping import certificates

MAX_TAG_FILES: Final = 512 << 20
"""Bytes of tag files that are read: the manifest of a million files has a quarter of that."""
MAX_SHORT: Final = 1 << 20
"""Bytes of bag-info.txt and bagit.txt that are read."""

CHANGED: Final = N_("{path} was changed: it is not the file that {manifest} names.")
MISSING: Final = N_("{path} is missing.")


def verify(folder: Path, authorities: bytes | None = None, listener: Listener = silent) -> Verdict:
    """Return what a sealed case is worth.

    Args:
        folder: the bag.
        authorities: certificates (PEM) of time stamp authorities that the person trusts; None trusts nobody. Those in
            the bag never count: whoever forges a bag can make an authority to go with it.
        listener: hears the phase read-back.

    Raises:
        NotACaseError: there is no such folder.
        AuthorityFileError: `authorities` holds no certificate.
    """
    if authorities is not None:
        certificates(authorities)
    if not folder.is_dir():
        raise NotACaseError(folder=readable(str(folder)))
    return _Look(folder, authorities, listener).verdict()


class _Look:
    """One look at a bag."""

    def __init__(self, folder: Path, authorities: bytes | None, listener: Listener) -> None:
        self._folder = folder
        self._authorities = authorities
        self._listener = listener
        self._problems = Problems()
        self._tree: Tree = walk(folder)
        self._hashes: dict[str, str] = {}
        """SHA-256 of the files that were read."""

    def verdict(self) -> Verdict:
        """Look at everything, the log first: what it says of sizes bounds what is read."""
        self._problems.add(*self._tree.problems)
        log = self._log()
        self._unsealed(log)
        payload = self._manifest(MANIFEST)
        tags = self._manifest(TAG_MANIFEST)
        self._hash(log, payload, tags)
        self._names({**payload, **tags}, log)
        self._compare(payload, MANIFEST)
        self._compare(tags, TAG_MANIFEST)
        self._against_log(payload, log)
        self._info(log)
        past = PastSeals(log, payload, self._manifest, self._hashes.get)
        self._problems.add(*past.problems(log.seals[:-1]))
        stamped, why = self._stamps(log)
        found = self._problems.all()
        if found:
            result = Result.BROKEN
        else:
            result = Result.VERIFIED if stamped and stamped[-1].is_trusted else Result.INTEGRITY_ONLY
        if result is Result.INTEGRITY_ONLY:
            found = why
        data = {path: size for path, size in self._tree.files.items() if path.startswith("data/")}
        return Verdict(result, found, tuple(stamped), len(data), sum(data.values()), log.lines)

    def _log(self) -> LogSeen:
        if LOG not in self._tree.files:
            return LogSeen()  # that it is missing, the manifest says
        try:
            with (self._folder / LOG).open("rb") as stream:
                log = read_log(stream)
        except OSError as error:
            self._problems.add(unreadable(LOG, error))
            return LogSeen()
        self._problems.add(*log.problems)
        return log

    def _unsealed(self, log: LogSeen) -> None:
        """Say what is in the case and under no seal."""
        if any(path.startswith(f"{STAGING}/") for path in self._tree.files) or STAGING in self._tree.folders:
            pattern = N_("{path} holds a change that was cut short. Phoneward ends it when the case is opened again.")
            self._problems.add(words(pattern, path=STAGING))
        if not log.seals:
            self._problems.add(words(N_("The case was never sealed.")))
        elif log.seals[-1].line < log.lines:
            pattern = N_("{path}: the last seal is in line {number}, and what came after it is not sealed.")
            self._problems.add(words(pattern, path=LOG, number=str(log.seals[-1].line)))

    def _manifest(self, name: str) -> dict[str, str]:
        """Return what a manifest says; what is wrong with itself is noted."""
        if name not in self._tree.files:
            return {}  # that it is missing, the names say
        try:
            with (self._folder / name).open("rb") as stream:
                entries, odd = read_manifest(stream)
        except OSError as error:
            self._problems.add(unreadable(name, error))
            return {}
        pattern = N_("{path}, line {number}: it is not as Phoneward writes it, or not in its place.")
        self._problems.add(*(words(pattern, path=name, number=str(number)) for number in odd))
        return entries

    def _hash(self, log: LogSeen, payload: Mapping[str, str], tags: Mapping[str, str]) -> None:
        """Read what the manifests name and the walk found."""
        if log.sha256 is not None:
            self._hashes[LOG] = log.sha256
        wanted: dict[str, int] = {}
        room = MAX_TAG_FILES
        places = {TAG_MANIFEST, *(f"{seal_folder(seal.number)}/{TAG_MANIFEST}" for seal in log.seals)}
        for path in (*payload, *sorted(places | set(tags))):
            size = self._tree.files.get(path)
            if size is None or path == LOG:
                continue
            if path.startswith("data/"):  # one that the log does not know, or otherwise, is named all the same
                is_wanted = path in log.files and log.files[path].size == size
            else:
                room -= size
                is_wanted = room >= 0
            if is_wanted:
                wanted[path] = size
        self._listener(PhaseStarted("read-back", len(wanted), sum(wanted.values())))
        done = 0
        for number, (path, size) in enumerate(wanted.items()):
            try:
                sha256 = hash_file(self._folder / path, size)
            except OSError as error:
                self._problems.add(unreadable(path, error))
                continue
            if sha256 is not None:
                self._hashes[path] = sha256
            done += size
            self._listener(Advanced("read-back", number + 1, done))

    def _compare(self, entries: Mapping[str, str], manifest: str) -> None:
        for path, sha256 in entries.items():
            if path in self._tree.files and self._hashes.get(path) != sha256:
                self._problems.add(words(CHANGED, path=readable(path), manifest=manifest))

    def _names(self, entries: Mapping[str, str], log: LogSeen) -> None:
        """Compare the names that there are with those that there should be."""
        expected = {*entries, *TAG_FILES, LOG, FACTS}
        proofs = {TAG_MANIFEST}
        """Files that no manifest names: they are about one."""
        for seal in log.seals:
            proofs |= proofs_of(seal)
            below = seal_folder(seal.number)
            kept = (KEPT_FACTS,) if seal is log.seals[-1] else (KEPT_FACTS, *TAG_FILES, TAG_MANIFEST)
            expected |= {f"{below}/{name}" for name in kept}
        expected |= proofs
        missing = {path for path in expected if path not in self._tree.files}
        extra = {path for path in self._tree.files if path not in expected}
        self._renamed(missing, extra)
        self._problems.add(*(words(MISSING, path=readable(path)) for path in sorted(missing)))
        stranger = N_("{path} does not belong to the sealed case.")
        parents = _parents(path for path in self._tree.files if path in expected)
        extra |= {folder for folder in self._tree.folders if folder not in parents and folder != STAGING}
        extra = {path for path in extra if not path.startswith(f"{STAGING}/")}
        self._problems.add(*(words(stranger, path=readable(path)) for path in sorted(extra, key=_sortable)))
        for path in sorted(set(self._tree.files) & expected):
            if path not in entries and path not in proofs:
                manifest = MANIFEST if path.startswith("data/") else TAG_MANIFEST
                pattern = N_("{path} does not stand in {manifest}.")
                self._problems.add(words(pattern, path=readable(path), manifest=manifest))

    def _renamed(self, missing: set[str], extra: set[str]) -> None:
        """Name files that are there under a name that looks the same; take them out of both."""
        keys = {name_key(readable(path)): path for path in extra}
        for path in sorted(missing):
            other = keys.get(name_key(path))
            if other is not None:
                pattern = N_("{path} is there as {other}: other letters that look alike, or other capitals.")
                self._problems.add(words(pattern, path=readable(path), other=ascii(other)[1:-1]))
                missing.discard(path)
                extra.discard(other)

    def _against_log(self, payload: Mapping[str, str], log: LogSeen) -> None:
        """Compare the manifest with the log: each says of the other's files what they were."""
        for path, sha256 in payload.items():
            if path == LOG:
                continue
            brought = log.files.get(path)
            if brought is None:
                pattern = N_("{path} stands in {manifest}, but no line of the custody log brought it.")
                self._problems.add(words(pattern, path=readable(path), manifest=MANIFEST))
            elif brought.sha256 != sha256:
                pattern = N_("{path}: the custody log (line {number}) and {manifest} name different files.")
                self._problems.add(words(pattern, path=readable(path), number=str(brought.line), manifest=MANIFEST))
        for path, brought in log.files.items():
            if path not in payload:
                pattern = N_("{path} came with line {number} of the custody log, and {manifest} does not name it.")
                self._problems.add(words(pattern, path=readable(path), number=str(brought.line), manifest=MANIFEST))

    def _info(self, log: LogSeen) -> None:
        """Compare what bag-info.txt counts, which says where a log was cut or went on."""
        if self._tree.files.get(DECLARATION, -1) >= 0 and self._read(DECLARATION) != DECLARED:
            self._problems.add(words(N_("{path} does not declare a BagIt bag of version 1.0."), path=DECLARATION))
        fields = read_info(self._read(INFO))
        data = [size for path, size in self._tree.files.items() if path.startswith("data/")]
        oxum = f"{sum(data)}.{len(data)}"
        if INFO in self._tree.files and fields.get("Payload-Oxum") != oxum:
            pattern = N_("{path}: Payload-Oxum counts {said} (bytes and files), and {found} are there.")
            said = readable(fields.get("Payload-Oxum", "")[:50])
            self._problems.add(words(pattern, path=INFO, said=said, found=oxum))
        sealed = fields.get("Phoneward-Log-Lines", "")
        if not sealed.isdecimal() or len(sealed) > 9 or LOG not in self._tree.files:
            return
        if int(sealed) != log.lines:
            pattern = N_("{path}: {sealed} lines were sealed, and {found} are there.")
            self._problems.add(words(pattern, path=LOG, sealed=sealed, found=str(log.lines)))
        elif fields.get("Phoneward-Log-Head") != log.head:
            pattern = N_("{path}, line {number}: it is not the last line that was sealed.")
            self._problems.add(words(pattern, path=LOG, number=sealed))

    def _stamps(self, log: LogSeen) -> tuple[list[Stamped], tuple[Words, ...]]:
        """Check what the authorities said; return it, and why the last seal has no trusted time."""
        stamped: list[Stamped] = []
        why: tuple[Words, ...] = ()
        for seal in log.seals:
            below = seal_folder(seal.number)
            place = TAG_MANIFEST if seal is log.seals[-1] else f"{below}/{TAG_MANIFEST}"
            digest = self._hashes.get(place, "")
            found = check_proofs(self._folder, self._tree.files, seal, bytes.fromhex(digest), self._authorities)
            self._problems.add(*found.problems)
            stamped.append(found.stamped)
            why = found.why
        return stamped, why

    def _read(self, path: str) -> bytes:
        if path not in self._tree.files:
            return b""
        try:
            with (self._folder / path).open("rb") as stream:
                return stream.read(MAX_SHORT)
        except OSError:
            return b""


def _parents(paths: Iterable[str]) -> set[str]:
    """Return all folders above paths, each found once."""
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def _sortable(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
