"""A statement of loss: what was lost and what it means, what happened when and what shows it, who did what.

Everything in it comes from the case, also what speaks against the claimant: whoever reads it later finds that anyway,
and believes more of the rest.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Final

from phoneward.cases.facts import CaseFacts, Event, Loss, Party, Role
from phoneward.cases.letters.matter import ROLE_WORDS
from phoneward.cases.letters.model import Blanks, Block, Evidence, Items, Letter, Paragraph, Section, Table
from phoneward.cases.letters.saying import (
    MOST_ROWS,
    amount_words,
    and_more,
    day_words,
    moment_words,
    money,
    plain,
    quantity,
)
from phoneward.cases.told import gone_words
from phoneward.incidents import INCIDENT_WORDS
from phoneward.texts import N_, _, current_language, enumeration, formats, labelled, speaking

KIND: Final = "statement"
KIND_WORDS: Final = {
    "app-data": N_("data of apps"),
    "messages": N_("messages"),
    "photos": N_("photos"),
    "videos": N_("videos"),
    "contacts": N_("contacts"),
    "business": N_("business documents"),
    "account": N_("accounts"),
}
"""What kinds of loss are called (`Loss.kind`), marked with `N_`."""
_SHORT: Final = 12
"""Digits of a snapshot's ID, which is long."""


def write_statement(facts: CaseFacts, evidence: Sequence[Evidence], day: date, language: str) -> Letter:
    """Write the statement.

    Args:
        facts: the case; nothing else is said.
        evidence: files that it names.
        day: its date.
        language: `en` or `zh`.
    """
    numbers = {one.path: number for number, one in enumerate(evidence, 1)}
    with speaking([language]):
        sections = [
            _matter(facts),
            _lost(facts, numbers),
            _timeline(facts, numbers),
            *_against(facts),
            _who_did_what(facts, numbers),
            *_evidence(evidence),
            Section("", (Blanks((_("Place and date"), _("Signature"))),)),
        ]
        return Letter(
            kind=KIND,
            language=current_language(),
            day=day,
            title=_("Statement of what others could see")
            if facts.incident.is_leak
            else _("Statement of what was lost"),
            sections=tuple(sections),
            gaps=(),
            articles=(),
            is_public=False,
            advice=(
                _(
                    "Read it through: you sign that it is true. Correct the case with “phoneward case tell”, and write "
                    "it anew."
                ),
            ),
            closing=_("Made with Phoneward on {day}. Information, not legal advice.").format(day=day_words(day)),
        )


def in_order(events: Iterable[Event]) -> list[Event]:
    """Return events in the order of time; a day stands before its moments."""
    return sorted(events, key=_moment)


def _moment(event: Event) -> tuple[date, float]:
    at = event.at
    if isinstance(at, datetime):
        return at.date(), at.timestamp()
    return at, datetime.combine(at, time()).timestamp()


def _matter(facts: CaseFacts) -> Section:
    device, claimant = facts.device, next((one for one in facts.parties if one.role is Role.CLAIMANT), None)
    pairs = [
        (_("The matter"), plain(facts.title)),
        (_("Claimant"), "" if claimant is None else _reached(claimant)),
        (_("The event"), _(INCIDENT_WORDS[facts.incident])),
        (_("Day"), day_words(facts.happened) if facts.happened else _("not known")),
        (_("Noticed"), day_words(facts.noticed) if facts.noticed else ""),
        (_("Phone"), plain(f"{device.maker} {device.model}")),
        ("Android", plain(device.android)),
        (_("Build"), plain(device.build)),
        (_("Serial number"), plain(device.serial)),
        (_("Account"), plain(facts.account)),
    ]
    for app in facts.apps[:MOST_ROWS]:
        versions = " → ".join(plain(one) for one in (app.version_before, app.version_after) if one.strip())
        pairs.append((_("App"), f"{plain(app.label or app.package)} ({plain(app.package)}) {versions}".strip()))
        if app.signer_before and app.signer_after and app.signer_before.lower() != app.signer_after.lower():
            pairs.append((_("signing certificate before (SHA-256)"), plain(app.signer_before)))
            pairs.append((_("signing certificate after (SHA-256)"), plain(app.signer_after)))
    return Section(_("The matter"), (Items(tuple(labelled(name, text) for name, text in pairs if text)),))


def _reached(party: Party) -> str:
    return enumeration(plain(one) for one in (party.name, party.address, party.phone, party.email) if one.strip())


