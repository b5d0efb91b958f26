"""`phoneward case reply FILE`: scores what a company wrote."""

import datetime as dt
from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import argument, current, option, output_options
from phoneward.cli.told_days import told_day
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _, enumeration

if TYPE_CHECKING:
    from phoneward.cases.replies import Score
    from phoneward.cli.output import Output


@click.command(
    cls=WordedCommand,
    short_help=N_("Score a company's answer, or its notice of a leak: what it should say and whether it does."),
    help=N_(
        "Score a company's answer to you, or its notice of a leak or loss (--notice): of each thing it should say, "
        "whether it does, with the sentence that says it. FILE is a text or a saved web page; - reads what is pasted. "
        "This is information, not legal advice."
    ),
)
@argument("file", metavar="FILE", meaning=N_("What the company wrote, as text or web page, or - for standard input."))
@option("--notice", is_flag=True, help=N_("It is a notice of a leak or loss, not an answer to you."))
@option("--happened", metavar="DAY", help=N_("The day it happened: which rules apply depends on it."))
@option(
    "--country", type=click.Choice(("CN", "EU")), default="CN", help=N_("Whose rules are named. Default: CN (China).")
)
@output_options
def reply(file: str, happened: str | None, country: str, *, notice: bool) -> ExitCode:
    """Read, score, show."""
    from phoneward.cases.documents import read_file
    from phoneward.cases.replies import Text, score

    frame = current()
    day = None if happened is None else told_day(happened, "--happened")
    found = score(
        read_file(file),
        Text.NOTICE if notice else Text.REPLY,
        country=country,
        happened=day,
        day=dt.datetime.now().astimezone().date(),
    )
    _show(frame.output, found)
    return ExitCode.DONE


def _show(output: "Output", found: "Score") -> None:
    from phoneward.cases.law import citation_words
    from phoneward.cases.replies import FOUND_WORDS, unchecked

    for one in found.points:
        if output.json:
            output.emit(
                "case_reply_point",
                {
                    "point": one.id,
                    "name": str(one.name),
                    "found": one.found.value,
                    "line": one.sentence.line if one.sentence else None,
                    "quote": one.sentence.text if one.sentence else None,
                    "articles": [article.id for article in one.articles],
                },
            )
            continue
        output.result(_("{what}: {answer}").format(what=one.name, answer=_(FOUND_WORDS[one.found])))
        if one.sentence is not None:
            output.result("  " + _("Line {line}: {quote}").format(line=one.sentence.line, quote=one.sentence.text))
        if one.articles:
            listed = enumeration(str(citation_words(article)) for article in one.articles)
            output.result("  " + _("Asked for by: {articles}.").format(articles=listed))
    if output.json:
        output.emit(
            "summary",
            {
                "text": found.text.value,
                "present": found.present,
                "asked": len(found.asked),
                "not_checked": [str(one) for one in unchecked(found)],
            },
        )
        return
    output.result("")
    output.result(_("{present} of {asked} things are there.").format(present=found.present, asked=len(found.asked)))
    output.result(_("Not checked:"))
    for said in unchecked(found):
        output.result(f"  - {said}")
