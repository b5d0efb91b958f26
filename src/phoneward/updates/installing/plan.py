"""What a run is about: each app with the files that would be installed, what is installed now, and the judgement."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoneward.apk.app import AppSet
from phoneward.phones import InstallOptions, PackageState, UpdatablePhone
from phoneward.updates.installing.afterwards import States
from phoneward.updates.installing.copying import CopiedApk
from phoneward.updates.installing.report import AppReport, Outcome
from phoneward.updates.verdict import Effect, Judgement, Verdict

if TYPE_CHECKING:
    from phoneward.updates.installing.deciding import Decision

OPTIONS = ("-d", "-t", "--bypass-low-target-sdk-block")
"""Install options that lift a rule and keep the data (`Reason.option`)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An update as it lies in the private copy.

    Attributes:
        app: opened from the copy.
        apks: its files, base first.
        source: what the person named, readable.
    """

    app: AppSet
    apks: tuple[CopiedApk, ...]
    source: str

    @property
    def package(self) -> str:
        """The app."""
        return self.app.package

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(apk.size for apk in self.apks)

    @property
    def version_code(self) -> int:
        """The long one."""
        return self.app.apks[0].manifest.version_code

    @property
    def version(self) -> str:
        """As people know it, else the number."""
        return self.app.apks[0].manifest.version_name or str(self.version_code)


@dataclass(slots=True)
class Planned:
    """One update of a run.

    Attributes:
        candidate: what would be installed.
        name: what the person calls the app, readable.
        before: the app as it is installed, for each user.
        installed: SHA-256 of its APKs by the phone's own tool, base first; None for one it does not tell of.
        judgement: what the rules say.
        decision: what may be done; None until all is saved that can be.
        is_rollback: an older version is wanted: options that lift a rule and keep the data are used.
        report: what became of it.
    """

    candidate: Candidate
    name: str
    before: States
    installed: tuple[bytes | None, ...]
    judgement: Judgement
    report: AppReport
    decision: "Decision | None" = None
    is_rollback: bool = False

    @property
    def package(self) -> str:
        """The app."""
        return self.candidate.package

    @property
    def state(self) -> PackageState:
        """The app as its first user has it."""
        return self.before[min(self.before)]

    @property
    def is_same(self) -> bool:
        """Whether what would be installed is installed already, byte for byte."""
        ours = sorted(apk.sha256 for apk in self.candidate.apks)
        return None not in self.installed and ours == sorted(one for one in self.installed if one is not None)

    @property
    def options(self) -> InstallOptions:
        """How it would be installed."""
        lifted = self.lifted if self.is_rollback else ()
        return InstallOptions(
            user_id=min(self.before),
            inherit=self.candidate.app.base is None,
            allow_downgrade="-d" in lifted,
            allow_test_only="-t" in lifted,
            bypass_low_target_sdk="--bypass-low-target-sdk-block" in lifted,
        )

    @property
    def would_wipe(self) -> bool:
        """Whether it could be installed only by removing the app."""
        return self.judgement.verdict is Verdict.WIPES

    @property
    def lifted(self) -> tuple[str, ...]:
        """Install options that lift a rule that stands in the way, and keep the data."""
        reasons = (reason for reason in self.judgement.reasons if reason.effect is Effect.OPTION)
        return tuple(dict.fromkeys(reason.option for reason in reasons if reason.option in OPTIONS))


def states_of(updater: UpdatablePhone, package: str) -> States:
    """Return an app as each user of the phone has it; empty where it is not installed.

    Raises:
        PhoneGoneError: the connection was lost.
    """
    first = updater.package_state(package)
    if first is None:
        return {}
    users = sorted({0, *first.user_ids})
    found = {user: first if user == 0 else updater.package_state(package, user) for user in users}
    return {user: state for user, state in found.items() if state is not None and state.is_installed}


def version_of(state: PackageState) -> str:
    """Return an installed version as people know it, else its number."""
    return state.version_name or str(state.version_code or "?")


def new_report(candidate: Candidate, name: str, state: PackageState | None, judgement: Judgement | None) -> AppReport:
    """Return the report of an app of which nothing became yet."""
    return AppReport(
        package=candidate.package,
        name=name,
        outcome=Outcome.NOT_BEGUN,
        old_version=version_of(state) if state else "",
        new_version=candidate.version,
        verdict=judgement.verdict.value if judgement else "",
    )
