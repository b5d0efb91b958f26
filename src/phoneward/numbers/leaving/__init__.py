"""The leaving plan: what to do about each account, in which order, until when."""

from phoneward.numbers.leaving.plan import Grace, Group, Plan, Step, is_on, plan
from phoneward.numbers.leaving.standing import Mark, Standing, State, standing

__all__ = ["Grace", "Group", "Mark", "Plan", "Standing", "State", "Step", "is_on", "plan", "standing"]
