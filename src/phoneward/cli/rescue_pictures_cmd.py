"""`phoneward rescue pictures`: pictures that outlived in thumbnail databases and caches, as files to look at."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import argument, current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, readable
from phoneward.texts import N_, _, formats, labelled, ngettext

if TYPE_CHECKING:
    from phoneward.cli.output import Output
    from phoneward.rescue.pictures import Recovered, RecoveredPictures

PATH = click.Path(path_type=Path)


@click.command(
    cls=WordedCommand,
    short_help=N_("Get pictures out of thumbnail databases and caches, as files to look at."),
    help=N_(
        "Get pictures out of thumbnail databases and caches, as files to look at, with their times where something "
        "says them, each once, and a sheet of them all.\n\n"
        "When photos are gone, smaller versions often remain: in DCIM/.thumbnails (.thumbdata3-…), in a gallery's "
        "cache (imgcache), in the caches of apps (Glide, Fresco, OkHttp, browsers), in any file that holds pictures, "
        "databases and zips among them. Copy such folders from the phone, with hidden files, and name them here.\n\n"
        "The originals are only read, and the bytes of a picture are copied as they lie. Ordinary picture files are "
        "passed over: they can be seen already.\n\n"
        "The exit code is 3 where something could not be looked at; it is named."
    ),
)
@argument(
    "sources", metavar="SOURCE…", nargs=-1, required=True, type=PATH, meaning=N_("Files or folders to look through.")
)
@option("--to", required=True, type=PATH, metavar="FOLDER", help=N_("Where the pictures go: a new folder."))
@output_options
def pictures(*, sources: tuple[Path, ...], to: Path) -> ExitCode:
    """Look for pictures and write them out."""
    from phoneward.cli.progress_view import listening
    from phoneward.rescue.pictures import recover_pictures

    output = current().output
    with listening(output) as listener:
        found = recover_pictures(sources, to, listener=listener)
    if output.json:
        _emit(output, found)
    else:
        _show(output, found)
    return ExitCode.DONE if found.is_whole else ExitCode.INCOMPLETE


def _show(output: "Output", found: "RecoveredPictures") -> None:
    for path, reason in found.unreadable:
        output.say(labelled(readable(str(path)), readable(reason)))
    for path, left_out in found.left_out:
        output.say(labelled(readable(str(path)), _("not looked at in full ({reason})").format(reason=left_out.value)))
    count = len(found.pictures)
    small = sum(one.is_small for one in found.pictures)
    output.summary(
        ngettext("{count} picture was found, in {files}.", "{count} pictures were found, in {files}.", count).format(
            count=f"{count:,}", files=formats.files(found.files)
        )
    )
    if small:
        output.summary(
            ngettext(
                "{count} of them is a small version of a larger one.",
                "{count} of them are small versions of larger ones.",
                small,
            ).format(count=f"{small:,}")
        )
    if found.open_already:
        output.summary(
            ngettext(
                "{count} ordinary picture file was passed over.",
                "{count} ordinary picture files were passed over.",
                found.open_already,
            ).format(count=f"{found.open_already:,}")
        )
    output.summary(_("Open in a browser: {path}").format(path=readable(str(found.folder / "index.html"))))


def _emit(output: "Output", found: "RecoveredPictures") -> None:
    for one in found.pictures:
        output.emit("picture", _document(one))
    small = sum(one.is_small for one in found.pictures)
    output.emit(
        "summary",
        {
            "folder": readable(str(found.folder)),
            "pictures": len(found.pictures),
            "small": small,
            "copies": found.copies,
            "ordinary_passed_over": found.open_already,
            "dots_passed_over": found.dots,
            "files_looked_through": found.files,
            "left_out": [{"path": readable(str(path)), "reason": reason.value} for path, reason in found.left_out],
            "unreadable": [{"path": readable(str(path)), "reason": readable(why)} for path, why in found.unreadable],
        },
    )
    sys.stdout.flush()


def _document(one: "Recovered") -> dict[str, object]:
    return {
        "file": one.file,
        "sha256": one.sha256,
        "size": one.size,
        "width": one.width,
        "height": one.height,
        "time": None if one.time is None else one.time.isoformat(),
        "time_from": one.time_from.value,
        "small": one.is_small,
        "whole": one.is_whole,
        "original": one.original,
        "trace": one.how,
        "places": [
            {
                "path": readable(str(place.path)),
                "offset": place.offset,
                "inside": [readable(part) for part in place.inside],
            }
            for place in one.places
        ],
    }
