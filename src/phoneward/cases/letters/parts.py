"""The parts that letters are made of. Every fact in them comes from the case; what is missing is a gap."""

import itertools
from collections.abc import Iterable

from phoneward.cases.facts import App, Party, Role
from phoneward.cases.law import Article, Citations, laws, number_words
from phoneward.cases.letters.gaps import Need, claimant, gap_text
from phoneward.cases.letters.matter import ROLE_WORDS, Matter
from phoneward.cases.letters.model import Blanks, Block, Items, Paragraph, Section, Table
from phoneward.cases.letters.saying import MOST_ROWS, and_more, day_words, moment_words, money, plain, quantity
from phoneward.incidents import INCIDENT_WORDS
from phoneward.texts import Named, _, enumeration, labelled

_BY_HAND = (
    Need.IDENTITY,
    Need.REGION,
    Need.DEAD_NAME,
    Need.KINSHIP,
    Need.INTEREST,
    Need.ARRANGEMENT,
    Need.MEANS,
)
"""What no case holds, and the writer states of themselves."""


def sender(matter: Matter) -> Section:
    """Return who writes."""
    one = claimant(matter.facts) or Party(role=Role.CLAIMANT, name="")
    lines = _lines(
        (_("Full name"), matter.or_gap(one.name, Need.NAME)),
        (_("Address"), matter.or_gap(one.address, Need.ADDRESS)),
        (_("Telephone"), matter.or_gap(one.phone, Need.PHONE)),
        (_("E-mail"), matter.or_gap(one.email, Need.EMAIL)),
        (_("Contact"), gap_text(Need.CONTACT) if matter.lacks(Need.CONTACT) else ""),
    )
    lines += [gap_text(need) for need in _BY_HAND if need in matter.kind.needs]
    return Section(_("Who writes"), (Items(tuple(lines)),) if lines else (Paragraph(_("Without a name.")),))


def recipient(matter: Matter) -> list[Section]:
    """Return whom it goes to and, where that is an office, whom it is about."""
    found = []
    channel = matter.channel
    if channel is not None:
        name = str(channel.name)
        gaps = [gap_text(need) for need in (Need.COURT, Need.AUTHORITY) if need in matter.kind.needs]
        found.append(Section(_("To"), (Paragraph(" ".join([name, *gaps])),)))
    one = matter.to or Party(role=Role.OTHER, name="")
    lines = _lines(
        (_("Full name"), matter.or_gap(one.name, Need.RECIPIENT)),
        (_("Who that is"), _(ROLE_WORDS[one.role]) if matter.to else ""),
        (_("Address"), matter.or_gap(one.address, Need.RECIPIENT_ADDRESS)),
        (_("Telephone"), plain(one.phone)),
        (_("E-mail"), plain(one.email)),
    )
    if lines:
        found.append(Section(_("To") if channel is None else _("About whom"), (Items(tuple(lines)),)))
    return found


def _lines(*pairs: tuple[str, str]) -> list[str]:
    return [labelled(label, text) for label, text in pairs if text]


def happenings(matter: Matter) -> Section:
    """Return what happened: the incident, its days, the phone, the apps, the events, what each did."""
    facts = matter.facts
    lines = _lines(
        (_("What it is"), _(INCIDENT_WORDS[facts.incident])),
        (_("Day"), day_words(facts.happened) if facts.happened else _gap(matter, Need.HAPPENED)),
        (_("Noticed"), day_words(facts.noticed) if facts.noticed else ""),
        *thing_lines(matter),
    )
    blocks: list[Block] = [Items(tuple(lines))]
    if facts.events:
        blocks.append(_events(matter))
        if len(facts.events) > MOST_ROWS:
            blocks.append(Paragraph(and_more(len(facts.events) - MOST_ROWS)))
    elif Need.FACTS in matter.kind.needs:
        blocks.append(Paragraph(gap_text(Need.FACTS)))
    did = [
        labelled(matter.party_words(one.role), plain(sentence))
        for one in facts.parties
        for sentence in one.did[:MOST_ROWS]
        if sentence.strip()
    ]
    if did:
        blocks += [Paragraph(_("Who did what, as I see it:")), Items(tuple(did[:MOST_ROWS]))]
    return Section(_("The events"), tuple(blocks))


def thing_lines(matter: Matter) -> tuple[tuple[str, str], ...]:
    """Return the phone, the apps and the account, each with its label; empty texts where nothing is known."""
    device = matter.facts.device
    phone = enumeration(
        part
        for part in (
            plain(f"{device.maker} {device.model}"),
            labelled("Android", plain(device.android)) if device.android.strip() else "",
            labelled(_("Build"), plain(device.build)) if device.build.strip() else "",
            labelled(_("Serial number"), plain(device.serial)) if device.serial.strip() else "",
        )
        if part
    )
    apps = matter.facts.apps[:MOST_ROWS]
    return (
        (_("Phone"), phone),
        *((_("App"), _app(one)) for one in apps),
        *(((_("App"), gap_text(Need.APP)),) if matter.lacks(Need.APP) else ()),
        *(((_("Web address"), gap_text(Need.ADDRESS_OF_SITE)),) if Need.ADDRESS_OF_SITE in matter.kind.needs else ()),
        *(((_("Kind of problem"), gap_text(Need.PROBLEM_CLASS)),) if Need.PROBLEM_CLASS in matter.kind.needs else ()),
        (_("Account"), matter.or_gap(matter.facts.account, Need.ACCOUNT)),
    )


