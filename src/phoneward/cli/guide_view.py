"""How a phone takes in files of records, as sentences on the terminal and as JSON."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from phoneward.cli.output import Output
from phoneward.texts import _, labelled

if TYPE_CHECKING:
    from phoneward.phones import ImportGuide


def show_guide(output: Output, guide: "ImportGuide") -> None:
    """Show what to do after a restore: the steps of each way, and what to look at."""
    output.summary("")
    for line in _steps(guide):
        output.summary(line)


def show_whole_guide(output: Output, guide: "ImportGuide") -> None:
    """Show a guide that was asked for: also what does not come back, and where everything comes from."""
    for line in _steps(guide):
        output.result(line)
    output.result(_("What does not come back:"))
    for sentence in guide.not_back:
        output.result(f"  {sentence}")
    output.result(_("Where this comes from:"))
    for source in dict.fromkeys((*guide.sources, *(one for way in guide.ways for one in way.sources))):
        output.result(f"  {source}")


def _steps(guide: "ImportGuide") -> Iterator[str]:
    yield labelled(guide.title, guide.name)
    for number, way in enumerate(guide.ways):
        yield (_("Or with {app}:") if number else _("With {app}:")).format(app=way.app)
        yield from _numbered(way.steps)
        yield from (f"  {sentence}" for sentence in (*way.notes, way.twice, way.caution) if sentence)
        yield ""
    yield _("Look afterwards:")
    yield from _numbered(guide.check)


def _numbered(lines: Sequence[str]) -> Iterator[str]:
    yield from (f"  {number}. {line}" for number, line in enumerate(lines, start=1))


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
