"""Judgements, coverage and states for tests of the rules of installing; every number here is this file's own."""

import datetime as dt

from phoneward.phones import PackageState
from phoneward.snapshots import ApkState, AppCoverage, Coverage, Gap, OwnBackup, Proof, ProofLevel, State, Totals
from phoneward.texts import words
from phoneward.updates import Effect, Judgement, Reason, Verdict

APP = "org.example.notes"
NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def judged(verdict: Verdict, *effects: Effect, lowered: bool = False, option: str = "") -> Judgement:
    """Return a judgement with one reason for each effect, its code the effect's."""
    reasons = tuple(
        Reason(effect.value, effect, words(f"Because {effect.value}."), option=option) for effect in effects
    )
    return Judgement(APP, verdict, reasons, lowered=words("Phones like this lost data.") if lowered else None)


def row(
    state: State,
    *,
    user: int = 0,
    phone_bytes: int | None = 5000,
    beyond: int | None = 5000,
    backups: tuple[OwnBackup, ...] = (),
    reason: str = "private-out-of-reach",
    apk: ApkState = ApkState.KEPT,
    files: int = 0,
    package: str = APP,
) -> AppCoverage:
    """Return a line of coverage."""
    return AppCoverage(
        package=package,
        user_id=user,
        version_name="1",
        version_code=1,
        is_system=False,
        state=state,
        reason=reason,
        next_step="",
        apk=apk,
        kept_files=files,
        kept_bytes=files * 10,
        phone_bytes=phone_bytes,
        out_of_reach_bytes=beyond,
        own_backups=list(backups),
    )


def own_backup(days: int, kind: str = "backup") -> OwnBackup:
    """Return an app's own backup of so many days ago."""
    return OwnBackup("/shared/b.crypt15", NOW - dt.timedelta(days=days), 100, "whatsapp", kind)


def covers(*rows: AppCoverage, gaps: tuple[tuple[str, str], ...] = (), partial: bool = False) -> Coverage:
    """Return coverage with these lines, and gaps as (path, reason)."""
    counts: dict[str, int] = {}
    for _path, reason in gaps:
        counts[reason] = counts.get(reason, 0) + 1
    return Coverage(
        format=1,
        device="0" * 16,
        label="phone",
        taken=NOW,
        complete=not gaps,
        partial=partial,
        proof=Proof(ProofLevel.MATCHED, NOW),
        totals=Totals(0, 0, 0, 0, 0, 0),
        storages=[],
        apps=list(rows),
        gap_counts=counts,
        gaps=[Gap(path, reason) for path, reason in gaps],
        not_checked={},
        snapshot="a" * 64,
    )


def state(**changes: object) -> PackageState:
    """Return an app as the phone records it, with some facts changed."""
    facts: dict[str, object] = {
        "version_code": 7,
        "version_name": "0.7",
        "signer_hashes": (1, 2),
        "splits": ("config.de",),
        "first_installed_ns": 10**18,
        "last_updated_ns": 2 * 10**18,
        "uid": 10125,
        "user_ids": frozenset({0}),
        "code_path": b"/data/app/~~a==/org.example.notes-b==",
        "apk_paths": (b"/data/app/x/base.apk",),
    }
    return PackageState(package=APP, **(facts | changes))  # type: ignore[arg-type]  # names are checked when it runs