def _gap(matter: Matter, need: Need) -> str:
    return gap_text(need) if need in matter.kind.needs else ""


def _app(one: App) -> str:
    name = plain(one.package) if not one.label.strip() else f"{plain(one.label)} ({plain(one.package)})"
    before, after = one.signer_before.strip(), one.signer_after.strip()
    parts = [
        name,
        *_lines(
            (_("version before"), plain(one.version_before)),
            (_("version after"), plain(one.version_after)),
            (_("signing certificate before (SHA-256)"), plain(before)),
            (_("signing certificate after (SHA-256)"), plain(after)),
        ),
    ]
    if before and after and before.lower() != after.lower():
        parts.append(_("the two certificates differ"))
    return enumeration(parts)


def _events(matter: Matter) -> Table:
    return Table(
        (_("When"), _("What happened then"), _("Who"), _("Evidence")),
        tuple(
            (
                moment_words(one.at),
                plain(one.what),
                "" if one.who is None else matter.party_words(one.who),
                matter.shown_by(one.evidence) or _("as I say"),
            )
            for one in matter.facts.events[:MOST_ROWS]
        ),
    )


def losses(matter: Matter) -> Section | None:
    """Return what was lost or read by others, with what it means; None where nothing is known or needed."""
    facts = matter.facts
    heading = _("What others could see") if facts.incident.is_leak else _("What was lost")
    if not facts.losses:
        return Section(heading, (Paragraph(gap_text(Need.LOSSES)),)) if Need.LOSSES in matter.kind.needs else None
    rows = tuple(
        (
            plain(one.what),
            quantity(one),
            plain(one.meaning),
            "" if one.cost is None else money(one.cost, one.currency),
            matter.shown_by(one.evidence),
        )
        for one in facts.losses[:MOST_ROWS]
    )
    head = (_("What it is"), _("How much"), _("What it means to me"), _("Cost"), _("Evidence"))
    blocks: list[Block] = [Table(head, rows)]
    if len(facts.losses) > MOST_ROWS:
        blocks.append(Paragraph(and_more(len(facts.losses) - MOST_ROWS)))
    return Section(heading, tuple(blocks))


def rules(found: Citations, matter: Matter) -> Section:
    """Return the articles that are cited, those of the event's day apart from those of today."""
    blocks: list[Block] = []
    happened = matter.facts.happened
    if found.all:
        blocks.append(
            Paragraph(
                _(
                    "These rules as far as they apply. Behind each stands a summary in plain words, not the text of "
                    "the law."
                )
            )
        )
    if found.of_event and happened is not None:
        blocks.append(Paragraph(_("For what happened on {day}:").format(day=day_words(happened))))
        blocks += _by_law(found.of_event)
    elif matter.kind.is_about_event and found.is_day_missing:
        blocks.append(
            Paragraph(_("Rules on the event itself are not named: which apply depends on its day, which is not known."))
        )
    if found.of_request:
        blocks.append(Paragraph(_("For what is asked today, {day}:").format(day=day_words(matter.day))))
        blocks += _by_law(found.of_request)
    return Section(_("The law"), tuple(blocks))


def _by_law(articles: Iterable[Article]) -> list[Block]:
    """Return the articles in one list a law, under its name."""
    return [
        block
        for law, group in itertools.groupby(articles, key=lambda one: one.law)
        for block in (
            Paragraph(_("{law}:").format(law=Named(laws()[law].names))),
            Items(tuple(labelled(str(number_words(one)), str(Named(one.summary))) for one in group)),
        )
    ]


def evidence(matter: Matter) -> Section | None:
    """Return the list of files with their hashes; in public only what they are. None where there are none."""
    shown = matter.evidence[:MOST_ROWS]
    if not shown:
        return Section(_("Evidence"), (Paragraph(gap_text(Need.EVIDENCE)),)) if matter.lacks(Need.EVIDENCE) else None
    if matter.is_public:
        table = Table(
            (_("No."), _("What it is")), tuple((str(place), plain(one.what)) for place, one in enumerate(shown, 1))
        )
    else:
        rows = tuple(
            (str(place), plain(one.what), plain(one.path), plain(one.sha256)) for place, one in enumerate(shown, 1)
        )
        table = Table((_("No."), _("What it is"), _("File in the case"), "SHA-256"), rows, code=(2, 3))
    blocks: list[Block] = [table]
    if len(matter.evidence) > len(shown):
        blocks.append(Paragraph(and_more(len(matter.evidence) - len(shown))))
    return Section(_("Evidence"), tuple(blocks))


def signature(matter: Matter) -> Section:
    """Return the lines to sign on; none in public."""
    labels = () if matter.is_public else (_("Place and date"), _("Signature"))
    return Section("", (Blanks(labels),) if labels else ())


def things(matter: Matter) -> Section:
    """Return what a request is about where nothing need have happened: the account, the phone, the apps."""
    lines = _lines(*thing_lines(matter))
    return Section(_("What it is about"), (Items(tuple(lines)),) if lines else ())


def tried(matter: Matter) -> Section | None:
    """Return a gap for what the company answered, where an office asks for it."""
    if Need.TRIED not in matter.kind.needs:
        return None
    return Section(_("What I did before"), (Paragraph(gap_text(Need.TRIED)),))
