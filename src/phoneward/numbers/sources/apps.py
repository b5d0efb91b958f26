"""Installed apps: who signs in with one tap, by the carrier's word, gets no message, and only the app tells of it."""

from phoneward.numbers.inventory import Evidence, LookedAt, NotLookedAt, SourceKind, What
from phoneward.numbers.recognition import Relation
from phoneward.numbers.rulebook import Rulebook
from phoneward.numbers.sources.gathering import Gathered, Gathering
from phoneward.snapshots import PackagesDocument


def read_apps(document: PackagesDocument, rulebook: Rulebook, name: str, *, snapshot: str = "") -> Gathered:
    """Return which accounts the apps of a phone can be of: each of them a guess, never an account.

    Args:
        document: the snapshot's list of apps.
        rulebook: says whose account an app uses. Apps that it does not know are counted, no more.
        name: of the snapshot, for people.
        snapshot: its full ID.
    """
    gathering = Gathering()
    unknown = 0
    for package in sorted({app.package for app in document.apps if not app.is_system}):
        system = rulebook.by_package(package)
        if system is None:
            unknown += 1
            continue
        evidence = Evidence(
            source=SourceKind.APP, what=What.INSTALLED, ref=package, snapshot=snapshot, grade=Relation.WEAK
        )
        gathering.add(system.id, rulebook.name(system, "en"), evidence)
    missed = (NotLookedAt(source=SourceKind.APP, reason="unknown-apps", name=name, count=unknown),) if unknown else ()
    return Gathered(
        looked_at=(LookedAt(source=SourceKind.APP, name=name, items=len({app.package for app in document.apps})),),
        accounts=gathering.accounts(),
        missed=missed,
    )
