"""Whatever is done to a case in whatever order, cut short or not: its log tells it, and a seal holds."""

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from phoneward.cases import LOG, Case, CaseFacts, Result, verify
from phoneward.incidents import Incident
from tests.cases.killing import killed_at

ACTIONS = ("add", "note", "facts", "letter", "seal")


class Life(RuleBasedStateMachine):
    """A case and what must be in it."""

    def __init__(self) -> None:
        super().__init__()
        self.top = Path(tempfile.mkdtemp(prefix="case-life-"))
        self.folder = self.top / "case"
        self.file = self.top / "file.txt"
        self.lines = 1
        self.seals = 0
        self.is_sealed = False
        Case.new(self.folder, CaseFacts(title="x", incident=Incident.RESET))

    def teardown(self) -> None:
        shutil.rmtree(self.top)

    def _do(self, action: str, content: bytes) -> None:
        case = Case.open(self.folder)
        if action == "add":
            self.file.write_bytes(content)
            case.add([self.file])
        elif action == "note":
            case.note(f"n {content.hex()}")
        elif action == "facts":
            case.set_facts(CaseFacts(title=content.hex(), incident=Incident.RESET))
        elif action == "letter":
            case.add_bytes("letter.txt", content, folder="letters")
        else:
            case.seal()

    @rule(action=st.sampled_from(ACTIONS), content=st.binary(max_size=20))
    def done(self, action: str, content: bytes) -> None:
        self._do(action, content)
        self._count(action)

    @rule(action=st.sampled_from(ACTIONS), content=st.binary(max_size=20), step=st.integers(0, 40))
    def cut_short(self, action: str, content: bytes, step: int) -> None:
        killed_at(step, lambda: self._do(action, content))
        lines = len(list(Case.open(self.folder).log()))
        assert lines - self.lines in {0, 1}
        if lines > self.lines:
            self._count(action)

    def _count(self, action: str) -> None:
        self.lines += 1
        self.seals += action == "seal"
        self.is_sealed = action == "seal"

    @invariant()
    def log_and_folder_say_the_same(self) -> None:
        case = Case.open(self.folder)
        assert [line.seq for line in case.log()] == list(range(1, self.lines + 1))
        there = {str(path.relative_to(self.folder)) for path in (self.folder / "data").rglob("*") if path.is_file()}
        assert {item.path for item in case.items()} | {"data/case.json", LOG} == there
        assert not os.path.lexists(self.folder / ".phoneward")
        verdict = verify(self.folder)
        assert (verdict.result is Result.INTEGRITY_ONLY) == self.is_sealed, verdict.problems
        assert len(verdict.seals) == self.seals


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=int(os.environ.get("LIVES", "12")), stateful_step_count=12, deadline=None)
