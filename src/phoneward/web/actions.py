"""Actions of findings as buttons: which can be done here, where they lead, and how a form names one."""

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Final

from phoneward import flows
from phoneward.findings import Action, Finding
from phoneward.phones.appbackups import app_guide
from phoneward.web import addresses


def _coverage(action: Action) -> str:
    snapshot = action.arguments.get("snapshot", "")
    return f"/snapshots/{snapshot}/coverage" if snapshot else "/coverage"


def _guide(action: Action) -> str:
    app = action.arguments.get("app", "")
    return f"/app-backups/guide/{app}" if app_guide(app) is not None else "/app-backups"


def _history(action: Action) -> str:
    package = action.arguments.get("app", "")
    return addresses.address("/updates/app", package=package) if package else "/updates"


def _plan(action: Action) -> str:
    return addresses.address("/numbers/plan", number=action.arguments.get("number", ""))


def _copies(action: Action) -> str:
    return addresses.address("/watch/copies", app=action.arguments.get("app", ""))


def _rescue(action: Action) -> str:
    named = action.arguments
    return addresses.address("/rescue/card", what=named.get("what", ""), app=named.get("app", ""))


def _case(page: str) -> Callable[[Action], str]:
    return lambda action: addresses.address(page, case=action.arguments.get("case", ""))


ACTION_PAGES: Final[dict[tuple[str, str], Callable[[Action], str]]] = {
    ("snapshots", "coverage"): _coverage,
    ("snapshots", "app-backups"): lambda _action: "/app-backups",
    ("snapshots", "app-guide"): _guide,
    ("snapshots", "copy"): lambda _action: "/vault/copy",
    ("snapshots", "schedule"): lambda _action: "/schedules",
    ("snapshots", "move"): lambda _action: "/move",
    ("updates", "history"): _history,
    ("updates", "check"): lambda _action: "/updates",
    ("updates", "stores"): lambda _action: "/updates/stores",
    ("numbers", "accounts"): lambda _action: "/numbers",
    ("numbers", "plan"): _plan,
    ("numbers", "offers"): lambda _action: "/numbers/offers",
    ("watch", "scan"): lambda _action: "/watch",
    ("watch", "copies"): _copies,
    ("watch", "capture"): lambda _action: "/watch/capture",
    ("watch", "canary"): lambda _action: "/watch/canary",
    ("rescue", "search"): _rescue,
    ("cases", "case"): _case("/cases/case"),
    ("cases", "seal"): _case("/cases/seal"),
}
"""(room, verb) → the address of the page where it is done, for what needs more than one press. Rooms add theirs."""


def page_of(action: Action) -> str:
    """Return the address of the page an action leads to; empty where it is done at once."""
    address = ACTION_PAGES.get((action.room, action.verb))
    return address(action) if address else ""


def can_do(action: Action) -> bool:
    """Tell whether a button may be offered."""
    return (action.room, action.verb) in ACTION_PAGES or flows.known(action)


def action_id(action: Action) -> str:
    """Return a name for an action. Forms carry this alone, so that nobody can make up arguments."""
    whole = json.dumps([action.room, action.verb, sorted(action.arguments.items())])
    return hashlib.sha256(whole.encode()).hexdigest()[:32]


def find_action(findings: Iterable[Finding], wanted: str) -> Action | None:
    """Return the action a form names, None where no finding offers it any more."""
    return next((a for finding in findings for a in finding.actions if action_id(a) == wanted), None)
