"""What `phoneward watch compare` shows."""

import json
import sys
from typing import TYPE_CHECKING

from phoneward.cli.tables import plain_table
from phoneward.errors import readable
from phoneward.texts import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phoneward.cli.output import Output
    from phoneward.watch import FolderMatch


def show(output: "Output", matches: "Iterable[FolderMatch]") -> None:
    """Show each copy: with `--json` a line as soon as it is found."""
    if output.json:
        for match in matches:
            sys.stdout.write(json.dumps(document(match), separators=(",", ":")) + "\n")
        return
    from phoneward.watch import kind_words

    table = plain_table(_("Copy"), _("Of"), _("What it is"))
    count = 0
    for match in matches:
        count += 1
        table.add_row(match.suspect.readable(), match.original.readable(), str(kind_words(match.verdict)))
    if count:
        output.result(table)
    output.summary(
        ngettext("{count} copy was found.", "{count} copies were found.", count).format(count=f"{count:,}")
        if count
        else _("No copy was found.")
    )


def document(match: "FolderMatch") -> dict[str, object]:
    """Return a match for programs."""
    found: dict[str, object] = {
        "original": match.original.path,
        "suspect": match.suspect.path,
        "kind": match.verdict.kind.value,
        "distinguishable": match.verdict.is_distinguishable,
        "confidence": round(match.verdict.confidence, 3),
    }
    for role, place in (("original_inside", match.original), ("suspect_inside", match.suspect)):
        if place.inside:
            found[role] = [readable(part) for part in place.inside]
    return found
