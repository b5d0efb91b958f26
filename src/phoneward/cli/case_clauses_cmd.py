"""`phoneward case clauses FILE`: what a user agreement excludes, and why that may be void."""

import datetime as dt
from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import argument, current, option, output_options
from phoneward.cli.told_days import told_day
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _, enumeration, ngettext

if TYPE_CHECKING:
    from phoneward.cases.clauses import Clauses
    from phoneward.cli.output import Output


@click.command(
    cls=WordedCommand,
    short_help=N_("Look through a user agreement for clauses that exclude liability, and say why they may be void."),
    help=N_(
        "Look through a user agreement for clauses that exclude liability or take rights away, and say why they may be "
        "void. Each is quoted with its line. FILE is a text or a saved web page; - reads what is pasted.\n\n"
        "The rules that are named are those of Chinese law of the day the agreement was made (--on); without it none "
        "is named. This is information, not legal advice."
    ),
)
@argument("file", metavar="FILE", meaning=N_("The agreement as text or web page, or - for standard input."))
@option(
    "--on", metavar="DAY", help=N_("The day you agreed to it, such as 2022-03-01: which rules apply depends on it.")
)
@output_options
def clauses(file: str, on: str | None) -> ExitCode:
    """Read, look, show."""
    from phoneward.cases.clauses import find_clauses
    from phoneward.cases.documents import read_file

    frame = current()
    day = None if on is None else told_day(on, "--on")
    found = find_clauses(read_file(file), on=day, day=dt.datetime.now().astimezone().date())
    _show(frame.output, found)
    return ExitCode.DONE


def _show(output: "Output", found: "Clauses") -> None:
    from phoneward.cases.clauses import CLAUSE_WORDS, unchecked, why_words
    from phoneward.cases.law import citation_words

    for one in found.found:
        if output.json:
            output.emit(
                "case_clause",
                {
                    "kinds": list(one.kinds),
                    "line": one.sentence.line,
                    "quote": one.sentence.text,
                    "tier": "observed",
                    "may_be_void": {"tier": "inferred", "articles": [article.id for article in one.articles]},
                    "why": [str(why_words(kind)) for kind in one.kinds],
                    "saved_by_law": one.is_saved,
                    "set_off": one.sentence.is_set_off,
                },
            )
            continue
        output.result(_("Line {line}: {quote}").format(line=one.sentence.line, quote=one.sentence.text))
        for kind in one.kinds:
            output.result(f"  - {_(CLAUSE_WORDS[kind])}. {why_words(kind)}")
        if one.is_saved:
            output.result("  - " + _("It says “as far as the law permits”: it claims no more than the law leaves it."))
        if one.sentence.is_set_off is False:
            output.result("  - " + _("Nothing in the page sets it off from the text around it, such as bold print."))
        if one.articles:
            listed = enumeration(str(citation_words(article)) for article in one.articles)
            output.result(
                "  - " + _("It may be void or no part of the contract by: {articles}.").format(articles=listed)
            )
        output.result("")
    if output.json:
        output.emit(
            "summary",
            {
                "clauses": len(found.found),
                "sentences": found.sentences,
                "on": found.on.isoformat() if found.on else None,
                "not_checked": [str(one) for one in unchecked(found)],
            },
        )
        return
    output.result(
        ngettext("{count} clause was found.", "{count} clauses were found.", len(found.found)).format(
            count=len(found.found)
        )
    )
    output.result(_("Not checked:"))
    for said in unchecked(found):
        output.result(f"  - {said}")
