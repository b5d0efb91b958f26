"""What `phoneward watch scan` prints."""

from typing import TYPE_CHECKING

from phoneward.cli.output import Output
from phoneward.texts import _, formats, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phoneward.watch import AppCopy, Scanned

SHOWN = 20
"""Copies of one app that are told one by one; JSON has all."""


def show(output: Output, scanned: "Scanned", copies: "Sequence[AppCopy]", written: "Mapping[str, str]") -> None:
    """Print what was found.

    Args:
        output: where to.
        scanned: the look.
        copies: those that are told.
        written: the files and folders that were written, by option.
    """
    from phoneward import watch

    if output.json:
        for copy in copies:
            output.emit("app_copy", watch.copy_document(copy))
        output.emit("summary", watch.scanned_document(scanned) | {"written": dict(written)})
        return
    for some in _by_app(copies):
        for copy in some[:SHOWN]:
            output.result(str(watch.copy_sentences(copy, scanned.taken)))
            output.result("  " + " › ".join((copy.path, *copy.inside)))
        if len(some) > SHOWN:
            more = len(some) - SHOWN
            output.result(ngettext("  and {count} more", "  and {count} more", more).format(count=f"{more:,}"))
    if not copies:
        output.result(_("No copies were found for which no ordinary cause is known."))
    _tell_how(output, scanned, copies, written)


def _tell_how(output: Output, scanned: "Scanned", copies: "Sequence[AppCopy]", written: "Mapping[str, str]") -> None:
    output.summary("")
    ordinary = len(scanned.copies) - len(copies)
    if ordinary:
        output.summary(
            ngettext(
                "{count} more copy has an ordinary cause, such as a gallery's thumbnail. --all lists it.",
                "{count} more copies have an ordinary cause, such as a gallery's thumbnails. --all lists them.",
                ordinary,
            ).format(count=f"{ordinary:,}")
        )
    output.summary(
        _("{own} pictures of yours were compared with {pictures} pictures in {files} files of apps.").format(
            own=f"{scanned.own:,}", pictures=f"{scanned.pictures:,}", files=f"{scanned.files:,}"
        )
    )
    output.summary(_("The backup is of {taken}.").format(taken=formats.moment(scanned.taken)))
    if scanned.is_by_bytes:
        output.summary(
            _("Only exact copies were looked for. Changed and smaller ones need: pip install 'phoneward[watch]'")
        )
    if copies:
        output.summary(
            _("That a copy lies on the phone does not say that it was sent: phoneward watch capture --guide")
        )
    output.summary(_("Not looked at:"))
    for one in scanned.not_looked_at:
        output.summary(f"  {one}")
    for place in written.values():
        output.summary(_("Written: {path}").format(path=place))
    if "evidence" in written:
        output.summary(_("That folder holds your pictures unencrypted. Delete it when it has served its purpose."))


def _by_app(copies: "Sequence[AppCopy]") -> "list[list[AppCopy]]":
    """Return copies by app, the app with most first, those of nobody's folders last."""
    apps: dict[str, list[AppCopy]] = {}
    for copy in copies:
        apps.setdefault(copy.package, []).append(copy)
    return sorted(apps.values(), key=lambda some: (not some[0].package, -len(some)))
