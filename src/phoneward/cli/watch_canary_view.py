"""What `phoneward watch canary …` prints."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from phoneward.cli.output import Output
from phoneward.cli.tables import plain_table
from phoneward.errors import readable
from phoneward.texts import Words, _, formats

if TYPE_CHECKING:
    from phoneward.phones import PictureAccess
    from phoneward.watch import BytesReport, CanaryCopy, CanaryReport, CanarySearch, CanarySent, NotedCanary

_NOTICE_SINCE = 34
"""Android 14, from which apps can be told of screenshots."""


def show(output: Output, report: "CanaryReport", *, api_level: int | None = None, by_hand: bool = False) -> None:
    """Show what one round showed."""
    from phoneward import watch

    if output.json:
        for copy in report.copies:
            output.emit("canary_copy", copy_document(copy, report))
        for sent in report.sent:
            output.emit("canary_sent", sent_document(sent))
        output.emit("summary", document(report))
        return
    if report.copies:
        table = plain_table(_("App"), _("File"), _("Form"), _("Size"), _("After"), numbers=(3, 4))
        for copy in report.copies:
            gap = report.gap(copy)
            table.add_row(
                readable(copy.package) or "?",
                copy.path,
                str(watch.form_of(copy, report)),
                formats.size(copy.sighting.size),
                "?" if gap is None else formats.duration(gap.total_seconds()),
            )
        output.result(table)
    _show_sent(output, report.sent)
    for sentence in watch.sentences_of(report):
        output.result(str(sentence))
    _show_missed(output, report.missed)
    if not report.is_place_confirmed:
        output.summary(_("Whether phones of this maker keep screenshots under such a name is not known."))
    if api_level is not None and api_level >= _NOTICE_SINCE and not by_hand:
        output.summary(
            _(
                "A picture that comes over a cable does not trigger the notice of screenshots that apps can get since "
                "Android 14. To test that too, repeat with --by-hand."
            )
        )


def _show_sent(output: Output, sent: "Sequence[CanarySent]") -> None:
    if not sent:
        return
    table = plain_table(_("Sent to"), _("App"), _("When"), _("Width"), _("Size"), _("How"), numbers=(3, 4), whole=(2,))
    for one in sent:
        table.add_row(
            readable(one.host),
            readable(one.app or "?"),
            "?" if one.time is None else formats.moment(one.time),
            f"{one.width}",
            formats.size(one.size),
            " > ".join(one.form),
        )
    output.result(table)


def _show_missed(output: Output, missed: Sequence[Words]) -> None:
    if missed:
        output.summary(_("Not looked at:"))
    for sentence in missed:
        output.summary(f"  {sentence}")


def show_written(output: Output, note: "NotedCanary") -> None:
    """Show what was written into a file."""
    if output.json:
        output.emit("canary", {"number": note.number, "path": note.path, "size": note.size, "sha256": note.sha256})
        return
    output.result(_("Test picture {number} was written: {path}").format(number=f"{note.number:07d}", path=note.path))
    output.summary(
        _(
            "Copy it to the phone among the screenshots, use the app, and copy the app's folders back. Then run: "
            "phoneward watch canary look FOLDER --id {number}"
        ).format(number=note.number)
    )


def show_search(
    output: Output,
    found: "CanarySearch",
    copies: Sequence["CanaryCopy"],
    sent: Sequence["CanarySent"],
    notes: Sequence["NotedCanary"],
) -> None:
    """Show what was found in folders, files or a snapshot."""
    made = {note.number: note.made for note in notes}
    if output.json:
        for copy in copies:
            output.emit("canary_copy", copy_document(copy, None))
        for one in sent:
            output.emit("canary_sent", sent_document(one))
        output.emit("summary", {**_counts(found), "copies": len(copies), "sent": len(sent)})
        return
    _show_sent(output, sent)
    if copies:
        table = plain_table(_("Test picture"), _("Made"), _("App"), _("File"), _("Form"), whole=(1,))
        for copy in copies:
            when = made.get(copy.sighting.number)
            table.add_row(
                f"{copy.sighting.number:07d}",
                _("elsewhere") if when is None else formats.moment(when),
                readable(copy.package) or "?",
                copy.path,
                _("{width} × {height} pixels").format(width=copy.sighting.width, height=copy.sighting.height),
            )
        output.result(table)
    elif not sent:
        output.result(_("NOT SEEN: no test picture is in these files. That is no proof that there is none elsewhere."))
    _show_missed(output, found.missed)


def show_bytes(output: Output, report: "BytesReport") -> None:
    """Show what the phone's counts say of an app."""
    from phoneward import watch

    if output.json:
        output.emit("summary", bytes_document(report))
        return
    if report.verdict is not None:
        table = plain_table(_("Run"), _("Sent without the picture"), _("Sent with it"), numbers=(0, 1, 2))
        for number, sent in enumerate(report.verdict.with_picture):
            without = report.verdict.without[number : number + 1]
            table.add_row(f"{number + 1}", *(formats.size(one) for one in without or (0,)), formats.size(sent))
        output.summary(table)
    for sentence in watch.bytes_sentences(report):
        output.result(str(sentence))
    _show_missed(output, report.missed)


