"""What an official count says beside our named list: "they say 23, we name 19"."""

from dataclasses import dataclass

from phoneward.numbers.carriers.offers import Counts, Offer
from phoneward.numbers.errors import NotComparableError
from phoneward.numbers.inventory import Account, Inventory
from phoneward.numbers.recognition import Relation
from phoneward.texts import Words, counted, running, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A count and a list.

    Attributes:
        offer: who counts.
        number: E.164.
        count: what they say.
        named: accounts that are named here on this number, surely.
        covered: those of them at firms that the offer is known to cover; all where that is not known.
        unplaced: accounts that surely are there, but on which number, nobody can tell. They are in neither.
        at_least_missing: so many that they count are named nowhere here, at least. One firm can keep several accounts
            on a number, which are one name here; so it is a bound and no figure.
    """

    offer: Offer
    number: str
    count: int
    named: tuple[Account, ...]
    covered: tuple[Account, ...]
    unplaced: tuple[Account, ...]

    @property
    def at_least_missing(self) -> int:
        """See above."""
        return max(0, self.count - len(self.covered) - len(self._unplaced_covered))

    @property
    def is_matched(self) -> bool:
        """The count and the names agree. It proves nothing: two may be missing and two too many."""
        return self.count == len(self.covered)

    @property
    def _unplaced_covered(self) -> tuple[Account, ...]:
        return tuple(one for one in self.unplaced if _is_covered(one, self.offer))


def compare(count: int, inventory: Inventory, number: str, offer: Offer) -> Comparison:
    """Compare what an offer counts with what is named here.

    Args:
        count: from its answer.
        inventory: what was found.
        number: E.164, the number it was asked about.
        offer: who counts.

    Raises:
        NotComparableError: the offer counts something else than accounts.
    """
    if not offer.is_comparable:
        raise NotComparableError(id=offer.id)
    sure = [one for one in inventory.accounts if one.grade is Relation.ACCOUNT]
    named = tuple(one for one in sure if number in one.numbers)
    return Comparison(
        offer=offer,
        number=number,
        count=count,
        named=named,
        covered=tuple(one for one in named if _is_covered(one, offer)),
        unplaced=tuple(one for one in sure if not one.numbers),
    )


def comparison_words(found: Comparison) -> Words:
    """Return the comparison as sentences for a person."""
    they = counted("They count {count} account on this number.", "They count {count} accounts on this number.",
                   found.count)  # fmt: skip
    if found.offer.counts is Counts.SITES:
        they = counted("They name {count} site.", "They name {count} sites.", found.count)
    we = counted("{count} is named here.", "{count} are named here.", len(found.named))
    of_theirs = None
    if found.offer.systems and len(found.covered) != len(found.named):
        of_theirs = counted("Of these, {count} is at a firm that they are known to cover.",
                            "Of these, {count} are at firms that they are known to cover.",
                            len(found.covered))  # fmt: skip
    unplaced = None
    if found.unplaced:
        unplaced = counted("For {count} more nobody can tell on which number it is.",
                           "For {count} more nobody can tell on which number they are.",
                           len(found.unplaced))  # fmt: skip
    return running(they, we, of_theirs, unplaced, _conclusion(found))


def _conclusion(found: Comparison) -> Words:
    if found.at_least_missing:
        return counted(
            "So at least {count} that they count is not named here. Ask at each firm that they cover, in its app "
            "under “forgotten password” or at its support, whether an account hangs on the number.",
            "So at least {count} that they count are not named here. Ask at each firm that they cover, in its app "
            "under “forgotten password” or at its support, whether an account hangs on the number.",
            found.at_least_missing,
        )
    if found.is_matched:
        return words(
            "The figures agree. That is a good sign and no proof: they name nothing, and do not cover every firm."
        )
    if found.count < len(found.covered):
        return words(
            "More is named here than they count. They may not cover every product of a firm; or an account is closed "
            "or hangs on another number by now. Look at each before you take it as done."
        )
    return words("Those for which nobody can tell the number may be the ones that they count beyond these.")


def _is_covered(account: Account, offer: Offer) -> bool:
    return not offer.systems or account.system in offer.systems
