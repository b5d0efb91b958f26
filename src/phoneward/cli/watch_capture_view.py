"""What `phoneward watch capture` shows."""

import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoneward.cli.output import Output
    from phoneward.watch import CaptureResult, Upload


def show(output: "Output", result: "CaptureResult") -> None:
    """Show what was sent, then what could not be read."""
    if output.json:
        for upload in result.uploads:
            _line(upload_document(upload))
        _line({"unread": dict(result.unread.sent)})
        return


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
