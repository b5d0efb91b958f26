"""What the checkup should know of moves: one that was begun and is not finished, with the old phone not to be wiped."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from phoneward.findings import Action, Evidence, Finding, Severity, Tier
from phoneward.moving.notes import Noted, noted_moves
from phoneward.moving.parts import Part, in_sentence
from phoneward.snapshots import finding_codes as codes
from phoneward.texts import Listed, words
from phoneward.vault import Repository

ROOM: Final = "snapshots"
_HOW: Final = words("read in the notes of moves that this computer keeps")


def move_findings(state_dir: Path, repo: Repository) -> tuple[Finding, ...]:
    """Return what there is to say, for the room of snapshots.

    Args:
        state_dir: the person's state folder.
        repo: open.
    """
    return tuple(_unfinished(state_dir, repo))


def _unfinished(state_dir: Path, repo: Repository) -> Iterator[Finding]:
    for noted in noted_moves(state_dir, repo):
        if noted.finished is None:
            yield _finding(noted)


def _finding(noted: Noted) -> Finding:
    done = Listed(tuple(in_sentence(part) for part in Part if (note := noted.part(part)) is not None and note.done))
    seen = words("gone through so far: {parts}", parts=done) if done.items else words("no part was gone through so far")
    return Finding(
        code=codes.MOVE_NOT_FINISHED,
        severity=Severity.ADVICE,
        tier=Tier.OBSERVED,
        title=words("The move from {old} to {new} is not finished.", old=noted.old_label, new=noted.new_label),
        loss=words("What did not come over is on the old phone and in the vault alone. Do not wipe the old phone yet."),
        evidence=(Evidence(seen, _HOW, seen=noted.begun),),
        actions=(
            Action(
                ROOM,
                "move",
                words("Go on with the move"),
                {},
                ("phoneward", "move", noted.snapshot[:8], "--to-phone", "SERIAL"),
            ),
        ),
        subject=f"{noted.old}-{noted.new}",
    )
