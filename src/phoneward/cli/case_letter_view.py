"""What `phoneward case letter` prints."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from phoneward.cases import letters
from phoneward.cases.channels import STATUS_WORDS, channels
from phoneward.cli.output import Output
from phoneward.cli.tables import plain_table
from phoneward.errors import readable
from phoneward.texts import Named, _, enumeration

if TYPE_CHECKING:
    from phoneward.cases import CaseFacts


def show_kinds(output: Output, facts: "CaseFacts", *, has_evidence: bool) -> None:
    """Print which letters there are for this case, what each lacks, and where a person can turn."""
    kinds = [kind for kind in letters.letter_kinds().values() if facts.country in kind.countries]
    lacking = {kind.id: letters.missing_fields(facts, kind.id, has_evidence=has_evidence) for kind in kinds}
    places = [one for one in channels().values() if one.country == facts.country]
    if output.json:
        for kind in kinds:
            output.emit(
                "case_letter_kind",
                {
                    "kind": kind.id,
                    "title": str(kind.title_words),
                    "about": _(kind.about),
                    "channel": kind.channel or None,
                    "missing": [{"code": gap.code, "what": gap.text} for gap in lacking[kind.id]],
                },
            )
        for place in places:
            output.emit(
                "case_channel",
                {
                    "channel": place.id,
                    "name": str(place.name),
                    "nature": place.nature.value,
                    "about": str(Named(place.about)),
                    "web": list(place.web),
                    "status": place.status.value,
                    "source": place.source or None,
                    "checked_on": place.checked_on.isoformat(),
                    "public": place.is_public,
                },
            )
        return
    table = plain_table(_("Letter"), _("What for"), _("Still missing"), whole=(0,))
    for kind in kinds:
        title = f"{kind.title_words}. {_(kind.about)}"
        table.add_row(kind.id, title, enumeration(gap.text for gap in lacking[kind.id]) or "–")
    output.result(table)
    output.result("")
    output.result(_("Where you can turn:"))
    for place in places:
        output.result(f"  {place.name}")
        for said in (str(Named(place.about)), *([str(Named(place.times))] if place.times else []), *place.web):
            output.result(f"    {said}")
        output.result(f"    {_(STATUS_WORDS[place.status])}")
    output.summary("")
    output.summary(_("Write one with: {command}").format(command="phoneward case letter FOLDER demand --pdf FILE"))


def show_letter(output: Output, letter: "letters.Letter", *, files: Sequence[Path], kept: str | None) -> None:
    """Print what is missing, the letter where it went into no file, and what to know before it is sent."""
    if output.json:
        output.emit(
            "case_letter",
            {
                "kind": letter.kind,
                "language": letter.language,
                "day": letter.day.isoformat(),
                "title": letter.title,
                "text": letters.letter_text(letter),
                "missing": [{"code": gap.code, "what": gap.text} for gap in letter.gaps],
                "articles": list(letter.articles),
                "public": letter.is_public,
                "advice": list(letter.advice),
                "files": [readable(str(file)) for file in files],
                "kept": kept,
            },
        )
        return
    if letter.gaps:
        output.summary(_("The case does not hold this; fill it in by hand, or put it into the case first:"))
        for gap in letter.gaps:
            output.summary(f"  - {_(letters.NEED_WORDS[letters.Need(gap.code)])}")
        output.summary("")
    if not files:
        output.result(letters.letter_text(letter).rstrip("\n"))
    for file in files:
        output.result(_("The letter is in {file}.").format(file=readable(str(file))))
    if kept is not None:
        output.summary(_("In the case it is {path}.").format(path=kept))
    output.summary("")
    if letter.is_public:
        output.summary(_("Everybody can read this one. What is personal was taken out; read it once more."))
    for sentence in letter.advice:
        output.summary(f"  - {sentence}")
