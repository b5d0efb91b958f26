"""What `phoneward watch compare` shows."""

import json
import sys
from typing import TYPE_CHECKING

from phoneward.cli.tables import plain_table
from phoneward.errors import readable
from phoneward.media import Kind
from phoneward.texts import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phoneward.cli.output import Output
    from phoneward.watch import FolderMatch


KIND_WORDS = {
    Kind.IDENTICAL: N_("the same file"),
    Kind.RE_ENCODED: N_("the same picture, written anew"),
    Kind.SMALLER: N_("the same picture at another size"),
    Kind.CROPPED: N_("a part of the picture"),
    Kind.COVERED: N_("the picture with something over a part of it"),
    Kind.SAME_SCREEN: N_("the same screen; whether it says the same cannot be told at this size"),
}
_UNSURE = {
    Kind.CROPPED: N_("a part of the picture, or of another of yours that shows the same there"),
    Kind.COVERED: N_("probably the picture, with something over a part of it"),
}


def show(output: "Output", matches: "Iterable[FolderMatch]") -> None:
    """Show each copy: with `--json` a line as soon as it is found."""
    if output.json:
        for match in matches:
            sys.stdout.write(json.dumps(document(match), separators=(",", ":")) + "\n")
            sys.stdout.flush()  # whoever reads acts on each
        return
    table = plain_table(_("Copy"), _("Of"), _("What it is"))
    count = 0
    for match in matches:
        count += 1
        verdict = match.verdict
        what = (
            KIND_WORDS[verdict.kind]
            if verdict.is_distinguishable
            else _UNSURE.get(verdict.kind, KIND_WORDS[verdict.kind])
        )
        table.add_row(match.suspect.readable(), match.original.readable(), _(what))
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
