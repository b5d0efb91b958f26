"""What `phoneward update check` prints: the answer first, then why, then what only a technician wants to know."""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from phoneward.cli.output import Output
from phoneward.errors import readable
from phoneward.texts import _, enumeration, formats, labelled

if TYPE_CHECKING:
    from phoneward.updates import Checked, Installed, Stakes
    from phoneward.updates.verdict import Reason


def show(output: Output, found: "Sequence[Checked]", *, details: bool) -> None:
    """Show the answers, one file after the other."""
    for number, one in enumerate(found):
        if number:
            output.result("")
        for line in _lines(one, named=len(found) > 1, details=details):
            output.result(line)


def _lines(one: "Checked", *, named: bool, details: bool) -> Iterator[str]:
    from phoneward.updates import explanation, main_reasons

    sentence = str(one.sentence)
    yield labelled(one.file, sentence) if named else sentence
    if one.advice is not None:
        yield str(one.advice)
        return
    yield str(explanation(one.judgement))
    yield from copy_first(one)
    for reason in main_reasons(one.judgement):
        yield str(reason)
    if details:
        yield ""
        yield from _details(one)
    else:
        yield _("The technical details: add --details.")


def copy_first(one: "Checked") -> Iterator[str]:
    """Yield how to make a copy of what is in the app, where that is the first thing to do."""
    from phoneward.phones.appbackups import app_of_package
    from phoneward.updates import needs_copy

    if not needs_copy(one.judgement, one.stakes):
        return
    guide = app_of_package(one.judgement.package)
    if guide is not None:
        yield _("Make a copy of it first, with the app itself: phoneward app-backups guide {key}").format(key=guide.key)
    else:
        yield _(
            "Make a copy of it first: with a backup or an export in the app's own settings, and with a snapshot "
            "(phoneward setup; with a vault: phoneward backup)."
        )


def _details(one: "Checked") -> Iterator[str]:
    from phoneward.updates import headline

    yield _("Verdict: {verdict} (Android API level {sdk})").format(
        verdict=headline(one.judgement.verdict), sdk=one.device.sdk if one.device.sdk is not None else "?"
    )
    yield _("Update: {package} {version} ({code})").format(
        package=readable(one.judgement.package), version=one.version_name, code=one.version_code
    )
    yield _("  signed by {signers}").format(signers=enumeration(one.judgement.signers) or "-")
    if one.installed is not None:
        yield from _of_installed(one.installed)
    for reason in one.judgement.reasons:
        yield from _of_reason(reason)


def _of_installed(app: "Installed") -> Iterator[str]:
    yield _("Installed: {package} {version} ({code})").format(
        package=readable(app.package), version=readable(app.version_name), code=app.version_code
    )
    yield _("  signed by {signers}").format(signers=enumeration(app.signing.sha256) if app.signing is not None else "-")
    if app.installer:
        yield _("  installed by {installer}").format(installer=readable(app.installer))
    if app.first_installed is not None:
        yield _("  first installed {date}").format(date=formats.moment(app.first_installed))


def _of_reason(reason: "Reason") -> Iterator[str]:
    yield labelled(f"{reason.effect.value} {reason.code}", str(reason.text))
    told = [part for part in (reason.status, reason.option, readable(reason.source)) if part]
    if told:
        yield f"  {' · '.join(told)}"


def document(one: "Checked") -> dict[str, object]:
    """Return what `--json` prints of one file."""
    judgement = one.judgement
    return {
        "file": one.file,
        "package": judgement.package,
        "verdict": judgement.verdict.value,
        "sentence": str(one.sentence),
        "tier": judgement.tier.value,
        "lowered": None if judgement.lowered is None else str(judgement.lowered),
        "sdk": one.device.sdk,
        "version_code": one.version_code,
        "version_name": one.version_name,
        "signers": list(judgement.signers),
        "installed": None if one.installed is None else _installed_document(one.installed),
        "stakes": _stakes_document(one.stakes),
        "reasons": [_reason_document(reason) for reason in judgement.reasons],
    }


def _installed_document(app: "Installed") -> dict[str, object]:
    return {
        "version_code": app.version_code,
        "version_name": readable(app.version_name),
        "signers": list(app.signing.sha256) if app.signing is not None else None,
        "installer": app.installer,
        "first_installed": _time(app.first_installed),
        "last_updated": _time(app.last_updated),
    }


def _stakes_document(stakes: "Stakes | None") -> dict[str, object] | None:
    from phoneward.updates import Copy

    if stakes is None or stakes.kept is Copy.NOT_ASKED:
        return None
    fields: dict[str, object] = {"data_bytes": stakes.data_bytes, "since": _time(stakes.since), "users": stakes.users}
    kept = stakes.kept
    if isinstance(kept, Copy):
        return {**fields, "no_snapshot": kept.value, "snapshot": None}
    snapshot = {
        "id": kept.snapshot,
        "taken": _time(kept.taken),
        "proof": kept.level.value,
        "proven": _time(kept.proven),
        "state": kept.state.value if kept.state is not None else None,
        "kept_bytes": kept.kept_bytes,
        "out_of_reach_bytes": kept.out_of_reach_bytes,
        "own_backup": _time(kept.own_backup),
        "app_kept": kept.app_kept,
    }
    return {**fields, "no_snapshot": None, "snapshot": snapshot}


def _reason_document(reason: "Reason") -> dict[str, object]:
    return {
        "code": reason.code,
        "effect": reason.effect.value,
        "text": str(reason.text),
        "source": reason.source,
        "status": reason.status,
        "option": reason.option,
    }


def _time(time: dt.datetime | None) -> str | None:
    return None if time is None else time.astimezone(dt.UTC).isoformat()


def write_sarif(log: dict[str, object], path: Path | None, output: Output) -> None:
    """Write a SARIF log into a file, or as the only thing on stdout.

    Raises:
        OSError: the file cannot be written.
    """
    text = json.dumps(log, indent=1) + "\n"  # ASCII only, as all JSON here
    if path is not None:
        path.write_text(text, encoding="ascii")
    else:
        output.result(text.rstrip("\n"))
