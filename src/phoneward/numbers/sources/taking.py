"""The inventory of a person's accounts, of all that a vault knows."""

from collections.abc import Mapping, Sequence
from typing import Final

from phoneward.numbers.inventory import Inventory, NotLookedAt, SourceKind
from phoneward.numbers.keeping import own_sims
from phoneward.numbers.sources.combining import combined
from phoneward.numbers.sources.gathering import Gathered
from phoneward.numbers.sources.in_snapshots import read_snapshots
from phoneward.numbers.sources.kept import kept
from phoneward.snapshots import Asking

CACHE: Final = "numbers"
"""The room's folder in the cache."""

_NOT_ASKED: Final = {
    SourceKind.SMS: "messages-not-asked",
    SourceKind.APP: "apps-not-asked",
    SourceKind.PASSWORDS: "passwords-not-asked",
    SourceKind.MAIL: "mail-not-asked",
}


def inventory_of(
    asking: Asking,
    *,
    more: Sequence[Gathered] = (),
    own: Mapping[str, frozenset[str]] | None = None,
    region: str = "",
) -> Inventory:
    """Return which accounts a person has, as far as their vault shows it: messages, apps, and what was kept of exports.

    Args:
        asking: the vault, the snapshot that is asked about, all others and what the person decided. What messages show
            is remembered below its `cache_dir`, sealed.
        more: what exports show that are looked through now.
        own: further numbers of the person's own (E.164), each with the SIMs that bear it, where they say so.
        region: the country of numbers without a country code (ISO 3166); empty: it is found out.

    Raises:
        StorageError: the vault cannot be reached. What is damaged in it is named in `Inventory.not_looked_at`.
    """
    gathered: list[Gathered] = []
    if asking.snapshot is not None:
        cache = None if asking.cache_dir is None else asking.cache_dir / CACHE
        gathered += read_snapshots(
            asking.repo, asking.snapshot, asking.every, cache_dir=cache, listener=asking.listener
        )
    remembered = kept(asking.state)
    if remembered is not None:
        gathered.append(remembered)
    missed = () if asking.snapshot is not None else (NotLookedAt(source=SourceKind.SMS, reason="no-snapshot"),)
    gathered += more
    told = own_sims(asking.state)
    for number, sims in (own or {}).items():
        told[number] = told.get(number, frozenset()) | sims
    return combined(gathered, told=told, region=region, missed=(*missed, *not_asked(gathered)))


def not_asked(gathered: Sequence[Gathered]) -> tuple[NotLookedAt, ...]:
    """Return the kinds of sources that none of these is of."""
    asked = {looked.source for one in gathered for looked in one.looked_at}
    asked |= {missed.source for one in gathered for missed in one.missed}
    return tuple(
        NotLookedAt(source=source, reason=reason) for source, reason in _NOT_ASKED.items() if source not in asked
    )
