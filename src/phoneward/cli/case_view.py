"""Shows what a case knows."""

import datetime as dt
from typing import TYPE_CHECKING

import msgspec

from phoneward.cli.output import Output
from phoneward.errors import readable
from phoneward.incidents import INCIDENT_WORDS
from phoneward.texts import _, formats, labelled

if TYPE_CHECKING:
    from phoneward.cases import CaseFacts


def print_facts(output: Output, facts: "CaseFacts") -> None:
    """Print all of it."""
    from phoneward.cases.letters import ROLE_WORDS

    if output.json:
        output.emit("case_facts", msgspec.to_builtins(facts))
        return
    output.result(readable(facts.title))
    output.result(labelled(_("The event"), _(INCIDENT_WORDS[facts.incident])))
    unknown = _("not told yet")
    output.result(labelled(_("Day"), facts.happened.isoformat() if facts.happened else unknown))
    if facts.noticed:
        output.result(labelled(_("Noticed"), facts.noticed.isoformat()))
    for party in facts.parties:
        output.result(labelled(_(ROLE_WORDS[party.role]), _row(party.name, party.address, party.phone, party.email)))
        for did in party.did:
            output.result(f"  {readable(did)}")
    if not facts.parties:
        output.result(labelled(_("Who is in the matter"), unknown))
    device = facts.device
    if device.model:
        output.result(labelled(_("Phone"), readable(f"{device.maker} {device.model}, Android {device.android}")))
    for app in facts.apps:
        versions = " → ".join(one for one in (app.version_before, app.version_after) if one)
        output.result(labelled(_("App"), readable(f"{app.label or app.package} {versions}".strip())))
    for loss in facts.losses:
        size = formats.size(loss.size) if loss.size is not None else ""
        cost = f"{loss.currency} {loss.cost:,.2f}" if loss.cost is not None else ""
        output.result(labelled(_("Lost"), _row(loss.what, size, loss.meaning, cost)))
    if not facts.losses:
        output.result(labelled(_("Lost"), unknown))
    for event in sorted(facts.events, key=lambda event: event.at.isoformat()):
        mark = " " + _("(against you)") if event.is_against else ""
        output.result(labelled(_at(event.at), readable(event.what) + mark))


def _row(*told: str) -> str:
    return ", ".join(readable(one) for one in told if one)


def _at(moment: dt.date | dt.datetime) -> str:
    return moment.isoformat(timespec="minutes") if isinstance(moment, dt.datetime) else moment.isoformat()
