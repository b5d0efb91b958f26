"""Makes an archive: reads the sources, sorts what they hold, writes the pages, and only then gives it its name."""

import datetime as dt
import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent
from phoneward.rescue.archive.errors import NobodyByThatNameError, SourceGoneError
from phoneward.rescue.archive.keeping import Keeper
from phoneward.rescue.archive.message import Message
from phoneward.rescue.archive.pages import write_pages
from phoneward.rescue.archive.problem import Problem
from phoneward.rescue.archive.recognising import readers_of
from phoneward.rescue.archive.results import Archived, Conversation, SourceFile, SourceResult
from phoneward.rescue.archive.sources.reading import Reader
from phoneward.rescue.archive.spool import Spool, clean, usable_time
from phoneward.rescue.newfolder import beside, new_folder, refuse_folder
from phoneward.texts import _

_TOLD_EVERY: Final = 2_000
_NUMBER: Final = re.compile(r"\+?[0-9 ()-]+\Z")


def survey(
    sources: Sequence[Path],
    to: Path,
    *,
    title: str = "",
    only: Sequence[str] = (),
    me: str = "",
    listener: Listener = silent,
) -> Archived:
    """Return what an archive of some sources would hold; nothing stays written.

    Args and errors are those of `make_archive`.
    """
    refuse_folder(to, sources)
    gathering = _surveyed(sources, to, only, me, listener)
    return gathering.archived(title)


def make_archive(
    sources: Sequence[Path],
    to: Path,
    *,
    title: str = "",
    only: Sequence[str] = (),
    me: str = "",
    listener: Listener = silent,
) -> Archived:
    """Make an archive of conversations that can be read without any program but a browser.

    The sources are opened for reading only; nothing is written to where they lie.

    Args:
        sources: files and folders that apps or backups left.
        to: where it goes: a folder that is not there yet, or is empty. It appears when it is finished.
        title: its heading; empty for an ordinary one.
        only: parts of names or numbers; only conversations whose title holds one of them are taken.
        me: the person's own name in exports that do not say whose they are.
        listener: hears how it goes.

    Raises:
        FolderTakenError, FolderWithinError, FolderUnwritableError: see `newfolder`.
        NoMessagesHereError, LockedSourceError, SourceGoneError: see `readers_of`.
        NobodyByThatNameError: no conversation fits `only`.
    """
    refuse_folder(to, sources)
    # Titles may come after the messages: who is meant is known after a look through everything.
    wanted = frozenset(_surveyed(sources, to, only, me, listener).fitting()) if only else None
    with new_folder(to) as folder:
        keeper = Keeper(folder)
        with Spool(folder) as spool:
            gathering = _Gathering(only, wanted, spool, keeper)
            _read(readers_of(sources, folder, me), gathering, listener)
            spool.sort()
            archived = gathering.archived(title, folder=to, keeper=keeper)
            write_pages(folder, archived, spool, listener)
        for unpacked in folder.glob("zip-*"):
            shutil.rmtree(unpacked)
    return archived


def _surveyed(sources: Sequence[Path], to: Path, only: Sequence[str], me: str, listener: Listener) -> "_Gathering":
    with beside(to) as folder:
        gathering = _Gathering(only)
        _read(readers_of(sources, folder, me), gathering, listener)
    gathering.refuse_nobody()
    return gathering


