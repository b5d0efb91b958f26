"""The apps of the old phone: which the new one would take, which it has, and which not and why."""

import datetime as dt
import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from phoneward.apk import ApkError
from phoneward.errors import PhonewardError, readable
from phoneward.moving.phones import MAIN_USER, NewPhone, OldPhone
from phoneward.phones import InstalledApp, translated_detail
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted
from phoneward.snapshots import AppRecord, PastApps, app_words
from phoneward.snapshots.kept_apps import AppNotKeptError, open_kept_app
from phoneward.texts import Day, Words, _, verbatim
from phoneward.updates import refusals
from phoneward.vault import Repository


class AppState(enum.Enum):
    """What a plan says of an app."""

    NEW = "new"
    """It is to be installed."""
    THERE = "there"
    OTHER_SIGNER = "other-signer"
    """The new phone has an app of this name that somebody else signed."""
    REFUSED = "refused"
    """The new phone would not take it."""
    NOT_KEPT = "not-kept"
    """The snapshot does not hold all of its files."""
    MOVED = "moved"
    """This move installed it in an earlier run."""
    REMOVED = "removed"
    """This move installed it, and it was removed since: it is not installed again."""


IN_PLACE = frozenset({AppState.THERE, AppState.MOVED, AppState.REMOVED})
"""Nothing is left to be done for these."""


@dataclass(slots=True)
class AppMove:
    """One app on its way.

    Attributes:
        name: what people call it, as far as that is known.
        version: in the snapshot, readable.
        size: bytes of its files in the snapshot.
        reasons: why the new phone would not take it.
        there_version: on the new phone; empty where it is not there.
        not_looked_at: whether its files could not be read here: then the phone decides.
        when: when this move installed it; None where it did not.
        failure: why the phone did not take it, in our words (translated when shown) and the phone's.
    """

    package: str
    name: Words
    state: AppState
    version: str = ""
    size: int = 0
    reasons: tuple[Words, ...] = ()
    there_version: str = ""
    not_looked_at: bool = False
    when: dt.datetime | None = None
    failure: str = ""

    @property
    def is_missing(self) -> bool:
        """Whether it is not on the new phone as it was on the old one, nor will be by this plan."""
        return bool(self.failure) or self.state in {AppState.OTHER_SIGNER, AppState.REFUSED, AppState.NOT_KEPT}

    def sentence(self) -> str:
        """Say what a person should know of it; empty where all is well."""
        name = str(self.name)
        if self.failure:
            return _("{app} was not installed: {detail}").format(app=name, detail=translated_detail(_(self.failure)))
        if self.state is AppState.REFUSED:
            why = " ".join(str(reason) for reason in self.reasons)
            return _("{app} cannot be installed there: {why}").format(app=name, why=why)
        if self.state is AppState.OTHER_SIGNER:
            pattern = _(
                "{app}: the new phone has an app of this name that somebody else signed. It is left as it is, and it "
                "cannot take over what the old one made."
            )
            return pattern.format(app=name)
        if self.state is AppState.NOT_KEPT:
            return _("{app}: the snapshot does not hold its files. Get it from its store.").format(app=name)
        if self.state is AppState.REMOVED and self.when is not None:
            pattern = _("{app} was installed on {day} and has been removed since. It is not installed again.")
            return pattern.format(app=name, day=Day(self.when))
        return ""


def is_another_signers(old: AppRecord, new: InstalledApp) -> bool:
    """Tell whether it is proven that two apps of one name have no signer in common.

    The phones' 32-bit hashes of certificates can prove a difference, never a match. A signer that the other's proof of
    rotation names is the same developer (AOSP SigningDetails.checkCapability).
    """
    if not old.signer_hashes or not new.signer_hashes:
        return False
    before = {*old.signer_hashes, *old.past_signer_hashes}
    after = {*new.signer_hashes, *new.past_signer_hashes}
    return not (before & set(new.signer_hashes) or after & set(old.signer_hashes))


def plan_apps(
    repo: Repository,
    old: OldPhone,
    new: NewPhone,
    moved: Mapping[str, dt.datetime],
    listener: Listener,
) -> list[AppMove]:
    """Return what becomes of each app of the old phone's main user that did not come with it.

    Args:
        repo: open, its index loaded.
        old: the phone that moves, as its snapshot has it.
        new: the phone it moves to.
        moved: what this move installed before, and when.
        listener: hears the phase inventory.

    Raises:
        VaultError: the list of apps lies in a damaged part of the vault.
    """
    if old.is_iphone:
        return []
    try:
        told = PastApps(repo).told(old.snapshot)
    except ValueError:  # a folder, or a snapshot without a list that can be understood
        return []
    records = [app for app in told.apps if app.user_id == MAIN_USER and not app.is_system]
    listener(PhaseStarted("inventory", len(records)))
    found = []
    for number, record in enumerate(records, 1):
        found.append(_judged(repo, old, new, record, moved.get(record.package)))
        listener(Advanced("inventory", number, 0))
    listener(PhaseDone("inventory", len(records), 0))
    return sorted(found, key=lambda app: (str(app.name).casefold(), app.package))


def _judged(repo: Repository, old: OldPhone, new: NewPhone, record: AppRecord, moved: dt.datetime | None) -> AppMove:
    there = new.apps.get(record.package)
    app = AppMove(record.package, app_words(record.package), AppState.NEW, readable(record.version_name), when=moved)
    if there is not None:
        app.there_version = readable(there.version_name)
        if moved is not None:
            app.state = AppState.MOVED
        else:
            app.state = AppState.OTHER_SIGNER if is_another_signers(record, there) else AppState.THERE
    elif moved is not None:
        app.state = AppState.REMOVED
    elif not record.apk or not all(apk.stored for apk in record.apk):
        app.state = AppState.NOT_KEPT
    else:
        _look_into(repo, old, new, app)
    return app


def _look_into(repo: Repository, old: OldPhone, new: NewPhone, app: AppMove) -> None:
    """Find out by the app's own files whether the new phone would take it, and what it is called."""
    try:
        with open_kept_app(repo, old.snapshot, app.package) as held:
            app.size = sum(apk.source.size for apk in held.apks)
            label = readable(held.base.manifest.label) if held.base is not None else ""
            app.name = verbatim(label) if label and app.name == verbatim(app.package) else app.name
            app.reasons = tuple(reason.text for reason in refusals(held, new.facts))
    except AppNotKeptError:
        app.state = AppState.NOT_KEPT
    except ApkError as error:  # not readable here; the phone reads it by itself
        app.not_looked_at = True
        app.reasons = (verbatim(readable(error.sentence())),)
    except (PhonewardError, ValueError) as error:
        app.state = AppState.REFUSED
        detail = readable(error.sentence()) if isinstance(error, PhonewardError) else _("it has no main file")
        app.reasons = (verbatim(detail),)
    else:
        app.state = AppState.REFUSED if app.reasons else AppState.NEW


def of_state(apps: list[AppMove], *states: AppState) -> Iterator[AppMove]:
    """Yield the apps in one of these states."""
    return (app for app in apps if app.state in states)
