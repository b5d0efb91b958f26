"""The operator that is simulated where nobody gives another, and the file that an integrator begins with."""

import datetime as dt
import importlib.resources
import re

import msgspec

from phoneward.numbers.simulator.state import State


def example_text(now: dt.datetime) -> str:
    """Return the example as TOML, its dates counted back from this moment."""
    text = importlib.resources.files(__package__).joinpath("example.toml").read_text("utf-8")

    def moment(found: re.Match[str]) -> str:
        if found[2] == "d":
            return f"{now.astimezone(dt.UTC).date() - dt.timedelta(days=int(found[1])):%Y-%m-%d}"
        return f"{now.astimezone(dt.UTC) - dt.timedelta(hours=int(found[1])):%Y-%m-%dT%H:%M:%SZ}"

    return re.sub(r"@-(\d+)([dh])@", moment, text)


def example_state(now: dt.datetime) -> State:
    """Return the example."""
    return msgspec.toml.decode(example_text(now), type=State)
