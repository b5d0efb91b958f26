"""What `phoneward restore --verify` says."""

from typing import TYPE_CHECKING, TypeAlias

from phoneward.cli.names import name_fields
from phoneward.texts import _, formats

if TYPE_CHECKING:
    from phoneward.cli.output import Output
    from phoneward.snapshots import Compared
    from phoneward.vault import FileId

SHOWN = 50
"""Names listed one by one in text; JSON has all."""

Proven: TypeAlias = "tuple[Compared, FileId | None]"


def fields(proven: "Proven | None") -> dict[str, object]:
    """Return what JSON's summary says of the proof; nothing where none was asked for."""
    if proven is None:
        return {}
    found, proof = proven
    return {
        "verified": found.complete,
        "files_verified": found.files,
        "bytes_verified": found.bytes,
        "files_not_verified": found.failed,
        "not_verified": [
            {**name_fields(file.path), "reason": file.fault.value, "sentence": file.sentence()}
            for file in found.unproven
        ],
        "proof": proof,
    }


def show(output: "Output", proven: Proven) -> None:
    """Say it in words."""
    if output.json:
        return
    found, proof = proven
    for file in found.unproven[:SHOWN]:
        output.result(file.sentence())
    if found.failed > SHOWN:
        output.result(_("… and {count} more; --json names all.").format(count=f"{found.failed - SHOWN:,}"))
    output.summary(
        _("Read back and the same as in the snapshot: {files} ({size}).").format(
            files=formats.files(found.files), size=formats.size(found.bytes)
        )
    )
    if found.failed:
        output.result(_("Not the same, or not there: {files}.").format(files=formats.files(found.failed)))
    if proof is not None:
        output.summary(_("The vault keeps the proof, as {proof}.").format(proof=proof[:8]))
