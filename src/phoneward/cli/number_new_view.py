"""What `phoneward number new` prints."""

from typing import TYPE_CHECKING

from phoneward import numbers
from phoneward.cli.output import Output
from phoneward.cli.tables import plain_table
from phoneward.errors import readable
from phoneward.texts import _, formats, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoneward.texts import Words


def show(output: Output, found: "numbers.NewHolder") -> None:
    """Print which services mean somebody else, and what to do."""
    if output.json:
        _emit(output, found)
        return
    if found.theirs:
        output.result(_("These services take you for somebody else:"))
        _table(output, found.theirs)
    else:
        output.result(_("No service was found that takes you for somebody else."))
    if found.maybe:
        output.result(_("Of these nobody can tell; you know whether they are yours:"))
        _table(output, found.maybe)
    known = [said for one in (*found.theirs, *found.maybe) if (said := numbers.reissue_words(one)) is not None]
    if known:
        output.result(_("What is known of these and numbers that are issued again:"))
        for sentence in known:
            output.result(f"  - {sentence}")
    if found.theirs or found.maybe:
        output.result("")
        output.result(_("What to do:"))
        for place, step in enumerate(numbers.new_holder_steps(found), 1):
            output.result(f"  {place}. {step}")
    output.result("")
    output.result(_("Never:"))
    for sentence in numbers.new_holder_never():
        output.result(f"  - {sentence}")
    output.summary("")
    output.summary(
        ngettext(
            "{count} message that came to the number was looked at.",
            "{count} messages that came to the number were looked at.",
            found.messages,
        ).format(count=f"{found.messages:,}")
    )
    for sentence in numbers.new_holder_unknown(found):
        output.summary(str(sentence))


def show_letter(output: Output, paragraphs: "Sequence[Words]") -> None:
    """Print a letter, to be copied or printed."""
    if output.json:
        output.emit("letter", {"paragraphs": [str(paragraph) for paragraph in paragraphs]})
        return
    output.result("\n\n".join(str(paragraph) for paragraph in paragraphs))


def _table(output: Output, strangers: "Sequence[numbers.Stranger]") -> None:
    table = plain_table(_("Service"), _("What shows it"), _("Messages"), _("Last seen"), numbers=(2,), whole=(3,))
    for one in strangers:
        table.add_row(
            f"{numbers.stranger_words(one)}\n({one.key})",
            "\n".join(str(sentence) for sentence in numbers.sign_words(one)),
            f"{one.count:,}",
            "?" if one.last is None else formats.day(one.last),
        )
    output.result(table)


def _emit(output: Output, found: "numbers.NewHolder") -> None:
    for one in (*found.theirs, *found.maybe):
        output.emit(
            "stranger",
            {
                "account": one.key,
                "account_system": one.system.id if one.system is not None else None,
                "service": readable(one.service),
                "is_somebody_elses": one.is_somebody_elses,
                "signs": [sign.value for sign in one.signs],
                "initial": one.initial or None,
                "harm": one.harm.value,
                "count": one.count,
                "first": one.first.isoformat() if one.first else None,
                "last": one.last.isoformat() if one.last else None,
                "ref": readable(one.ref) or None,
            },
        )
    output.emit(
        "summary",
        {
            "number": found.number,
            "since": found.since.isoformat() if found.since else None,
            "theirs": len(found.theirs),
            "maybe": len(found.maybe),
            "mine": list(found.mine),
            "messages": found.messages,
            "earlier": found.earlier,
        },
    )
