"""Writes the pages one after the other: a conversation's messages by month, each page of bounded length."""

import functools
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Final

import jinja2

from phoneward import __version__, paper
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted
from phoneward.rescue.archive.pages.searching import SearchIndex
from phoneward.rescue.archive.pages.shown import ShownMessage, searchable, sender_shown, shown_message
from phoneward.rescue.archive.results import Archived, Conversation
from phoneward.rescue.archive.spool import Spool, Stored
from phoneward.rescue.archive.words import kind_title
from phoneward.texts import _, formats

MOST_ON_A_PAGE: Final = 1_000
_PACKAGE: Final = "phoneward.rescue.archive.pages"
_NO_DATE: Final = "undated"
PLAIN_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'"
)
"""What a browser lets a page do: show what lies beside it. No script, no frame, no request to anywhere."""
SEARCH_POLICY: Final = "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; form-action 'none'"
"""The search page runs the archive's own scripts; it shows texts only."""


@dataclass(frozen=True, slots=True)
class _Day:
    id: str
    label: str
    messages: tuple[ShownMessage, ...]


@dataclass(slots=True)
class _Sheet:
    """The messages of one page."""

    name: str
    label: str
    messages: list[Stored] = field(default_factory=list)
    before: "_Sheet | None" = None
    following: "_Sheet | None" = None

    @property
    def file(self) -> str:
        return f"{self.name}.html"


def write_pages(folder: Path, archived: Archived, spool: Spool, listener: Listener) -> None:
    """Write all pages of an archive.

    Args:
        folder: its top; attached files lie there already.
        archived: what it holds.
        spool: the messages, sorted.
        listener: hears how it goes.

    Raises:
        OSError: it cannot be written.
    """
    _Writer(folder, archived, spool, listener).write()


class _Writer:
    def __init__(self, folder: Path, archived: Archived, spool: Spool, listener: Listener) -> None:
        self._folder = folder
        self._archived = archived
        self._spool = spool
        self._listener = listener
        self._done = 0

    def write(self) -> None:
        self._listener(PhaseStarted("write-archive", total_files=self._archived.messages))
        for name in ("style.css", "search.js"):
            data = (files(_PACKAGE) / "templates" / name).read_bytes()
            (self._folder / name).write_bytes(data)
        index = SearchIndex(self._folder)
        for place, conversation in enumerate(self._archived.conversations):
            self._write_conversation(place, conversation, index)
        index.finish([one.title for one in self._archived.conversations])
        self._write_page("index.html", "index.html", up="", summaries=self._summaries())
        self._write_page("about.html", "about.html", up="", kind_title=kind_title, zone=_zone())
        self._write_page("search.html", "search.html", up="", policy=SEARCH_POLICY)
        self._listener(PhaseDone("write-archive", self._done, 0))

    def _summaries(self) -> list[Mapping[str, object]]:
        return [
            {"address": f"{one.folder}/index.html", "conversation": one, "span": _span(one)}
            for one in self._archived.conversations
        ]

    def _write_conversation(self, place: int, conversation: Conversation, index: SearchIndex) -> None:
        (self._folder / conversation.folder).mkdir()
        written: list[tuple[_Sheet, int]] = []
        sheets = _sheets(self._spool.of(conversation.number))
        sheet = next(sheets, None)
        while sheet is not None:
            sheet.following = next(sheets, None)
            if sheet.following is not None:
                sheet.following.before = sheet
            index.page(f"{conversation.folder}/{sheet.file}", place)
            self._write_sheet(conversation, sheet, index)
            written.append((sheet, len(sheet.messages)))
            sheet.messages = []
            sheet = sheet.following
        self._write_page(
            "conversation.html",
            f"{conversation.folder}/index.html",
            up="../",
            conversation=conversation,
            span=_span(conversation),
            years=_years(written),
        )

    def _write_sheet(self, conversation: Conversation, sheet: _Sheet, index: SearchIndex) -> None:
        days: list[_Day] = []
        shown: list[ShownMessage] = []
        last = ""
        for number, message in enumerate(sheet.messages, 1):
            anchor = f"m{number}"
            day, moment = _day_of(message)
            if day != last and shown:
                days.append(_made_day(last, shown))
                shown = []
            last = day
            shown.append(shown_message(message, anchor, "../", lambda key: self._spool.one(conversation.number, key)))
            index.add(anchor, moment, sender_shown(message), searchable(message))
        if shown:
            days.append(_made_day(last, shown))
        self._write_page(
            "month.html",
            f"{conversation.folder}/{sheet.file}",
            up="../",
            conversation=conversation,
            sheet=sheet,
            days=days,
        )
        self._done += len(sheet.messages)
        self._listener(Advanced("write-archive", self._done, 0))

    def _write_page(self, template: str, address: str, *, up: str, **values: object) -> None:
        page = _template(template).render(
            up=up,
            archived=self._archived,
            version=__version__,
            **({"policy": PLAIN_POLICY} | values),
        )
        path = self._folder / address
        with open(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="\n"
        ) as file:
            file.write(page)


