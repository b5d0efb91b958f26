"""What the bare `phoneward rescue` does: asks what happened, shows the card, looks, and shows what is left."""

import contextlib
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from phoneward.cli.confirming import ask, can_ask
from phoneward.cli.frame import Frame, current
from phoneward.cli.session import open_vault
from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.incidents import INCIDENT_WORDS, Incident
from phoneward.texts import _, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoneward.rescue import Asked, Search, SearchResult

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line says."""

    what: str | None
    app: str
    when: str | None
    folders: tuple[Path, ...]
    collect: Path | None
    is_card_alone: bool
    html: Path | None
    pdf: Path | None
    everything: bool


def run(wish: Wish) -> ExitCode:
    """Carry it out."""
    from phoneward import flows, rescue
    from phoneward.cli import rescue_view as view
    from phoneward.cli.case_frame import typed_command
    from phoneward.cli.progress_view import listening

    frame = current()
    incident = _incident(frame, wish.what)
    day = None if wish.when is None else rescue.told_day(wish.when)
    asked = rescue.Asked(incident, dt.datetime.now(dt.UTC), rescue.told_app(wish.app) if wish.app else "", day)
    card = rescue.card_of(incident)
    for path, make in ((wish.html, rescue.html_card), (wish.pdf, rescue.pdf_card)):
        if path is not None:
            rescue.save_card(path, make(card))
    view.show_card(frame.output, card, [path for path in (wish.html, wish.pdf) if path is not None])
    if wish.is_card_alone or (incident.is_leak and not wish.folders and wish.collect is None):
        return ExitCode.DONE
    if wish.collect is not None:
        flows.refuse_no_case(wish.collect)
    is_whole = True
    with _looked(frame, wish, asked) as result:
        view.show_result(frame.output, result, everything=wish.everything)
        if wish.collect is not None:
            from phoneward.cases import note_case

            with listening(frame.output) as listener:
                report = flows.collect_into_case(wish.collect, result, command=typed_command(), listener=listener)
            note_case(frame.settings.state_dir, wish.collect)
            view.show_collected(frame.output, report, wish.collect)
            is_whole = not report.failed
    return ExitCode.DONE if is_whole and result.is_whole else ExitCode.INCOMPLETE


def _incident(frame: Frame, what: str | None) -> Incident:
    """Return what happened; a person at a terminal is asked.

    Raises:
        WhatHappenedError: nobody said it.
    """
    from phoneward import rescue

    if what is not None or frame.output.json or not can_ask():
        return rescue.told_incident(what or "")
    frame.output.say(_("What happened?"))
    for number, one in enumerate(Incident, 1):
        frame.output.say(f"  {number}  {_(INCIDENT_WORDS[one])}")
    for _attempt in range(_TRIES):
        answer = ask(_("Its number: "))
        if answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(Incident):
            return list(Incident)[int(answer) - 1]
    return rescue.told_incident("")


@contextlib.contextmanager
def _looked(frame: Frame, wish: Wish, asked: "Asked") -> "Iterator[SearchResult]":
    """Look through what there is; what was found can be opened as long as this lasts."""
    from phoneward import rescue
    from phoneward.cli.progress_view import listening

    with contextlib.ExitStack() as stack:
        with listening(frame.output) as listener:
            search = rescue.Search(asked, listener)
            has_snapshots = _look_in_vault(frame, stack, search)
            for folder in wish.folders:
                _look_in_folder(stack, search, folder)
            _look_on_computer(search)
            if not has_snapshots and not wish.folders:
                _look_on_phone(stack, search)
        yield search.result()


def _look_in_vault(frame: Frame, stack: contextlib.ExitStack, search: "Search") -> bool:
    """Look through the vault that is named; tells whether it holds a snapshot of a phone."""
    from phoneward import snapshots
    from phoneward.settings import NoRepositoryNamedError

    try:
        frame.settings.repository_place()
    except NoRepositoryNamedError:
        search.left_out(words("Earlier snapshots: you have not said where your vault is (--repo FOLDER)."))
        return False
    repository = stack.enter_context(open_vault(frame))
    repository.load_index()
    damaged: list[PhonewardError] = []
    infos = snapshots.list_snapshots(repository, on_damaged=lambda _name, error: damaged.append(error))
    for error in damaged:
        frame.output.warn(error)
    search.in_vault(repository, infos)
    return any(info.of_phone for info in infos)


def _look_in_folder(stack: contextlib.ExitStack, search: "Search", folder: Path) -> None:
    from phoneward import phones, rescue
    from phoneward.phones import appbackups

    phone = stack.enter_context(phones.open_folder(folder))
    path = readable(str(folder))
    how = words("Copy it from there: {path}", path=path)
    search.in_place(rescue.OnPhone(phone, how), words("The folder {path}.", path=path))
    search.add(rescue.apps_backups(search.asked, appbackups.search_folder(folder).found))


def _look_on_computer(search: "Search") -> None:
    from phoneward import rescue
    from phoneward.phones import appbackups

    computer = appbackups.this_computer()
    searched = appbackups.search_computer(computer)
    search.add(rescue.apps_backups(search.asked, searched.found))
    search.add(
        rescue.makers_backups(search.asked, computer),
        words("This computer, where apps and phone makers' programs put their backups."),
    )
    for path in searched.refused:
        search.left_out(words("{path}: this computer does not let it be read", path=readable(str(path))))


def _look_on_phone(stack: contextlib.ExitStack, search: "Search") -> None:
    """Look through the phone that is attached, where no snapshot of one is there."""
    from phoneward import phones, rescue

    try:
        phone = stack.enter_context(phones.open_adb())
        how = words("Secure it: phoneward backup, or phoneward rescue --collect CASE")
        called = words("The phone that is attached: {phone}.", phone=readable(phone.identity.label))
        search.in_place(rescue.OnPhone(phone, how), called)
        search.note_apps(app.package for app in phone.apps().apps)
    except phones.PhoneError as error:
        search.left_out(words("The phone itself: {why}", why=readable(error.sentence())))
