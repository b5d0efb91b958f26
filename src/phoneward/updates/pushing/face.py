"""What others may use of the package, loaded name by name (see `lazily`)."""

from phoneward.updates.pushing.catalog import Catalog, files_in, problems, read_files, unread
from phoneward.updates.pushing.errors import DifferentAppsError, RayMissingError
from phoneward.updates.pushing.field import FIELD, Span, judge_field
from phoneward.updates.pushing.gate import GateResult, gate, gate_files, gate_files_named
from phoneward.updates.pushing.grading import Grade, Prompt, grade_prompt, read_prompt
from phoneward.updates.pushing.journal import Journal
from phoneward.updates.pushing.notice import Notice, notice_for
from phoneward.updates.pushing.problems import Problem, ProblemKind
from phoneward.updates.pushing.runners import by_cores, by_ray
from phoneward.updates.pushing.stoplist import problem_document, write_stop_list

__all__ = [
    "FIELD",
    "Catalog",
    "DifferentAppsError",
    "GateResult",
    "Grade",
    "Journal",
    "Notice",
    "Problem",
    "ProblemKind",
    "Prompt",
    "RayMissingError",
    "Span",
    "by_cores",
    "by_ray",
    "files_in",
    "gate",
    "gate_files",
    "gate_files_named",
    "grade_prompt",
    "judge_field",
    "notice_for",
    "problem_document",
    "problems",
    "read_files",
    "read_prompt",
    "unread",
    "write_stop_list",
]
