"""The leaving plan: what to do about each account, in which order, until when."""

from phoneward.numbers.leaving.planning import Grace, Group, Plan, Step, is_on, plan
from phoneward.numbers.leaving.shown import shown_number
from phoneward.numbers.leaving.standings import Mark, Standing, State, standing

__all__ = ["Grace", "Group", "Mark", "Plan", "Standing", "State", "Step", "is_on", "plan", "shown_number", "standing"]
