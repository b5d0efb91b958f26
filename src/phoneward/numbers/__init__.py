"""If I give up this number, who gets in where? Which accounts hang on a number, and how to leave it in good order.

Callers use what stands here. Services that want to know whether a number has changed hands use
`phoneward.numbers.gate`, which needs nothing of the person's side.
"""

from phoneward.numbers.errors import NotANumberError, NumberKeyError, NumbersError
from phoneward.numbers.inventory import Account, Evidence, Inventory, LookedAt, OwnNumber, SourceKind, What
from phoneward.numbers.keeping import (
    KeptPlan,
    counts,
    drop_plan,
    forget_own,
    keep_count,
    keep_own,
    keep_plan,
    kept_plan,
    kept_plans,
    mark_account,
    marks,
    own_numbers,
    parse_number,
)
from phoneward.numbers.leaving import Grace, Group, Mark, Plan, Standing, State, Step, plan, shown_number, standing
from phoneward.numbers.message import Message
from phoneward.numbers.recognition import Purpose, Recognition, Relation
from phoneward.numbers.rulebook import Claim, Harm, Holding, Kind, OldNumber, Reissue, Rulebook, Steps, System, rulebook

__all__ = [
    "Account",
    "Claim",
    "Evidence",
    "Grace",
    "Group",
    "Harm",
    "Holding",
    "Inventory",
    "KeptPlan",
    "Kind",
    "LookedAt",
    "Mark",
    "Message",
    "NotANumberError",
    "NumberKeyError",
    "NumbersError",
    "OldNumber",
    "OwnNumber",
    "Plan",
    "Purpose",
    "Recognition",
    "Reissue",
    "Relation",
    "Rulebook",
    "SourceKind",
    "Standing",
    "State",
    "Step",
    "Steps",
    "System",
    "What",
    "counts",
    "drop_plan",
    "forget_own",
    "keep_count",
    "keep_own",
    "keep_plan",
    "kept_plan",
    "kept_plans",
    "mark_account",
    "marks",
    "own_numbers",
    "parse_number",
    "plan",
    "rulebook",
    "shown_number",
    "standing",
]
