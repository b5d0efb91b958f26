"""The room's answer to its question: if I give up this number, who gets in where?"""

from collections.abc import Iterator

from phoneward.findings import Answer, sorted_findings
from phoneward.numbers.account_words import account_words
from phoneward.numbers.facts import Facts, gather
from phoneward.numbers.findings import NAMED, findings, number_words, sure_steps
from phoneward.numbers.inventory import Account
from phoneward.numbers.leaving import Plan
from phoneward.numbers.sources import missed_words
from phoneward.snapshots import Asking
from phoneward.texts import Listed, Words, counted, words


def answer(asking: Asking) -> Answer:
    """Return what hangs on the person's numbers, and how far they are with leaving one.

    Raises:
        StorageError: the vault cannot be reached.
    """
    return answer_from(gather(asking))


def answer_from(facts: Facts) -> Answer:
    """Return the answer to what is known."""
    return Answer(_sentence(facts), sorted_findings(findings(facts)), tuple(_not_checked(facts)))


def _sentence(facts: Facts) -> Words:
    inventory = facts.inventory
    if inventory is None:
        return words("Nobody can tell yet: there is no snapshot of a phone.")
    behind = next((plan for plan in facts.plans if plan.is_past and _sure(plan)), None)
    if behind is not None:
        return _left_behind(behind)
    leaving = next((plan for plan in facts.plans if not plan.is_past), None)
    if leaving is not None:
        return _leaving(leaving)
    if not inventory.accounts and not facts.has_messages:
        return words("Nobody can tell: the snapshot has no text messages and no apps that tell.")
    if facts.open_alone:
        return _open_alone(facts)
    return counted(
        "Its next holder would get the codes of {count} account, as far as messages show.",
        "Its next holder would get the codes of {count} accounts, as far as messages show.",
        len(facts.bound),
    )


def progress_words(plan: Plan) -> Words:
    """Return how far a person is with leaving a number."""
    return _left_behind(plan) if plan.is_past else _leaving(plan)


def _left_behind(plan: Plan) -> Words:
    number = number_words(plan.number)
    left = _sure(plan)
    if not left:
        return words("Of {number}, which you gave up, nothing is left to do that messages show.", number=number)
    return counted(
        "Whoever gets {number} next may get into {count} account: it was given up with it.",
        "Whoever gets {number} next may get into {count} accounts: it was given up with them.",
        left,
        number=number,
    )


def _sure(plan: Plan) -> int:
    return len(sure_steps(plan))


def _leaving(plan: Plan) -> Words:
    number = number_words(plan.number)
    left = _sure(plan)
    if not left:
        return words("Of {number}, which you give up, nothing is left to do that messages show.", number=number)
    return counted(
        "Of {number}, which you give up, {count} account is still to be taken care of.",
        "Of {number}, which you give up, {count} accounts are still to be taken care of.",
        left,
        number=number,
    )


def _open_alone(facts: Facts) -> Words:
    apps = [account for account, _system in facts.open_alone]
    return counted(
        "Its next holder could get into {named} with a code alone, and would get the codes of {count} account in all.",
        "Its next holder could get into {named} with a code alone, and would get the codes of {count} accounts in all.",
        len(facts.bound),
        named=named(apps),
    )


def named(accounts: list[Account]) -> Listed:
    """Return the first of some accounts by name, and how many others there are."""
    others = len(accounts) - NAMED
    more = (counted("{count} other", "{count} others", others),) if others > 0 else ()
    return Listed((*(account_words(account) for account in accounts[:NAMED]), *more))


def _not_checked(facts: Facts) -> Iterator[Words]:
    inventory = facts.inventory
    if inventory is None:
        return
    yield words(
        "Accounts that sent no message to this phone and have no app on it that is known: a password manager or a "
        "mailbox may show them."
    )
    yield from map(missed_words, inventory.not_looked_at)
