"""What a letter asks: of the other side, of an authority, of a legal aid office; and by when an answer is asked for."""

from collections.abc import Iterator

from phoneward.cases.letters.demands import sentences_of
from phoneward.cases.letters.matter import Matter
from phoneward.cases.letters.model import Items, Paragraph, Section
from phoneward.texts import _, ngettext


def asked(matter: Matter) -> Iterator[Section]:
    """Yield the parts that ask for something."""
    heading = _("What I ask")
    if matter.kind.id == "relative-request":
        yield _relative(heading)
    elif not matter.kind.channel:
        yield _demands(matter, heading)
    else:
        what = matter.kind.id.rpartition("-")[2]
        before = {
            "complaint": _("Please take up this dispute and help that the other side does this:"),
            "claim": _("That the defendant does this:"),
            "note": _("What I ask of the company:"),
        }
        if what in before:
            yield _demands(matter, heading, before[what])
        else:
            yield _of_office(heading, is_report=what == "report")
    if not matter.kind.channel:
        yield _reply(matter)


def _reply(matter: Matter) -> Section:
    period = ngettext(
        "Please answer in writing within {count} day of receiving this letter.",
        "Please answer in writing within {count} days of receiving this letter.",
        matter.reply_days,
    ).format(count=matter.reply_days)
    lines = [
        period,
        _("If you refuse a request, please give your reasons in writing, for each request."),
        _("Without an answer I shall use the ways that the law offers: complaint, mediation, court."),
    ]
    return Section(_("Answer"), tuple(map(Paragraph, lines)))


def _demands(matter: Matter, heading: str, *before: str) -> Section:
    """Return what is asked, counted through.

    Args:
        matter: the letter's.
        heading: over it.
        before: paragraphs before the list.
    """
    listed = tuple(sentence for one in matter.demands for sentence in sentences_of(one, matter.facts))
    return Section(heading, (*map(Paragraph, before), Items(listed, is_numbered=True)))


def _relative(heading: str) -> Section:
    """Return what a close relative asks."""
    return Section(
        heading,
        (
            Paragraph(
                _(
                    "The holder of this account has died. I am a close relative, and ask in my own lawful interest, as "
                    "stated above:"
                )
            ),
            Items(
                (
                    _("Let me see and copy the data of this account: messages, pictures, films, files and contacts."),
                    _("Hand it over in a common electronic form, with its days."),
                    _("Until this is settled neither delete nor close the account, nor give it to anybody else."),
                    _(
                        "Say which papers you need to prove the death and the kinship; please ask for nothing "
                        "beyond it."
                    ),
                    _("If you refuse, give your reasons in writing, for each kind of data."),
                ),
                is_numbered=True,
            ),
        ),
    )


def _of_office(heading: str, *, is_report: bool) -> Section:
    """Return what is asked of an authority that gets a report, or of a legal aid office."""
    asked = (
        (
            _("Look into whether the law was broken, and act on it within your powers."),
            _("Have the records kept that show what happened."),
            _("Tell me the result, as far as the law provides for it."),
        )
        if is_report
        else (
            _("Advise me on what I can ask of the other side, and by which way."),
            _("Tell me whether I can have a lawyer free of charge in this matter, and what you need for that."),
        )
    )
    return Section(heading, (Items(asked, is_numbered=True),))
