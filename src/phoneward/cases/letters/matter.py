"""What a letter is written from: the case, the files that show it, whom it goes to, what is asked."""

from collections.abc import Sequence
from datetime import date

import msgspec

from phoneward.cases.channels import Channel, channels
from phoneward.cases.facts import CaseFacts, Party, Role
from phoneward.cases.letters.demands import Demand
from phoneward.cases.letters.gaps import Need, gap_text, is_missing
from phoneward.cases.letters.kinds import Kind
from phoneward.cases.letters.model import Evidence
from phoneward.cases.letters.saying import plain
from phoneward.texts import N_, _, enumeration

ROLE_WORDS = {
    Role.CLAIMANT: N_("the person concerned"),
    Role.PHONE_MAKER: N_("the maker of the phone"),
    Role.APP_MAKER: N_("the maker of the app"),
    Role.STORE: N_("the app store"),
    Role.CARRIER: N_("the carrier"),
    Role.SERVICE: N_("the service"),
    Role.OTHER: N_("another party"),
}
"""Who somebody is, marked with `N_`."""


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """All that one letter is written from.

    Attributes:
        facts: the case; already without what is personal where the letter is public.
        evidence: files that are named.
        kind: of letter.
        to: the party that it goes to or is about; None where the case names none.
        demands: what is asked.
        day: of the letter.
        reply_days: in which an answer is asked for.
    """

    facts: CaseFacts
    evidence: Sequence[Evidence]
    kind: Kind
    to: Party | None
    demands: tuple[Demand, ...]
    day: date
    reply_days: int

    @property
    def channel(self) -> Channel | None:
        """Where the letter goes; None for the other side."""
        return channels()[self.kind.channel] if self.kind.channel else None

    @property
    def is_public(self) -> bool:
        """Whether others than an office read it."""
        return self.channel is not None and self.channel.is_public

    def lacks(self, need: Need) -> bool:
        """Tell whether the letter needs something that the case does not hold."""
        return need in self.kind.needs and is_missing(need, self.facts, self.to, has_evidence=bool(self.evidence))

    def or_gap(self, text: str, need: Need) -> str:
        """Return a text of the case, or a gap where it is needed and empty; empty where it is not needed."""
        if text.strip():
            return plain(text)
        return gap_text(need) if need in self.kind.needs else ""

    def shown_by(self, paths: Sequence[str]) -> str:
        """Return the numbers, in the list of evidence, of the files that show something."""
        numbers = {one.path: str(place) for place, one in enumerate(self.evidence, 1)}
        return enumeration(numbers[path] if path in numbers else plain(path) for path in paths[:20])

    def party_words(self, role: Role) -> str:
        """Return who somebody is, with their name where the case knows it."""
        names = [plain(one.name) for one in self.facts.parties if one.role is role and one.name.strip()]
        return (
            f"{_(ROLE_WORDS[role])} ({enumeration(names)})"
            if names and role is not Role.CLAIMANT
            else _(ROLE_WORDS[role])
        )
