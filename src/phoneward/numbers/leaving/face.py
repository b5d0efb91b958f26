"""What others may use of the package, loaded name by name (see `lazily`)."""

from phoneward.numbers.leaving.planning import Grace, Group, Plan, Step, is_on, plan
from phoneward.numbers.leaving.shown import shown_number
from phoneward.numbers.leaving.standings import Mark, Standing, State, standing

__all__ = ["Grace", "Group", "Mark", "Plan", "Standing", "State", "Step", "is_on", "plan", "shown_number", "standing"]
