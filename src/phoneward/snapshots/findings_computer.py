"""Findings about backups that apps made on this computer and that are in no snapshot."""

from collections.abc import Iterator

from phoneward.errors import readable
from phoneward.findings import Evidence, Finding, Severity, Tier
from phoneward.phones.appbackups import OnComputer
from phoneward.snapshots import finding_codes as codes
from phoneward.snapshots import finding_parts as parts
from phoneward.snapshots.answer_facts import Facts
from phoneward.snapshots.app_listing import Here
from phoneward.snapshots.coverage import State
from phoneward.snapshots.findings_apps import name_of
from phoneward.texts import Ago, words

_LOST = (State.OUT_OF_REACH, State.PART)


def computer_findings(facts: Facts) -> Iterator[Finding]:
    """Yield what is on this computer and goes along with no phone. Whose it is, only the person can tell."""
    found = [(one, one.found) for one in facts.here if one.found is not None and not one.kept]
    backups = [(one, backup) for one, backup in found if backup.kind == "backup" and backup.path.is_dir()]
    for one, backup in backups[: parts.MAX_OF_A_KIND] if facts.phones else ():
        yield _not_kept(facts, one, backup)


def _not_kept(facts: Facts, one: Here, backup: OnComputer) -> Finding:
    path = readable(str(one.path))
    apps = facts.coverage.apps if facts.coverage is not None else []
    is_lost = any(app.package == backup.package and app.state in _LOST for app in apps)
    name = name_of(backup.package)
    title = words("A backup of {app} is on this computer and in no snapshot.", app=name)
    if backup.account:
        title = words(
            "A backup of {app} is on this computer and in no snapshot: {account}.",
            app=name,
            account=parts.shown(backup.account),
        )
    return Finding(
        code=codes.OWN_BACKUP_NOT_KEPT,
        severity=Severity.WARNING if is_lost else Severity.ADVICE,
        tier=Tier.OBSERVED,
        title=title,
        loss=words("If this computer's disk broke, or somebody tidied up, it would be gone."),
        detail=words("Whose it is, only you can tell: on a shared computer it may be of another phone in the house."),
        evidence=(
            Evidence(
                words("made {ago}", ago=Ago(backup.made, facts.now)) if backup.made else words("found by its name"),
                words("looked at names, sizes and times only"),
                parts.shown(path),
            ),
        ),
        actions=(
            *(parts.keep_folder(one.id, path, *phone) for phone in facts.phones[: parts.EXAMPLES]),
            parts.look_here(),
        ),
        subject=f"{backup.package}/{one.id}",
    )
