"""A case in a folder: facts, evidence, readable renderings of it, and the custody log of all that was done."""

import contextlib
import io
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Self

from phoneward.cases.change import Change, check_path, is_unfinished, locked
from phoneward.cases.custody import (
    LOG,
    MAX_LINE,
    MAX_TEXT,
    START,
    Action,
    Filed,
    Hand,
    Line,
    Source,
    decode_line,
    draft,
    encode_line,
    hash_line,
    placed,
)
from phoneward.cases.errors import (
    CaseDamagedError,
    CaseTextError,
    EvidenceInCaseError,
    NoSuchItemError,
    NotACaseError,
)
from phoneward.cases.facts import MAX_FACTS, CaseFacts, Device, decode_facts, encode_facts
from phoneward.cases.items import ORIGINALS, REDACTED, RENDERINGS, Incoming, Item, Readable, item_of
from phoneward.cases.logreading import FACTS
from phoneward.cases.making import make_case
from phoneward.cases.names import bag_name, free_name, name_key
from phoneward.cases.sealing import Seal, Wish, prepare, standing
from phoneward.cases.taking import named_files, open_evidence
from phoneward.errors import readable
from phoneward.progress import Listener, silent


class Case:
    """A case; every change of it is whole or not there, and two programs may work on it in turn.

    Attributes:
        folder: where it lies.
        cleaned: what an unfinished change was about that had to be cleaned up; empty where there was none.
    """

    def __init__(self, folder: Path, hand: Hand) -> None:
        self.folder = folder
        self.cleaned: tuple[str, ...] = ()
        self._hand = hand

    @classmethod
    def new(cls, folder: Path, facts: CaseFacts, hand: Hand | None = None) -> Self:
        """Make a case.

        Args:
            folder: where; it is not there yet, or is empty.
            facts: what is known so far.
            hand: who makes it, by which command.

        Raises:
            CaseExistsError: something is there.
            CaseUnwritableError: it cannot be made.
        """
        case = cls(folder, hand or Hand())
        make_case(folder, facts, case._hand)
        return case

    @classmethod
    def open(cls, folder: Path, hand: Hand | None = None) -> Self:
        """Open a case. A change that another run did not finish is finished, or cleaned up (`cleaned`).

        Args:
            folder: where it lies.
            hand: who works on it, by which command.

        Raises:
            NotACaseError: there is none.
            CaseInUseError: another program works on it.
            CaseDamagedError: it is not as Phoneward left it.
        """
        case = cls(folder, hand or Hand())
        if not (_is_folder(folder / "data") and (folder / LOG).is_file()):
            raise NotACaseError(folder=readable(str(folder)))
        if is_unfinished(folder):
            with case._locked():
                pass
        return case

    @property
    def facts(self) -> CaseFacts:
        """What is known of the case, as its file says now.

        Raises:
            FactsDamagedError: it cannot be understood.
            CaseDamagedError: it cannot be read.
        """
        return decode_facts(self._read(FACTS, MAX_FACTS + 1))

    def set_facts(self, facts: CaseFacts, note: str = "") -> None:
        """Replace what is known. The log holds the hash of what it was, and of what it is.

        Raises:
            CaseError: it could not be done; nothing was changed.
        """
        with self._changing([FACTS]) as change:
            filed = change.stage(FACTS, [encode_facts(facts)])
            self._commit(change, draft(Action.FACTS, note=note, files=(filed,)), device=facts.device)

    def note(self, text: str) -> Line:
        """Write a sentence into the log, and return its line.

        Raises:
            CaseTextError: it is empty, or too long.
            CaseError: it could not be done; nothing was changed.
        """
        if not 0 < len(text.strip()) <= MAX_TEXT:
            raise CaseTextError(most=MAX_TEXT)
        with self._changing([]) as change:
            return self._commit(change, draft(Action.NOTE, note=text.strip()))[0]

    def add(self, files: Iterable[Path], note: str = "") -> list[Item]:
        """Copy files of this computer into the case as originals, all of them or none.

        A folder is copied with all that is in it. A database's `-wal`, `-shm` and `-journal` go along.

        Raises:
            EvidenceRefusedError: one is a link or no ordinary file.
            EvidenceUnreadableError, EvidenceChangedError: one cannot be read, or is being written to.
            EvidenceInCaseError: one lies in the case.
            CaseError: it could not be done; nothing was changed.
        """
        wanted = dict(found for file in files for found in named_files(file))
        own = self.folder.resolve()
        for file in wanted:
            if own in file.parent.resolve().parents or own == file.parent.resolve():
                raise EvidenceInCaseError(path=readable(str(file)))
        with self._changing(map(str, wanted)) as change:
            lines: list[Line] = []
            taken: dict[str, set[str]] = {}
            for file, below in wanted.items():
                with open_evidence(file) as evidence:
                    path = self._free_path(file.name, f"{ORIGINALS}/{below}", taken)
                    filed = change.stage(path, evidence.pieces(), modified_ns=evidence.modified_ns)
                lines.append(draft(Action.ADD, note=note, source=evidence.source(), files=(filed,)))
            return [item_of(filed, line) for line in self._commit(change, *lines) for filed in line.files]

    def add_redacted(self, file: Path, of: str, note: str) -> Item:
        """Copy a redacted form of a file of the case into it: the log says what it is of, and what was hidden and why.

        Args:
            file: of this computer; something was blackened in it.
            of: path in the bag of what it is made from.
            note: what was hidden, and why.

        Raises:
            NoSuchItemError: the case has no such file.
            CaseTextError: nothing is said about it.
            EvidenceRefusedError, EvidenceUnreadableError, EvidenceChangedError: as for `add`.
            CaseError: it could not be done; nothing was changed.
        """
        self._check_redacted(of, note)
        with self._changing([str(file)]) as change:
            path = self._free_path(file.name, f"{RENDERINGS}/{REDACTED}", {})
            with open_evidence(file) as evidence:
                filed = change.stage(path, evidence.pieces(), modified_ns=evidence.modified_ns)
            return self._file_redacted(change, filed, of, note, evidence.source())

    def add_redacted_bytes(self, name: str, data: bytes, of: str, note: str) -> Item:
        """Put a redacted form that was made here into the case. The arguments are as for `add_redacted`.

        Raises:
            NoSuchItemError: the case has no such file.
            CaseTextError: nothing is said about it.
            CaseError: it could not be done; nothing was changed.
        """
        self._check_redacted(of, note)
        with self._changing([name]) as change:
            path = self._free_path(name, f"{RENDERINGS}/{REDACTED}", {})
            return self._file_redacted(change, change.stage(path, [data]), of, note, None)

    def _check_redacted(self, of: str, note: str) -> None:
        if of not in {item.path for item in self.items()}:
            raise NoSuchItemError(path=readable(of))
        if not 0 < len(note.strip()) <= MAX_TEXT:
            raise CaseTextError(most=MAX_TEXT)

    def _file_redacted(self, change: Change, filed: Filed, of: str, note: str, source: Source | None) -> Item:
        redacted = draft(Action.REDACT, note=note.strip(), source=source, files=(filed,), of=(of,))
        return item_of(filed, self._commit(change, redacted)[0])

    def add_many(self, incoming: Iterable[Incoming]) -> list[Item]:
        """Put files into the case, all of them or none.

        Raises:
            EvidenceUnreadableError: one cannot be read.
            CaseError: it could not be done; nothing was changed.
        """
        wanted = list(incoming)
        with self._changing([one.name for one in wanted]) as change:
            lines: list[Line] = []
            taken: dict[str, set[str]] = {}
            for one in wanted:
                kind = RENDERINGS if one.is_rendering else ORIGINALS
                path = self._free_path(one.name, "/".join((kind, *one.folder.split("/"))), taken)
                filed = change.stage(path, one.pieces(), modified_ns=one.modified_ns)
                action = Action.REDACT if one.is_rendering and one.folder == REDACTED else Action.ADD
                lines.append(draft(action, note=one.note, source=one.source, files=(filed,), of=tuple(one.of)))
            return [item_of(filed, line) for line in self._commit(change, *lines) for filed in line.files]

    def add_stream(
        self,
        name: str,
        stream: Readable,
        source: Source | None = None,
        *,
        modified_ns: int | None = None,
        folder: str = "",
        is_rendering: bool = False,
        of: Sequence[str] = (),
        note: str = "",
    ) -> Item:
        """Put what a stream holds into the case, read from where it stands. The arguments are those of `Incoming`.

        Raises:
            EvidenceUnreadableError: it cannot be read.
            CaseError: it could not be done; nothing was changed.
        """
        one = Incoming(
            name=name,
            open=lambda: contextlib.nullcontext(stream),
            source=source,
            modified_ns=modified_ns,
            folder=folder,
            is_rendering=is_rendering,
            of=tuple(of),
            note=note,
        )
        return self.add_many([one])[0]

    def add_bytes(
        self,
        name: str,
        data: bytes,
        source: Source | None = None,
        *,
        folder: str = "",
        is_rendering: bool = True,
        of: Sequence[str] = (),
        note: str = "",
    ) -> Item:
        """Put a document into the case that was made here: a letter, a rendering. The arguments are as in `Incoming`.

        Raises:
            CaseError: it could not be done; nothing was changed.
        """
        return self.add_stream(
            name, io.BytesIO(data), source, folder=folder, is_rendering=is_rendering, of=of, note=note
        )

    def seal(self, wish: Wish | None = None, listener: Listener = silent) -> Seal:
        """Seal the case as it is now. It can go on after that; then it is sealed again.

        Args:
            wish: whether to ask somebody for a time stamp, and whom; nobody by default.
            listener: hears the phase read-back.

        Raises:
            EvidenceAlteredError: the folder is not as the log says.
            OpenTimestampsMissingError: its program is missing or failed.
            TimestampPartMissingError, TimestampServerError, TimestampRefusedError, AuthorityFileError: nobody stamped
                it, and it is not sealed.
            CaseError: it could not be done; nothing was changed.
        """
        wish = wish or Wish()
        with self._changing([]) as change:
            before, facts = standing(self.folder, listener), self.facts
            announced = draft(
                Action.SEAL, seal=len(before.log.seals) + 1, authority=wish.url, open_stamped=wish.open_stamped
            )
            line = placed(announced, *self._last(), self._hand, facts.device)
            files, seal = prepare(self.folder, before, line, facts.title, wish)
            for path, content in files.items():
                change.stage(path, [content])
            change.commit(encode_line(line))
        return seal

    def items(self) -> list[Item]:
        """Return the files of the case as the log names them, in the order in which they came; not its facts.

        Raises:
            CaseDamagedError: the log cannot be understood.
        """
        found: dict[str, Item] = {}
        for line in self.log():
            for filed in line.files:
                if filed.path != FACTS:
                    found[filed.path] = item_of(filed, line)
        return list(found.values())

    def log(self) -> Iterator[Line]:
        """Yield the lines of the custody log.

        Raises:
            CaseDamagedError: one cannot be understood, or does not follow from the one before.
        """
        previous, number = START, 0
        with (self.folder / LOG).open("rb") as stream:
            while data := stream.readline(MAX_LINE + 1):
                number += 1
                try:
                    line = decode_line(data)
                except ValueError as error:
                    raise self._damaged(f"{LOG}, {number}: {error}") from error
                if line.previous != previous or line.seq != number:
                    raise self._damaged(f"{LOG}, {number}")
                previous = hash_line(data)
                yield line

    def path(self, item: str) -> Path:
        """Return where a file of the bag lies on this computer.

        Raises:
            CaseDamagedError: the path leads out of the case.
        """
        return check_path(self.folder, item)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with locked(self.folder) as cleaned:
            self.cleaned = (*self.cleaned, *cleaned)
            yield

    @contextlib.contextmanager
    def _changing(self, names: Iterable[str]) -> Iterator[Change]:
        with self._locked():
            change = Change(self.folder, names)
            try:
                yield change
            finally:
                change.abandon()

    def _commit(self, change: Change, *entries: Line, device: Device | None = None) -> list[Line]:
        """Write the log's lines and make the change; return them."""
        before, previous = self._last()
        device = device or self.facts.device
        lines, tail = [], []
        for entry in entries:
            before = line = placed(entry, before, previous, self._hand, device)
            data = encode_line(line)
            if len(data) > MAX_LINE:
                raise CaseTextError(most=MAX_TEXT)
            tail.append(data)
            previous = hash_line(data)
            lines.append(line)
        change.commit(b"".join(tail))
        return lines

    def _last(self) -> tuple[Line, str]:
        """Return the log's last line and its hash."""
        with (self.folder / LOG).open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - MAX_LINE - 1))
            end = stream.read(MAX_LINE + 1)
        data = end[end.rfind(b"\n", 0, len(end) - 1) + 1 :]
        try:
            return decode_line(data), hash_line(data)
        except ValueError as error:
            raise self._damaged(f"{LOG}: {error}") from error

    def _free_path(self, name: str, folder: str, taken: dict[str, set[str]]) -> str:
        """Return a path for a new file; `taken` knows the names of each folder by their keys."""
        folder = "/".join(("data", *(bag_name(part) for part in folder.split("/") if part)))
        if folder not in taken:
            place = check_path(self.folder, f"{folder}/_").parent
            taken[folder] = {name_key(name) for name in os.listdir(place)} if place.is_dir() else set()
        name = free_name(bag_name(name), taken[folder])
        taken[folder].add(name_key(name))
        return f"{folder}/{name}"

    def _read(self, path: str, most: int) -> bytes:
        place = check_path(self.folder, path)
        try:
            if not stat.S_ISREG(os.lstat(place).st_mode):
                raise self._damaged(path)
            with place.open("rb") as stream:
                return stream.read(most)
        except OSError as error:
            raise self._damaged(f"{path}: {_words(error)}") from error

    def _damaged(self, detail: str) -> CaseDamagedError:
        return CaseDamagedError(folder=readable(str(self.folder)), detail=detail)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _words(error: OSError) -> str:
    return readable(error.strerror or str(error))
