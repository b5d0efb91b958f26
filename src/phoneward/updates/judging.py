"""From what the rules say to a verdict."""

from dataclasses import replace
from typing import Final

from phoneward.apk.app import AppSet
from phoneward.findings import Tier
from phoneward.texts import words
from phoneward.updates import hidden, incidents, rules, signing_names
from phoneward.updates.rules import Case, reasons, versions
from phoneward.updates.rules.rule import Rule
from phoneward.updates.subject import Device, Installed
from phoneward.updates.verdict import Effect, Judgement, Reason, Verdict

NOT_INSTALLED: Final = Rule(
    "not-installed",
    Effect.NOTES,
    "The app is not on the phone: there is no data of it that could be lost.",
    "InstallPackageHelper.java preparePackage (new package install)",
)

PREINSTALLED: Final = Rule(
    "preinstalled",
    Effect.WARNS,
    "The app came with the phone: it cannot be removed, so what stands in the way of an update always does.",
    "DeletePackageHelper.java deletePackageLIF (a system app's record stays; only its updates are removed)",
)

RULES: Final = (NOT_INSTALLED, PREINSTALLED)
ALL_RULES: Final[tuple[Rule, ...]] = (*rules.RULES, *RULES, *hidden.RULES, *signing_names.RULES)
"""Every code that a reason can have, for docs/reference."""

_GRAVEST: Final = (Effect.NEVER, Effect.NOT_OVER, Effect.OPTION, Effect.UNKNOWN, Effect.WARNS, Effect.NOTES)


def judge(installed: Installed | None, candidate: AppSet, device: Device) -> Judgement:
    """Return what would become of an app's data if this were installed on this phone.

    - `wipes`: Android does not take it over the app, would take this same file, without any option, once the app and
      its data are removed, and no install option would keep the data.
    - `refused`: Android would not take it otherwise: never on this phone, or not without an option that keeps the data.
    - `keeps`: every rule that could be looked at lets it through. What could not be looked at and could only lead to a
      refusal (kinds of processor, other apps' permissions) is a note.
    - `undecided`: something that decides could not be had.

    Args:
        installed: None where the app is not on the phone, nor data of it: then there is nothing to lose.
        candidate: with no base (parts only) it is judged as added to the app there (`install-create -p PACKAGE`).
        device: where it would be installed.

    Raises:
        ApkUnreadableError, ApkChangedError: an APK cannot be read.
        ValueError: the set holds no APK.
    """
    if not candidate.apks:
        raise ValueError("no APK to judge")
    case = Case(installed, candidate, device)
    found = reasons(case)
    verdict, more = _verdict(case, found)
    found += more
    if installed is None:
        found.append(
            NOT_INSTALLED.says(words("The app is not on this phone, so it has no data here that could be lost."))
        )
    found += hidden.reasons(case, found)
    found += signing_names.reasons(case)
    judgement = Judgement(
        package=installed.package if installed else candidate.package,
        verdict=verdict,
        reasons=tuple(sorted(found, key=lambda reason: _GRAVEST.index(reason.effect))),
        tier=Tier.NOT_CHECKED if verdict is Verdict.UNDECIDED else Tier.INFERRED,
        signers=case.signing.sha256 if case.signing is not None else (),
    )
    return replace(judgement, lowered=incidents.lowered_by(judgement, installed, candidate, device))


def _verdict(case: Case, found: list[Reason]) -> tuple[Verdict, list[Reason]]:
    """Return the verdict, and the reasons that only hold once the app is removed."""
    effects = {reason.effect for reason in found}
    if Effect.NEVER in effects:
        return Verdict.REFUSED, []
    if Effect.NOT_OVER in effects:
        return _once_removed(case, found)
    if Effect.UNKNOWN in effects:
        return Verdict.UNDECIDED, []
    return (Verdict.REFUSED if Effect.OPTION in effects else Verdict.KEEPS), []


def _once_removed(case: Case, found: list[Reason]) -> tuple[Verdict, list[Reason]]:
    """Return whether this same file would be taken once the app and its data are gone."""
    app = case.app
    if app is not None and app.is_system and not (_only_too_old(found) and app.is_updated_system is not False):
        text = words("The app came with the phone and cannot be removed, so this file never goes in.")
        return Verdict.REFUSED, [PREINSTALLED.says(text)]
    then = reasons(case.without_app())
    effects = {reason.effect for reason in then}
    known = {reason.code for reason in found}
    more = [reason for reason in then if reason.effect is Effect.NEVER and reason.code not in known]
    if effects & {Effect.NEVER, Effect.OPTION}:
        return Verdict.REFUSED, more
    return (Verdict.UNDECIDED if Effect.UNKNOWN in effects else Verdict.WIPES), []


def _only_too_old(found: list[Reason]) -> bool:
    """Whether only its version stands in the way: that goes with a preinstalled app's updates, and its data."""
    over = {reason.code for reason in found if reason.effect is Effect.NOT_OVER}
    return over <= {versions.DOWNGRADE.code, versions.REVISION.code}