def _sheets(messages: Iterator[Stored]) -> Iterator[_Sheet]:
    """Yield messages page by page: those without a date first, then month by month, a long month in parts."""
    sheet: _Sheet | None = None
    month, part = "", 1
    for message in messages:
        own = _NO_DATE if message.time_ms is None else time.strftime("%Y-%m", time.localtime(message.time_ms // 1000))
        if sheet is None or own != month or len(sheet.messages) >= MOST_ON_A_PAGE:
            if sheet is not None:
                yield sheet
            part = part + 1 if own == month else 1
            month = own
            label = _("Without a date") if own == _NO_DATE else formats.month(_moment(message.time_ms or 0))
            if part > 1:
                label = _("{month}, part {number}").format(month=label, number=part)
            sheet = _Sheet(own if part == 1 else f"{own}-{part}", label)
        sheet.messages.append(message)
    if sheet is not None:
        yield sheet


def _day_of(message: Stored) -> tuple[str, str]:
    """Return the day and the moment of a message; empty where it has none."""
    if message.time_ms is None:
        return "", ""
    local = time.localtime(message.time_ms // 1000)
    return time.strftime("%Y-%m-%d", local), time.strftime("%Y-%m-%d %H:%M", local)


def _made_day(day: str, shown: list[ShownMessage]) -> _Day:
    if not day:
        return _Day("d-none", _("Without a date"), tuple(shown))
    year, month, number = map(int, day.split("-"))
    return _Day(f"d-{day}", formats.date(datetime(year, month, number, 12).astimezone()), tuple(shown))


def _moment(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, UTC)


def _span(conversation: Conversation) -> str:
    """Return from when to when a conversation went, in words."""
    if conversation.first_ms is None or conversation.last_ms is None:
        return _("Without a date")
    first, last = formats.date(_moment(conversation.first_ms)), formats.date(_moment(conversation.last_ms))
    return first if first == last else _("{first} to {last}").format(first=first, last=last)


def _years(written: list[tuple[_Sheet, int]]) -> list[tuple[str, list[tuple[_Sheet, int]]]]:
    """Return the pages of a conversation by year."""
    years: dict[str, list[tuple[_Sheet, int]]] = {}
    for sheet, count in written:
        year = _("Without a date") if sheet.name.startswith(_NO_DATE) else sheet.name[:4]
        years.setdefault(year, []).append((sheet, count))
    return list(years.items())


def _zone() -> str:
    """Return this computer's time zone as a person may know it."""
    return time.strftime("UTC%z", time.localtime())


@functools.cache
def _template(name: str) -> jinja2.Template:
    return _templates().get_template(name)


@functools.cache
def _templates() -> jinja2.Environment:
    return paper.environment((_PACKAGE, "templates"))
