"""What `phoneward watch capture` shows."""

import json
import sys
from typing import TYPE_CHECKING

from phoneward.cli.output import json_line
from phoneward.texts import _, sentences

if TYPE_CHECKING:
    from phoneward.cli.output import Output
    from phoneward.watch import CaptureResult, RecordingGuide, Upload


def show(output: "Output", result: "CaptureResult") -> None:
    """Show what was sent, then what could not be read.

    With `--json` a line for each upload, and one for what stayed unread; on standard error what else is to be said.
    """
    from phoneward import watch

    if output.json:
        for upload in result.uploads:
            _line(upload_document(upload))
        for upload in result.perhaps:
            sys.stderr.write(json_line("perhaps", upload_document(upload)))
        for problem in result.unread.problems:
            sys.stderr.write(json_line("not_looked_at", {"message": problem}))
        _line({"unread": dict(result.unread.sent)})
        return
    for upload in (*result.uploads, *result.perhaps):
        output.result(str(watch.sent_title(upload.image, is_sure=upload.verdict.is_distinguishable)))
        for sentence in watch.upload_sentences(upload):
            output.result(f"  {sentence}")
    output.result("")
    output.result(str(watch.capture_verdict(result)))
    for sentence in watch.looked_sentences(result):
        output.result(str(sentence))
    unread = tuple(watch.unread_sentences(result.unread))
    if unread:
        output.result(_("What could not be read:"))
        for sentence in unread:
            output.result(f"  {sentence}")
    output.result(sentences(str(watch.not_seen_sentence()), _("See also --guide.")))


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
    for title, lines in (
        (_("What no recording shows:"), guide.limits),
        (_("Afterwards:"), guide.afterwards),
        (_("Where this comes from:"), tuple(page for way in guide.ways for page in way.sources)),
    ):
        output.result(title)
        for line in lines:
            output.result(f"  {line}")