def _lost(facts: CaseFacts, numbers: dict[str, int]) -> Section:
    heading = _("What others could see") if facts.incident.is_leak else _("What was lost")
    if not facts.losses:
        return Section(heading, (Paragraph(_("The case does not say yet.")),))
    rows = tuple(
        (
            plain(one.what),
            _how_much(one),
            plain(one.meaning),
            "" if one.cost is None else money(one.cost, one.currency),
            _shown(one.evidence, "", numbers),
        )
        for one in facts.losses[:MOST_ROWS]
    )
    head = (_("What it is"), _("How much"), _("What it means to me"), _("What restoring it costs"), _("Evidence"))
    blocks: list[Block] = [Table(head, rows)]
    if len(facts.losses) > MOST_ROWS:
        blocks.append(Paragraph(and_more(len(facts.losses) - MOST_ROWS)))
    kinds = _by_kind(facts.losses)
    if kinds:
        blocks.append(Table((_("Kind"), _("Items"), _("Size"), _("Can be had again")), kinds))
    total = amount_words(facts.losses)
    if total:
        blocks.append(Paragraph(labelled(_("Costs together"), total)))
    return Section(heading, tuple(blocks))


def _how_much(loss: Loss) -> str:
    gone = gone_words(loss)
    if gone is None:
        return quantity(loss)
    return enumeration(one for one in (quantity(Loss(what="", count=loss.count)), str(gone)) if one)


def _by_kind(losses: Sequence[Loss]) -> tuple[tuple[str, ...], ...]:
    """Return for each kind of which something can be counted: items, bytes, and how many of these are not lost."""
    kinds: dict[str, list[int]] = {}
    for one in losses:
        if one.kind.strip() and (one.count is not None or one.size is not None):
            sums = kinds.setdefault(one.kind, [0, 0, 0])
            for place, figure in enumerate((one.count, one.size, one.recoverable)):
                sums[place] += figure or 0
    return tuple(
        (
            _(KIND_WORDS[kind]) if kind in KIND_WORDS else plain(kind),
            f"{items:,}" if items else "",
            formats.size(size) if size else "",
            formats.size(again) if size else "",
        )
        for kind, (items, size, again) in sorted(kinds.items())
    )


def _timeline(facts: CaseFacts, numbers: dict[str, int]) -> Section:
    events = in_order(facts.events)
    if not events:
        return Section(_("What happened when"), (Paragraph(_("The case does not say yet.")),))
    rows = tuple(
        (
            moment_words(one.at),
            plain(one.what),
            "" if one.who is None else _(ROLE_WORDS[one.who]),
            _shown(one.evidence, one.shown_by, numbers) or _("as I say"),
        )
        for one in events[:MOST_ROWS]
    )
    blocks: list[Block] = [Table((_("When"), _("What happened then"), _("Who"), _("What shows it")), rows)]
    if len(events) > MOST_ROWS:
        blocks.append(Paragraph(and_more(len(events) - MOST_ROWS)))
    return Section(_("What happened when"), tuple(blocks))


def _shown(evidence: Iterable[str], shown_by: str, numbers: dict[str, int]) -> str:
    files = [_("No. {number}").format(number=numbers[path]) if path in numbers else plain(path) for path in evidence]
    if shown_by:
        files.append(_("snapshot {id}").format(id=plain(shown_by[:_SHORT])))
    return enumeration(files)


def _against(facts: CaseFacts) -> Iterator[Section]:
    against = [one for one in in_order(facts.events) if one.is_against]
    if against:
        rows = tuple(labelled(moment_words(one.at), plain(one.what)) for one in against[:MOST_ROWS])
        yield Section(_("What speaks against my side"), (Items(rows),))


def _who_did_what(facts: CaseFacts, numbers: dict[str, int]) -> Section:
    rows = []
    for role in Role:
        names = [plain(one.name) for one in facts.parties if one.role is role]
        unproved = _("as I say")
        said = [plain(did) for one in facts.parties if one.role is role for did in one.did]
        seen = [
            labelled(
                moment_words(one.at),
                f"{plain(one.what)} [{_shown(one.evidence, one.shown_by, numbers) or unproved}]",
            )
            for one in in_order(facts.events)
            if one.who is role
        ]
        if names or said or seen:
            rows.append((_(ROLE_WORDS[role]), enumeration(names), "\n".join((*said, *seen)) or _("nothing is known")))
    if not rows:
        return Section(_("Who did what"), (Paragraph(_("The case does not say yet.")),))
    return Section(_("Who did what"), (Table((_("Who"), _("Name"), _("What they did")), tuple(rows)),))


def _evidence(evidence: Sequence[Evidence]) -> Iterator[Section]:
    if not evidence:
        return
    rows = tuple(
        (str(number), plain(one.what), plain(one.path), plain(one.sha256))
        for number, one in enumerate(evidence[:MOST_ROWS], 1)
    )
    blocks: list[Block] = [Table((_("No."), _("What it is"), _("File in the case"), "SHA-256"), rows, code=(2, 3))]
    if len(evidence) > MOST_ROWS:
        blocks.append(Paragraph(and_more(len(evidence) - MOST_ROWS)))
    yield Section(_("Evidence"), tuple(blocks))
