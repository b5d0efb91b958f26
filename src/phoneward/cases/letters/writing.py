"""Writes a letter of a case: which kinds there are, what is missing, and the letter itself."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from phoneward.cases.channels import STATUS_WORDS, Channel, channels
from phoneward.cases.facts import CaseFacts, Party, Role
from phoneward.cases.law import Article, Citations, Use, by_law, citation_words, cite, strongest
from phoneward.cases.letters import parts
from phoneward.cases.letters.asking import asked
from phoneward.cases.letters.demands import Demand, fitting, uses_of
from phoneward.cases.letters.errors import NoSuchLetterError, NotInTheCaseError
from phoneward.cases.letters.gaps import NEED_WORDS, is_missing
from phoneward.cases.letters.kinds import Kind, letter_kinds
from phoneward.cases.letters.matter import Matter
from phoneward.cases.letters.model import Evidence, Gap, Letter, Paragraph, Section
from phoneward.cases.letters.redacting import public_evidence, redacted
from phoneward.cases.letters.saying import day_words, plain
from phoneward.errors import readable
from phoneward.texts import Named, _, current_language, enumeration, ngettext, speaking

REPLY_DAYS: Final = 15
"""Days in which an answer is asked for; Chinese law names none for requests of persons ("in good time")."""
GDPR_DAYS: Final = 30
"""GDPR 12(3): one month."""
LIMITATION_YEARS: Final = 3


def missing_fields(
    facts: CaseFacts, kind: str, *, to: Role | None = None, has_evidence: bool = False, language: str | None = None
) -> tuple[Gap, ...]:
    """Return what a letter needs and the case does not hold.

    Args:
        facts: the case.
        kind: id of the kind.
        to: whom the letter goes to, or whom it is about; None for the first that the case names.
        has_evidence: whether the case has files.
        language: of the words, `en` or `zh`; None for the one that is spoken.

    Raises:
        NoSuchLetterError: there is no such kind.
        NotInTheCaseError: the case names nobody in that role.
    """
    with speaking([language or current_language()]):
        meant = kind_of(kind)
        shown = _shown(facts, meant)
        party = party_of(shown, to)
        return tuple(
            Gap(need.value, _(NEED_WORDS[need]))
            for need in meant.needs
            if is_missing(need, shown, party, has_evidence=has_evidence)
        )


def _shown(facts: CaseFacts, kind: Kind) -> CaseFacts:
    """Return the case as the letter may show it: without what is personal where everybody reads it."""
    return redacted(facts) if kind.channel and channels()[kind.channel].is_public else facts


def kind_of(name: str) -> Kind:
    """Return a kind of letter by its id.

    Raises:
        NoSuchLetterError: there is none.
    """
    found = letter_kinds().get(name)
    if found is None:
        raise NoSuchLetterError(kind=readable(name[:60]), kinds=", ".join(letter_kinds()))
    return found


def party_of(facts: CaseFacts, role: Role | None) -> Party | None:
    """Return the other side: in that role, or the first that is named; None where nobody is.

    Raises:
        NotInTheCaseError: a role was asked for, and nobody has it.
    """
    others = [one for one in facts.parties if one.role is not Role.CLAIMANT]
    if role is None:
        return others[0] if others else None
    for one in others:
        if one.role is role:
            return one
    raise NotInTheCaseError(role=role.value, roles=", ".join(dict.fromkeys(one.role.value for one in others)) or "–")


def write_letter(
    facts: CaseFacts,
    evidence: Sequence[Evidence],
    kind: str,
    day: date,
    language: str,
    *,
    to: Role | None = None,
    demands: Sequence[Demand] = (),
    reply_days: int | None = None,
) -> Letter:
    """Write a letter.

    Args:
        facts: the case; nothing else is said in the letter.
        evidence: files that it names.
        kind: id of the kind, see `letter_kinds`.
        day: its date; decides which law is in force today.
        language: `en` or `zh`.
        to: whom it goes to, or whom it is about; None for the first that the case names.
        demands: what is asked, where the kind leaves that open; empty for what fits the incident.
        reply_days: in which an answer is asked for; None for the usual.

    Raises:
        NoSuchLetterError: there is no such kind.
        NotInTheCaseError: the case names nobody in that role.
    """
    meant = kind_of(kind)
    chosen = meant.demands if meant.demands is not None else tuple(dict.fromkeys(demands)) or fitting(facts.incident)
    shown = _shown(facts, meant)
    matter = Matter(
        facts=shown,
        evidence=evidence if shown is facts else public_evidence(evidence, facts),
        kind=meant,
        to=party_of(shown, to),
        demands=chosen,
        day=day,
        reply_days=reply_days or (GDPR_DAYS if facts.country == "EU" else REPLY_DAYS),
    )
    uses = _uses(matter)
    found, further = strongest(
        cite(uses, country=facts.country, happened=facts.happened if meant.is_about_event else None, day=day), uses
    )
    advice = tuple(_advice(matter, found, further))
    with speaking([language]):
        missing = tuple(Gap(need.value, _(NEED_WORDS[need])) for need in meant.needs if matter.lacks(need))
        return Letter(
            kind=meant.id,
            language=current_language(),
            day=day,
            title=str(meant.title_words),
            sections=tuple(_sections(matter, found)),
            gaps=missing,
            articles=tuple(one.id for one in found.all),
            is_public=matter.is_public,
            advice=advice,
            closing=_("Made with Phoneward on {day}. Information, not legal advice.").format(day=day_words(day)),
        )


_CHANNEL_USES: Final = {
    "complaint": frozenset({Use.AUTHORITY, Use.AUTHORITY_TIME}),
    "report": frozenset({Use.AUTHORITY, Use.PENALTY}),
    "claim": frozenset({Use.COURT, Use.EVIDENCE}),
    "request": frozenset({Use.LEGAL_AID}),
    "note": frozenset[Use](),
}


def _uses(matter: Matter) -> frozenset[Use]:
    if matter.kind.id == "relative-request":
        return frozenset({Use.RELATIVE, Use.REFUSAL})
    if matter.kind.id == "data-request":
        return frozenset({Use.COPY, Use.REFUSAL, Use.EXPLANATION})
    wanted = uses_of(matter.demands, matter.facts)
    if not matter.kind.channel:
        return wanted | {Use.HANDLING}
    what = matter.kind.id.rpartition("-")[2]
    if what in {"report", "request", "note"}:  # nothing is demanded of the company there
        wanted = uses_of((), matter.facts)
    wanted |= _CHANNEL_USES[what]
    return wanted | {Use.PENALTY_PRIVACY} if what == "report" and matter.facts.incident.is_leak else wanted


def _sections(matter: Matter, found: Citations) -> Iterator[Section]:
    yield Section("", (Paragraph(day_words(matter.day)),))
    yield parts.sender(matter)
    yield from parts.recipient(matter)
    if matter.kind.is_about_event:
        yield parts.happenings(matter)
        lost = parts.losses(matter)
        if lost is not None:
            yield lost
        tried = parts.tried(matter)
        if tried is not None:
            yield tried
    else:
        yield parts.things(matter)
    yield from asked(matter)
    if found.all or matter.kind.is_about_event:
        yield parts.rules(found, matter)
    files = parts.evidence(matter)
    if files is not None and matter.kind.id != "data-request":
        yield files
    yield parts.signature(matter)


def _advice(matter: Matter, found: Citations, further: Sequence[Article]) -> Iterator[str]:
    """Yield what the person should know before they send it; not part of the letter."""
    channel = matter.channel
    if channel is not None:
        yield from _of_channel(channel)
    if matter.facts.country not in matter.kind.countries:
        yield _("This kind of letter is made for another country's law; no rule of yours is cited in it.")
    if found.is_day_missing and matter.kind.is_about_event:
        yield _("The day of the event is not in the case: rules that depend on it are not cited.")
    if found.unconfirmed:
        listed = enumeration(str(citation_words(one)) for one in found.unconfirmed[:10])
        yield _("Not cited, because their text was not read: {articles}.").format(articles=listed)
    if further:
        yield _("Further articles that may apply: {articles}.").format(articles=by_law(further))
    against = [one for one in matter.facts.events if one.is_against]
    if against and matter.kind.is_about_event:
        yield ngettext(
            "{count} event speaks against you. It is in the letter: leaving it out would harm you more.",
            "{count} events speak against you. They are in the letter: leaving them out would harm you more.",
            len(against),
        ).format(count=len(against))
    if matter.facts.incident.is_leak and matter.kind.is_about_event:
        yield _("Before you send it: make sure that the leak did not come from a password or code that you gave away.")
    known = matter.facts.noticed or matter.facts.happened
    if matter.kind.is_about_event and known is not None and (matter.day - known).days > 365 * (LIMITATION_YEARS - 1):
        yield _(
            "More than two years have passed. Claims for money can be barred, in China as a rule three years after the "
            "day you knew. Do not wait; ask a lawyer or legal aid (phone 12348)."
        )
    yield _("Keep proof that you sent it: registered mail, or a picture of the sent message. Never send originals.")


def _of_channel(channel: Channel) -> Iterator[str]:
    yield str(Named(channel.about))
    if channel.times:
        yield str(Named(channel.times))
    if channel.limits:
        yield str(Named(channel.limits))
    yield _(STATUS_WORDS[channel.status])
    if channel.web:
        yield enumeration(map(plain, channel.web))
