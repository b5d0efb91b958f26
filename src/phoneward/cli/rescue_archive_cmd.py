"""`phoneward rescue archive`: conversations as pages that can be read and searched with any browser."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import argument, current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, readable
from phoneward.texts import N_, _, formats, labelled, ngettext

if TYPE_CHECKING:
    from phoneward.cli.output import Output
    from phoneward.rescue.archive import Archived

PATH = click.Path(path_type=Path)


@click.command(
    cls=WordedCommand,
    short_help=N_("Make conversations readable for good: pages for any browser, with pictures and search."),
    help=N_(
        "Make conversations readable for good: a folder of pages that any browser shows, with pictures, voices and a "
        "search, without a program, a server or a network.\n\n"
        "What you name is a file or folder that you can already read: a decrypted WhatsApp database or an exported "
        "chat, Signal's or Telegram's export, an iPhone's sms.db, text messages as XML or as Android's database. It is "
        "recognised by what is in it. Encryption is not broken.\n\n"
        "The originals are only read. The archive is not encrypted: keep it where only those can come who may read "
        "it.\n\n"
        "The exit code is 3 where a part of a source is damaged and could not be read; the archive says which."
    ),
)
@argument("sources", metavar="SOURCE…", nargs=-1, required=True, type=PATH, meaning=N_("Files or folders to read."))
@option("--to", required=True, type=PATH, metavar="FOLDER", help=N_("Where the archive goes: a new folder."))
@option("--title", default="", metavar="TEXT", help=N_("Its heading, such as a name."))
@option(
    "--with",
    "only",
    multiple=True,
    metavar="NAME",
    help=N_("Only conversations with this person or group: a part of the name or number. May be repeated."),
)
@option(
    "--me",
    default="",
    metavar="NAME",
    help=N_("Your own name, as it stands in an exported chat that does not say whose it is."),
)
@option("--dry-run", is_flag=True, help=N_("Only say which conversations there are; keep nothing."))
@output_options
def archive(
    *, sources: tuple[Path, ...], to: Path, title: str, only: tuple[str, ...], me: str, dry_run: bool
) -> ExitCode:
    """Make the archive, or say what would be in it."""
    from phoneward.cli.progress_view import listening
    from phoneward.rescue.archive import make_archive, survey

    output = current().output
    with listening(output) as listener:
        make = survey if dry_run else make_archive
        archived = make(sources, to, title=title, only=only, me=me, listener=listener)
    if output.json:
        output.emit("archive", _document(archived))
    else:
        _show(output, archived)
    return ExitCode.DONE if archived.is_whole else ExitCode.INCOMPLETE


def _show(output: "Output", archived: "Archived") -> None:
    from phoneward.cli.tables import plain_table
    from phoneward.rescue.archive import kind_title

    if archived.folder is None:
        table = plain_table(_("Conversation"), _("Messages"), _("First"), _("Last"))
        for one in archived.conversations:
            first, last = (_day(time) for time in (one.first_ms, one.last_ms))
            table.add_row(one.title, f"{one.count:,}", first, last)
        output.result(table)
    for source in archived.sources:
        name = labelled(kind_title(source.kind), readable(str(source.files[0].path)))
        for sentence in source.sentences:
            output.say(labelled(name, str(sentence)))
    count = len(archived.conversations)
    output.summary(
        ngettext("{messages} in {count} conversation.", "{messages} in {count} conversations.", count).format(
            messages=formats.messages(archived.messages), count=f"{count:,}"
        )
    )
    if archived.missing:
        output.summary(
            ngettext(
                "{count} picture or file is not in what you named; its name stands in its place.",
                "{count} pictures or files are not in what you named; their names stand in their places.",
                archived.missing,
            ).format(count=f"{archived.missing:,}")
        )
    if archived.folder is not None:
        output.summary(_("Open in a browser: {path}").format(path=readable(str(archived.folder / "index.html"))))


def _day(time_ms: int | None) -> str:
    import datetime as dt

    return "" if time_ms is None else formats.day(dt.datetime.fromtimestamp(time_ms / 1000, dt.UTC))


def _document(archived: "Archived") -> dict[str, object]:
    return {
        "folder": None if archived.folder is None else readable(str(archived.folder)),
        "messages": archived.messages,
        "conversations": [
            {
                "title": one.title,
                "kind": one.kind.value,
                "group": one.is_group,
                "messages": one.count,
                "first_ms": one.first_ms,
                "last_ms": one.last_ms,
                "page": f"{one.folder}/index.html",
            }
            for one in archived.conversations
        ],
        "media": {"files": archived.media[0], "bytes": archived.media[1], "missing": archived.missing},
        "sources": [
            {
                "kind": source.kind.value,
                "messages": source.messages,
                "already_there": source.again,
                "files": [
                    {"path": readable(str(file.path)), "size": file.size, "sha256": file.sha256}
                    for file in source.files
                ],
                "problems": {problem.value: count for problem, count in source.problems.items()},
            }
            for source in archived.sources
        ],
    }
