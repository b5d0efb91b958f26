"""What `phoneward watch capture` shows."""

import json
import sys
from typing import TYPE_CHECKING

from phoneward.cli.output import json_line
from phoneward.errors import readable
from phoneward.texts import _, formats, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoneward.cli.output import Output
    from phoneward.watch import CaptureResult, RecordingGuide, Unread, Upload


def show(output: "Output", result: "CaptureResult") -> None:
    """Show what was sent, then what could not be read.

    With `--json` a line for each upload, and one for what stayed unread; on standard error what else is to be said.
    """
    if output.json:
        for upload in result.uploads:
            _line(upload_document(upload))
        for upload in result.perhaps:
            sys.stderr.write(json_line("perhaps", upload_document(upload)))
        for problem in result.unread.problems:
            sys.stderr.write(json_line("not_looked_at", {"message": problem}))
        _line({"unread": dict(result.unread.sent)})
        return
    for upload in result.uploads:
        output.result(_("SENT: {image}").format(image=readable(upload.image)))
        _show_upload(output, upload)
    for upload in result.perhaps:
        output.result(_("PERHAPS SENT: {image}").format(image=readable(upload.image)))
        _show_upload(output, upload)
    for sentence in _ending(result):
        output.result(sentence)


def upload_document(upload: "Upload") -> dict[str, object]:
    """Return an upload for programs."""
    return {
        "image": upload.image,
        "time": None if upload.time is None else upload.time.isoformat().replace("+00:00", "Z"),
        "app": upload.app,
        "host": upload.host,
        "form": " > ".join(upload.form),
        "kind": upload.verdict.kind.value,
    }


def _line(document: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(document, separators=(",", ":")) + "\n")


def _show_upload(output: "Output", upload: "Upload") -> None:
    from phoneward.watch import kind_words

    time = _("at a time that the recording does not say") if upload.time is None else formats.moment(upload.time)
    app = _("an app that the recording does not name") if upload.app is None else readable(upload.app)
    said = _("  to {host}, {time}, by {app}").format(host=readable(upload.host) or "?", time=time, app=app)
    output.result(said)
    what, way = str(kind_words(upload.verdict)), " > ".join(readable(step) for step in upload.form)
    output.result(_("  {what}; it lay in: {way}").format(what=what, way=way))


def _ending(result: "CaptureResult") -> "Iterator[str]":
    count = len({upload.image for upload in result.uploads})
    yield ""
    if count:
        said = ngettext("{count} of your pictures was sent.", "{count} of your pictures were sent.", count)
        yield said.format(count=f"{count:,}")
    else:
        said = ngettext(
            "NOT SEEN: your {count} picture is in nothing that this recording shows.",
            "NOT SEEN: none of your {count} pictures is in anything that this recording shows.",
            result.images,
        )
        yield said.format(count=f"{result.images:,}")
    looked = ngettext(
        "{count} thing that was sent was looked at; it held {pictures} pictures.",
        "{count} things that were sent were looked at; they held {pictures} pictures.",
        result.exchanges,
    )
    yield looked.format(count=f"{result.exchanges:,}", pictures=f"{result.pictures:,}")
    if result.uncompared:
        yield _(
            "Pictures were compared byte by byte only, since the parts for more are not installed: "
            "pip install 'phoneward[watch]'"
        )
    yield from _unread(result.unread)
    yield _("Not seen is not the same as not sent: this is what one recording shows. See also --guide.")


def _unread(unread: "Unread") -> "Iterator[str]":
    if not unread.sent and not unread.problems:
        return
    yield _("What could not be read:")
    for app, size in sorted(unread.sent.items(), key=lambda one: (-one[1], one[0])):
        if app == "unknown":
            yield _("  {size} of which the recording does not say which app sent them").format(size=formats.size(size))
        else:
            yield _("  {size} that {app} sent").format(size=formats.size(size), app=readable(app))
    yield from (f"  {problem}" for problem in unread.problems)


def show_guide(output: "Output", guide: "RecordingGuide") -> None:
    """Show how to make a recording."""
    if output.json:
        output.emit(
            "guide",
            {
                "ways": [
                    {"way": way.key, "title": way.title, "steps": list(way.steps), "sources": list(way.sources)}
                    for way in guide.ways
                ],
                "limits": list(guide.limits),
                "afterwards": list(guide.afterwards),
            },
        )
        return
    for way in guide.ways:
        output.result(way.title)
        for number, step in enumerate(way.steps, start=1):
            output.result(f"  {number}. {step}")
        output.result("")
    for title, sentences in (
        (_("What no recording shows:"), guide.limits),
        (_("Afterwards:"), guide.afterwards),
        (_("Where this comes from:"), tuple(page for way in guide.ways for page in way.sources)),
    ):
        output.result(title)
        for sentence in sentences:
            output.result(f"  {sentence}")
