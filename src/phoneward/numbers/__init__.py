"""If I give up this number, who gets in where? Which accounts hang on a number, and how to leave it in good order.

Callers use what stands here. Services that want to know whether a number has changed hands use
`phoneward.numbers.gate`, which needs nothing of the person's side.
"""

from phoneward.numbers.account_words import account_name
from phoneward.numbers.errors import NumberKeyError, NumbersError
from phoneward.numbers.inventory import Account, Evidence, Inventory, LookedAt, NotLookedAt, OwnNumber, SourceKind, What
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
)
from phoneward.numbers.leaving import Grace, Group, Mark, Plan, Standing, State, Step, plan, shown_number, standing
from phoneward.numbers.message import Message
from phoneward.numbers.recognising import Line as RecognisedLine
from phoneward.numbers.recognising import Recogniser, recognise
from phoneward.numbers.recognising import recognised as recognised_lines
from phoneward.numbers.recognition import Purpose, Recognition, Relation
from phoneward.numbers.rulebook import Claim, Harm, Holding, Kind, OldNumber, Reissue, Rulebook, Steps, System, rulebook
from phoneward.numbers.sources import (
    CACHE,
    Gathered,
    account_key,
    combined,
    grade_words,
    inventory_of,
    looked_words,
    missed_words,
    normalised,
    not_asked,
    own_words,
    proof_words,
    read_messages_file,
    told_number,
    told_region,
)

__all__ = [
    "CACHE",
    "Account",
    "Claim",
    "Evidence",
    "Gathered",
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
    "NotLookedAt",
    "NumberKeyError",
    "NumbersError",
    "OldNumber",
    "OwnNumber",
    "Plan",
    "Purpose",
    "RecognisedLine",
    "Recogniser",
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
    "account_key",
    "account_name",
    "combined",
    "counts",
    "drop_plan",
    "forget_own",
    "grade_words",
    "inventory_of",
    "keep_count",
    "keep_own",
    "keep_plan",
    "kept_plan",
    "kept_plans",
    "looked_words",
    "mark_account",
    "marks",
    "missed_words",
    "normalised",
    "not_asked",
    "own_numbers",
    "own_words",
    "plan",
    "proof_words",
    "read_messages_file",
    "recognise",
    "recognised_lines",
    "rulebook",
    "shown_number",
    "standing",
    "told_number",
    "told_region",
]
