"""Looking inside a snapshot: folders, and the page of one file."""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward.errors import PhonewardError
from phoneward.snapshots import PAGE_SIZE, BrowseEntry, FileProof, ProofLevel, SnapshotInfo
from phoneward.texts import _, formats
from phoneward.vault import Node, NodeType, find_node
from phoneward.web.addresses import address, number_of, pager, path_of, quoted, time_of
from phoneward.web.library import Opened
from phoneward.web.page import context_of, page, see_other
from phoneward.web.pages.content import MAX_PREVIEW, preview_type
from phoneward.web.pages.snapshots import crumbs_of, moment_of, named, shown, snapshot_address

MAX_CRUMBS: Final = 8
"""Folders above that are links; of a deeper path the middle is left out."""
ROOT: Final = b"/"


def files(request: Request) -> Response:
    """Show a page of a folder of a snapshot."""
    context = context_of(request)
    path = path_of(request)
    with context.library.open() as opened:
        info = opened.find(request.path_params["id"])
        view = opened.catalogue.browse(info.snapshot, path, number_of(request), PAGE_SIZE)
        base = snapshot_address(info)
        return page(
            request,
            "folder.html",
            title=shown(view.path.rpartition(b"/")[2]) or _("Everything in this snapshot"),
            command=("phoneward", "ls", info.snapshot.short_id, *(() if view.path == ROOT else (shown(view.path),))),
            crumbs=_crumbs(opened, info, view.path),
            rows=[_row(base, entry) for entry in view.page.rows],
            count=_count(view.folders, view.files),
            pager=pager(request, view.page),
            unsafe=view.unsafe,
            restore=address("/restore", path=view.path, snapshot=info.snapshot.id or ""),
            info=info,
        )


def _row(base: str, entry: BrowseEntry) -> list[object]:
    is_folder, when = entry.type == "dir", time_of(entry.mtime_ns)
    name = entry.name + b"/" if is_folder else entry.name
    there = address(f"{base}/files" if is_folder else f"{base}/file", path=entry.path)
    size = formats.size(entry.size) if entry.size is not None else "" if is_folder else _kind(entry.type)
    return [named(there, name), size, formats.moment(when) if when else ""]


def _kind(kind: str) -> str:
    return {"symlink": _("a link"), "dir": _("a folder"), "file": _("a file")}.get(kind, _("something else"))


def _count(folders: int, others: int) -> str:
    if not folders or not others:
        return formats.folders(folders) if folders else formats.files(others)
    return _("{folders}, {files}").format(folders=formats.folders(folders), files=formats.files(others))


def _crumbs(opened: Opened, info: SnapshotInfo, path: bytes) -> Sequence[tuple[str, str]]:
    """Return the folders above one, as links."""
    base = f"{snapshot_address(info)}/files"
    crumbs = [*crumbs_of(opened, info)]
    names = [name for name in path.split(b"/") if name]
    if not names:
        return crumbs
    crumbs.append((base, _("Everything")))
    above = [(address(base, path=b"/" + b"/".join(names[: n + 1])), shown(names[n])) for n in range(len(names) - 1)]
    if len(above) > MAX_CRUMBS:
        half = MAX_CRUMBS // 2
        above = [*above[:half], (above[-half - 1][0], "…"), *above[-half:]]
    return [*crumbs, *((href, label) for href, label in above if href)]


def file(request: Request) -> Response:
    """Show one file of a snapshot: how sure it is, what it looks like, and what can be done with it."""
    context = context_of(request)
    path = b"/" + path_of(request).strip(b"/")
    with context.library.open() as opened:
        info = opened.find(request.path_params["id"])
        node = find_node(opened.repo, info.snapshot.tree, path)
        if node.type == NodeType.DIR:
            return see_other(address(f"{snapshot_address(info)}/files", path=path) or snapshot_address(info))
        proof, kind, trouble = None, "", None
        try:
            proof = context.library.proof(opened, info.snapshot, path)
            kind = preview_type(opened.repo, node)
        except PhonewardError as error:  # damaged: said, and the other versions are offered all the same
            trouble = error
        content = address(f"/content/{info.snapshot.id}", path=path)
        return page(
            request,
            "file.html",
            title=shown(path.rpartition(b"/")[2]),
            command=(
                *("phoneward", "restore", info.snapshot.short_id, "--include", shown(path)),
                *("--target", _("FOLDER")),
            ),
            crumbs=_crumbs(opened, info, path),
            facts=_facts(info, node, path, proof),
            proof=_proof_words(proof),
            trouble=trouble,
            is_file=node.type == NodeType.FILE,
            content=content,
            preview=address(f"/content/{info.snapshot.id}", path=path, show=1) if kind else "",
            too_large=node.size > MAX_PREVIEW,
            versions=address("/versions", path=path, phone=info.device),
            restore=address("/restore", path=path, snapshot=info.snapshot.id or ""),
            quoted=quoted(path),
        )


def _facts(info: SnapshotInfo, node: Node, path: bytes, proof: FileProof | None) -> list[tuple[str, object]]:
    when = time_of(node.mtime_ns)
    facts: list[tuple[str, object]] = [
        (_("Where it was"), shown(path)),
        (_("Size"), formats.size(node.size) if node.type == NodeType.FILE else _kind(str(node.type))),
        (_("Changed on the phone"), formats.moment(when) if when else _("unknown")),
        (_("In the snapshot of"), moment_of(info)),
    ]
    for label, date in (
        (_("Stored and read back"), proof.stored if proof else None),
        (_("The same as on the phone, by checksum"), proof.matched if proof else None),
        (_("Restored and compared"), proof.restored if proof else None),
    ):
        if date is not None:
            facts.append((label, formats.moment(date)))
    return facts


def _proof_words(proof: FileProof | None) -> str:
    """Return how sure a file is, in one sentence."""
    if proof is None:
        return _("This snapshot says nothing about how sure this file is.")
    if proof.note == "mismatch":
        return _("The phone twice computed a different checksum of this file: look at it before you rely on it.")
    sentences = {
        ProofLevel.RESTORED: _("This file was restored, read back, and was the same."),
        ProofLevel.MATCHED: _("The phone's own checksum of this file is the same as the vault's."),
        ProofLevel.STORED: _("This file was stored and read back; it was never compared with the phone."),
    }
    return sentences[proof.level]


ROUTES: Final = (Route("/snapshots/{id}/files", files), Route("/snapshots/{id}/file", file))