@dataclass(slots=True)
class _Gathering:
    """What has been read so far.

    Attributes:
        only: parts of titles.
        wanted: keys of conversations that are taken; None for all.
        spool, keeper: where messages and files go; None where they are only counted.
    """

    only: Sequence[str]
    wanted: frozenset[tuple[str, str]] | None = None
    spool: Spool | None = None
    keeper: Keeper | None = None
    conversations: dict[tuple[str, str], Conversation] = field(default_factory=dict)
    results: list[SourceResult] = field(default_factory=list)

    def take(self, reader: Reader, message: Message) -> bool:
        """Take a message; False where it was there before."""
        key = (reader.family, message.conversation)
        if self.wanted is not None and key not in self.wanted:
            return True
        conversation = self.conversations.get(key)
        if conversation is None:
            conversation = Conversation(number=len(self.conversations) + 1, title="", kind=reader.kind)
            self.conversations[key] = conversation
        if self.spool is not None and self.keeper is not None:
            if self.spool.has(conversation.number, message):
                return False
            kept = tuple(self.keeper.keep(one) for one in message.attachments[:1_000])
            self.spool.add(conversation.number, message, kept)
        conversation.saw(usable_time(message.time_ms))
        return True

    def name(self, reader: Reader) -> None:
        """Take over what the conversations of a source are called, once it has been read."""
        for (family, key), conversation in self.conversations.items():
            if family == reader.family:
                title = readable(clean(reader.people.titles.get(key, "")))[:300]
                if not conversation.title or (_NUMBER.match(conversation.title) and title):
                    conversation.title = title  # a name that a later source knows is better than a number
                conversation.is_group = conversation.is_group or key in reader.people.groups

    def fitting(self) -> list[tuple[str, str]]:
        """Return the keys of the conversations that `only` fits."""
        parts = [one.casefold() for one in self.only]
        return [
            key
            for key, one in self.conversations.items()
            if not parts or any(part in f"{one.title}\n{key[1]}".casefold() for part in parts)
        ]

    def refuse_nobody(self) -> None:
        """Raise NobodyByThatNameError where a part of a name fits none."""
        for part in self.only:
            if not any(
                part.casefold() in f"{one.title}\n{key[1]}".casefold() for key, one in self.conversations.items()
            ):
                raise NobodyByThatNameError(name=readable(part))

    def archived(
        self,
        title: str,
        folder: Path | None = None,
        keeper: Keeper | None = None,
    ) -> Archived:
        """Return what came of it."""
        fitting = set(self.fitting()) if self.wanted is None else set(self.conversations)
        shown = [one for key, one in self.conversations.items() if key in fitting]
        for one in shown:
            one.title = one.title or _("Without a name")
        shown.sort(key=lambda one: (-(one.last_ms or 0), one.title))
        return Archived(
            folder=folder,
            title=readable(clean(title)) or _("Messages"),
            made=dt.datetime.now(dt.UTC),
            sources=tuple(self.results),
            conversations=tuple(shown),
            media=(keeper.files, keeper.bytes) if keeper else (0, 0),
            missing=keeper.missing_count if keeper else 0,
            missing_names=tuple(map(clean, keeper.missing)) if keeper else (),
        )


def _read(readers: Sequence[Reader], gathering: _Gathering, listener: Listener) -> None:
    done = size = 0
    listener(PhaseStarted("read-messages"))
    for reader in readers:
        before = [_stamp(path) for path in reader.files]
        files = tuple(map(_hashed, reader.files))
        size += sum(file.size for file in files)
        taken = again = 0
        for message in _messages(reader):
            if gathering.take(reader, message):
                taken += 1
            else:
                again += 1
            done += 1
            if done % _TOLD_EVERY == 0:
                listener(Advanced("read-messages", done, size, os.fsencode(reader.files[0])))
        gathering.name(reader)
        if before != [_stamp(path) for path in reader.files]:
            reader.problems.add(Problem.CHANGED_MEANWHILE)
        gathering.results.append(
            SourceResult(
                kind=reader.kind,
                files=files,
                messages=taken,
                again=again,
                problems=dict(reader.problems.counts),
                sentences=tuple(reader.problems.sentences()),
                details=tuple(reader.problems.details),
            )
        )
    listener(PhaseDone("read-messages", done, size))


def _messages(reader: Reader) -> Iterator[Message]:
    """Yield a source's messages; that it cannot be read is told apart from an archive that cannot be written."""
    messages = reader.messages()
    while True:
        try:
            message = next(messages)
        except StopIteration:
            return
        except OSError as error:
            reason = readable(error.strerror or str(error))
            raise SourceGoneError(path=readable(str(reader.files[0])), reason=reason) from error
        yield message


def _stamp(path: Path) -> tuple[int, int] | None:
    """Return by what a change is seen; None where the file is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _hashed(path: Path) -> SourceFile:
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            return SourceFile(path=path, size=os.fstat(stream.fileno()).st_size, sha256=digest)
    except OSError as error:
        raise SourceGoneError(path=readable(str(path)), reason=readable(error.strerror or str(error))) from error
