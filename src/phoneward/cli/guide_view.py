"""How a phone takes in files of records, as sentences on the terminal and as JSON."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from phoneward.cli.output import Output
from phoneward.texts import N_, _, labelled

if TYPE_CHECKING:
    from phoneward.phones import ImportGuide

KIND_WORDS = {
    "sms": N_("Text messages"),
    "calls": N_("Calls"),
    "contacts": N_("Contacts"),
    "calendar": N_("Calendar"),
}
"""What each kind of records is called, as a heading."""


def show_guide(output: Output, guide: "ImportGuide", *, sources: bool = False) -> None:
    """Show a guide in steps.

    Args:
        output: of this run.
        guide: in the reader's language.
        sources: whether to say where everything comes from.
    """
    show = output.result if sources else output.summary
    show("")
    show(labelled(_(KIND_WORDS[guide.kind]), guide.name))
    for number, way in enumerate(guide.ways):
        if number:
            show("")
        show(_("With {app}:").format(app=way.app) if number == 0 else _("Or with {app}:").format(app=way.app))
        _lines(output, way.steps, sources=sources)
        for sentence in (*way.notes, way.twice, way.caution):
            if sentence:
                show(f"  {sentence}")
    show("")
    show(_("Look afterwards:"))
    _lines(output, guide.check, sources=sources)
    show(_("What does not come back:"))
    for sentence in guide.not_back:
        show(f"  {sentence}")
    if sources:
        show(_("Where this comes from:"))
        for source in dict.fromkeys((*guide.sources, *(one for way in guide.ways for one in way.sources))):
            show(f"  {source}")


def _lines(output: Output, lines: Sequence[str], *, sources: bool) -> None:
    for number, line in enumerate(lines, start=1):
        (output.result if sources else output.summary)(f"  {number}. {line}")


def guide_document(guide: "ImportGuide") -> dict[str, object]:
    """Return a guide for JSON."""
    return {
        "kind": guide.kind,
        "family": guide.family,
        "ways": [
            {
                "app": way.app,
                "steps": list(way.steps),
                "notes": list(way.notes),
                "twice": way.twice,
                "confirmed": way.confirmed,
                "sources": list(way.sources),
            }
            for way in guide.ways
        ],
        "not_back": list(guide.not_back),
        "check": list(guide.check),
        "sources": list(guide.sources),
    }
