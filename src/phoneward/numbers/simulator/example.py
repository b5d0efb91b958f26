"""The operator that is simulated where nobody gives another, and the file that an integrator begins with."""

import datetime as dt
import importlib.resources
import re
from typing import Final

import msgspec

from phoneward.numbers.simulator.state import State
from phoneward.texts import N_, _

ABOUT: Final = {
    "same": N_("the same person for years"),
    "recycled": N_("given up, and somebody else's since a month ago"),
    "nobody": N_("given up, nobody's at present"),
    "new-sim": N_("the same person, on a new SIM since a day ago"),
    "not-applicable": N_("the service is not applicable"),
    "blocked": N_("nothing may be told"),
    "refuses": N_("refuses when asked for consent"),
    "other": N_("another operator's"),
    "fails": N_("every answer is a server error"),
    "slow": N_("takes ten seconds to consent"),
}
"""What is said beside each of its numbers."""


def example_text(now: dt.datetime) -> str:
    """Return the example as TOML, its dates counted back from this moment, in the reader's language."""
    text = importlib.resources.files(__package__).joinpath("example.toml").read_text("utf-8")

    def moment(found: re.Match[str]) -> str:
        if found[2] == "d":
            return f"{now.astimezone(dt.UTC).date() - dt.timedelta(days=int(found[1])):%Y-%m-%d}"
        return f"{now.astimezone(dt.UTC) - dt.timedelta(hours=int(found[1])):%Y-%m-%dT%H:%M:%SZ}"

    worded = re.sub(r"@([a-z-]+)@", lambda found: _(ABOUT[found[1]]), text)
    return re.sub(r"@-(\d+)([dh])@", moment, worded)


def example_state(now: dt.datetime) -> State:
    """Return the example."""
    return msgspec.toml.decode(example_text(now), type=State)
