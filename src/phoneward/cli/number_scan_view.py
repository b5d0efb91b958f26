"""What `phoneward number scan` prints."""

from typing import TYPE_CHECKING

from phoneward import numbers
from phoneward.cli.output import Output
from phoneward.cli.tables import plain_table
from phoneward.errors import readable
from phoneward.texts import _, enumeration, formats, ngettext

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path


def show(
    output: Output,
    inventory: "numbers.Inventory",
    number: str | None,
    *,
    kept: int | None = None,
    files: "Sequence[Path]" = (),
) -> None:
    """Print the inventory.

    Args:
        output: where to.
        inventory: what was found.
        number: only what hangs on this one, or may; None for all.
        kept: how many accounts the vault remembers now; None where it was to remember nothing.
        files: exports of password managers that were looked through, and that lie about.
    """
    accounts = [one for one in inventory.accounts if number is None or not one.numbers or number in one.numbers]
    if output.json:
        for account in accounts:
            output.emit("account", account_document(account))
        output.emit("summary", summary_document(inventory, accounts) | {"kept": kept})
        return
    if accounts:
        table = plain_table(_("Service"), _("Proof"), _("What shows it"), _("Last seen"), _("Your number"), whole=(3,))
        for account in accounts:
            table.add_row(
                numbers.account_name(account),
                str(numbers.grade_words(account.grade)),
                str(numbers.proof_words(account)),
                "?" if account.last is None else formats.day(account.last),
                enumeration(sorted(account.numbers)) or "?",
            )
        output.result(table)
    else:
        output.result(_("Nothing was found that shows an account."))
    output.summary("")
    for line in _looked(inventory, accounts):
        output.summary(line)
    if kept is not None:
        output.summary(
            ngettext(
                "The vault remembers {count} account that these files show.",
                "The vault remembers {count} accounts that these files show.",
                kept,
            ).format(count=f"{kept:,}")
        )
    elif files:
        output.summary(_("Nothing of these files was kept. With --keep the vault remembers which accounts they show."))
    for path in files:
        output.result(
            _("Delete {file} now, and empty the trash: its passwords lie open.").format(file=readable(str(path)))
        )


def _looked(inventory: "numbers.Inventory", accounts: "list[numbers.Account]") -> list[str]:
    lines = []
    if accounts:
        sure = sum(one.grade is numbers.Relation.ACCOUNT for one in accounts)
        lines.append(
            _("Account systems found: {count}; for certain: {sure}.").format(
                count=f"{len(accounts):,}", sure=f"{sure:,}"
            )
        )
    lines += [_own(one) for one in inventory.own]
    lines += [str(numbers.looked_words(one)) for one in inventory.looked_at]
    lines += [str(numbers.missed_words(one)) for one in inventory.not_looked_at]
    lines.append(_("An account that never sent a message and stands in no file that was looked through is not listed."))
    return lines


def _own(own: "numbers.OwnNumber") -> str:
    return str(numbers.own_words(own))


# -- JSON ----------------------------------------------------------------------------------------------------------


def account_document(account: "numbers.Account") -> dict[str, object]:
    """Return one account."""
    return {
        "key": account.key,
        "account_system": account.system,
        "service": readable(account.service),
        "grade": account.grade.value,
        "count": account.count,
        "first": _time(account.first),
        "last": _time(account.last),
        "numbers": sorted(account.numbers),
        "sims": sorted({one.sim for one in account.evidence if one.sim}),
        "sources": sorted({one.source.value for one in account.evidence}),
        "purposes": sorted({one.purpose.value for one in account.evidence}),
        "evidence": [_evidence(one) for one in account.evidence],
    }


def _evidence(one: "numbers.Evidence") -> dict[str, object]:
    return {
        "source": one.source.value,
        "what": one.what.value,
        "ref": readable(one.ref),
        "time": _time(one.time),
        "number": one.number,
        "sim": one.sim or None,
        "purpose": one.purpose.value,
        "is_done": one.is_done,
        "grade": one.grade.value,
        "snapshot": one.snapshot or None,
    }


def summary_document(inventory: "numbers.Inventory", accounts: "list[numbers.Account]") -> dict[str, object]:
    """Return how it ended."""
    return {
        "accounts": len(accounts),
        "grades": {
            grade.value: sum(one.grade is grade for one in accounts)
            for grade in (numbers.Relation.ACCOUNT, numbers.Relation.CUSTOMER, numbers.Relation.WEAK)
        },
        "own_numbers": [
            {"number": one.e164, "sims": sorted(one.sims), "messages": one.messages, "hint": one.hint}
            for one in inventory.own
        ],
        "region": inventory.region or None,
        "region_from": inventory.region_from or None,
        "looked_at": [
            {
                "source": one.source.value,
                "kind": one.kind or None,
                "name": readable(one.name),
                "items": one.items,
                "first": _time(one.first),
                "last": _time(one.last),
            }
            for one in inventory.looked_at
        ],
        "not_looked_at": [
            {"source": one.source.value, "reason": one.reason, "name": readable(one.name) or None, "count": one.count}
            for one in inventory.not_looked_at
        ],
    }


def _time(time: "dt.datetime | None") -> str | None:
    return None if time is None else time.isoformat()