# -- JSON --------------------------------------------------------------------------------------------------------------


def document(report: "CanaryReport") -> dict[str, object]:
    """Return a round's summary for programs."""
    return {
        "number": report.canary.number,
        "path": report.canary.path,
        "sha256": report.canary.sha256,
        "put": _time(report.put),
        "listed": report.is_listed,
        "place_confirmed": report.is_place_confirmed,
        "app": report.app or None,
        "copies": len(report.copies),
        "sent": len(report.sent),
        "seen": report.is_seen,
        "files": report.files,
        "pictures": report.pictures,
        "picture_access": _access(report.access),
        "removal": None if report.removal is None else report.removal.value,
        "not_looked_at": [str(sentence) for sentence in report.missed],
    }


def copy_document(copy: "CanaryCopy", report: "CanaryReport | None") -> dict[str, object]:
    """Return a copy for programs."""
    gap = None if report is None else report.gap(copy)
    return {
        "number": copy.sighting.number,
        "app": copy.package or None,
        "path": copy.path,
        "via": list(copy.sighting.via),
        "offset": copy.sighting.offset,
        "format": copy.sighting.format.value,
        "width": copy.sighting.width,
        "height": copy.sighting.height,
        "size": copy.sighting.size,
        "sha256": copy.sighting.sha256,
        "identical": report is not None and copy.sighting.sha256 == report.canary.sha256,
        "thumbnail": copy.is_thumbnail,
        "written": _time(copy.written),
        "gap_seconds": None if gap is None else round(gap.total_seconds(), 3),
        "marks": copy.sighting.marks,
    }


def sent_document(sent: "CanarySent") -> dict[str, object]:
    """Return a canary that was sent, for programs."""
    return {
        "number": sent.number,
        "time": _time(sent.time),
        "app": sent.app,
        "host": sent.host,
        "url": sent.url,
        "width": sent.width,
        "size": sent.size,
        "form": " > ".join(sent.form),
    }


def bytes_document(report: "BytesReport") -> dict[str, object]:
    """Return what the counts say, for programs."""
    verdict = report.verdict
    return {
        "app": report.package,
        "shared_with": list(report.shared_with),
        "conclusion": "cannot-tell" if verdict is None else verdict.conclusion.value,
        "tier": report.tier.value,
        "most_sent": None if verdict is None else verdict.most,
        "sent_without": [] if verdict is None else list(verdict.without),
        "sent_with": [] if verdict is None else list(verdict.with_picture),
        "difference": None if verdict is None else verdict.difference,
        "chance": None if verdict is None else verdict.chance,
        "forms": [
            {"form": form.name, "size": form.size, "excluded": verdict is not None and form in verdict.excluded}
            for form in report.forms
        ],
        "vpn": report.vpn,
        "picture_access": _access(report.access),
        "not_looked_at": [str(sentence) for sentence in report.missed],
    }


def _access(access: "tuple[PictureAccess, ...] | None") -> object:
    if access is None:
        return None
    return [
        {"right": one.operation, "mode": one.mode, "used_ms_ago": one.ago_ms, "refused_ms_ago": one.refused_ago_ms}
        for one in access
    ]


def _counts(found: "CanarySearch") -> dict[str, object]:
    return {
        "files": found.files,
        "pictures": found.pictures,
        "not_looked_at": [str(sentence) for sentence in found.missed],
    }


def _time(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
