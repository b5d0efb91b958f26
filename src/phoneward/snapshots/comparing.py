"""Decides, folder by folder, what must come over, and builds at once the folders of which nothing must."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from phoneward.snapshots.building import Trees
from phoneward.snapshots.compare import SECOND_NS, Moment, Rules, Seen, rules_between
from phoneward.snapshots.gaps import GapReason, Gaps
from phoneward.snapshots.journal import Batch, Part, Sent, blob_ids
from phoneward.snapshots.listing import DIRECTORY, FILE, SYMLINK, Folder, Listing, Row, is_implied, walk_up
from phoneward.snapshots.parents import Parent
from phoneward.snapshots.prints import Stored
from phoneward.snapshots.rows import RowStore, Sealer
from phoneward.snapshots.streaming import Begun
from phoneward.vault import BlobId, Node, NodeType

HasBlob = Callable[[BlobId], bool]


@dataclass(slots=True)
class Plan:
    """What is to be sent, and what became of it.

    Attributes:
        to_send: rows of files to send, by folder.
        sent: files whose content is in the repository: resumed from a journal, or sent by now. The last row of a
            name stands.
        to_confirm: resumed files, and folders, that were listed in whole seconds and must be asked for more.
        exact: what the phone said then.
        resumed: files that an earlier run brought over whole.
        dirty: folders that cannot be built before the sending is over, children before parents.
        before: trees of the snapshot before, by folder, for the dirty ones.
        begun: files to send whose beginning is in the repository, by folder and name.
        resumed_size: bytes that an earlier run brought over, those beginnings included; `size` is without them.
    """

    to_send: RowStore[Row]
    sent: RowStore[Sent]
    to_confirm: RowStore[Row]
    exact: RowStore[Row]
    resumed: RowStore[Row]
    files: int = 0
    size: int = 0
    resumed_files: int = 0
    resumed_size: int = 0
    dirty: list[int] = field(default_factory=list)
    before: dict[int, BlobId] = field(default_factory=dict)
    begun: dict[tuple[int, bytes], Begun] = field(default_factory=dict)

    @classmethod
    def empty(cls, sealer: Sealer) -> "Plan":
        """Return a plan of nothing."""
        rows, confirm, exact, resumed = (RowStore(Row, sealer) for _ in range(4))
        return cls(rows, RowStore(Sent, sealer), confirm, exact, resumed)

    def fresh(self, folder: int) -> dict[bytes, Sent]:
        """Return the files of a folder whose content came over, by name."""
        found = {sent.name: sent for sent in self.sent.each(folder)}
        for row in self.exact.each(folder):
            sent = found.get(row.name)
            if sent is not None and row.kind == FILE:
                found[row.name] = Sent(row.name, sent.size, row.mode, row.mtime_ns, row.ctime_ns, sent.ids, sent.digest)
        return found

    def exact_folders(self, folder: int) -> dict[bytes, Row]:
        """Return what the phone said about the folders in a folder when it was asked for exact times."""
        return {row.name: row for row in self.exact.each(folder) if row.kind == DIRECTORY}

    def take_over(self, later: "Plan") -> None:
        """Take in what came over of a later plan: its files stand for those of the same name here."""
        for folder in later.sent.folders():
            for sent in later.fresh(folder).values():
                self.sent.add(folder, sent)
                self.exact.add(folder, Row(sent.name, FILE, sent.size, sent.mode, sent.mtime_ns, sent.ctime_ns))

    def start_over(self, key: tuple[int, bytes], received: int) -> None:
        """Give up the beginning of a file, of which an earlier run had brought `received` bytes: it is sent whole."""
        self.begun.pop(key, None)
        self.resumed_size -= received
        self.size += received

    def close(self) -> None:
        """Forget everything and remove temporary files."""
        for store in (self.to_send, self.to_confirm, self.exact, self.resumed):
            store.close()
        self.sent.close()


class _Resumable(Sent, array_like=True, frozen=True, gc=False):
    """A file of the journal with the number of the moment it was seen."""

    moment: int = 0


class JournalRows:
    """What an earlier, cut short run left, by folder of this listing."""

    def __init__(self, listing: Listing, now: Moment, sealer: Sealer) -> None:
        self._listing = listing
        self._now = now
        self._rows: RowStore[_Resumable] = RowStore(_Resumable, sealer)
        self._rules: list[Rules] = []
        self._begun: dict[tuple[int, bytes], tuple[Rules, Begun]] = {}

    def add(self, batch: Batch) -> None:
        """Take in a batch; folders that are no longer there are passed over."""
        self._rules.append(rules_between(batch.moment, self._now))
        number = len(self._rules) - 1
        for path, files in batch.folders:
            folder = self._listing.folders.find(path)
            if folder is None:
                continue
            for s in files:
                row = _Resumable(s.name, s.size, s.mode, s.mtime_ns, s.ctime_ns, s.ids, s.digest, number)
                self._rows.add(folder, row)
                self._begun.pop((folder, s.name), None)  # it came over whole after all
        for path, part in batch.parts:
            folder = self._listing.folders.find(path)
            if folder is not None:
                self._add_part((folder, part.name), part, self._rules[number])

    def _add_part(self, key: tuple[int, bytes], part: Part, rules: Rules) -> None:
        """Join a piece to those before it. One that does not fit says nothing; one from the start on begins anew."""
        row = Row(part.name, FILE, part.size, part.mode, part.mtime_ns, part.ctime_ns)
        if part.start == 0:
            self._begun[key] = rules, Begun(row)
        known_rules, begun = self._begun.get(key, (rules, Begun(row)))
        if known_rules == rules and begun.row == row and begun.received == part.start:
            begun.received = part.end
            begun.ids += part.ids

    def of_folder(self, folder: int) -> dict[bytes, tuple[Rules, Sent]]:
        """Return what is known of a folder's files, by name; the last word stands."""
        return {row.name: (self._rules[row.moment], row) for row in self._rows.each(folder)}

    def begun(self, folder: int, name: bytes) -> tuple[Rules, Begun] | None:
        """Return the beginning of a file, where there is one that no whole file followed."""
        return self._begun.get((folder, name))

    def close(self) -> None:
        """Forget everything and remove temporary files."""
        self._rows.close()


@dataclass(slots=True)
class Comparison:
    """Compares the listing with the snapshot before.

    Args:
        has_blob: whether the repository's index knows a data blob.
        remembered: folders of the snapshot before, by place, whose content is in the repository for certain.
        proves: whether the times of what lies in a folder prove anything.
    """

    listing: Listing
    children: dict[int, list[int]]
    phone_path: Callable[[bytes], bytes]
    now: Moment
    parent: Parent | None
    journal: JournalRows
    has_blob: HasBlob
    trees: Trees
    gaps: Gaps
    plan: Plan
    remembered: Mapping[bytes, Stored] = field(default_factory=dict)
    proves: Callable[[bytes], bool] = lambda _place: True

    def run(self) -> Iterator[int]:
        """Compare everything; yields the number of files looked at after each folder.

        The root folder (0) is left to the caller, who adds our own documents to it.
        """
        rules = rules_between(self.parent.moment, self.now) if self.parent else None
        children = self.children
        before: dict[int, BlobId] = {}
        if self.parent is not None:
            before[0] = self.parent.snapshot.tree
        dirty: set[int] = set()
        looked = 0
        suspects = {path.rpartition(b"/")[0] for path in self.parent.distrusted} if self.parent else set()
        for number, done in walk_up(children):
            inside = children.get(number, [])
            if not done:
                self._descend(number, inside, before)
                continue
            same = self._untouched(number, inside, before.get(number), rules, suspects)
            if same is not None:
                before.pop(number, None)
                self.trees.keep(number, same, inside)
                looked += same.found.files
                yield looked
                continue
            folder = self.listing.folder(number, inside)
            looked += len(folder.files)
            before_id = before.pop(number, None)
            if number == 0:
                self._remember(number, before_id)
                continue
            nodes = self.parent.nodes(before_id) if self.parent else []
            clean = self._compare(number, folder, nodes, rules)
            if clean and dirty.isdisjoint(inside):
                self._build(number, folder, nodes, before_id)
            else:
                dirty.add(number)
                self._remember(number, before_id)
            dirty.difference_update(inside)
            yield looked

    def _untouched(
        self, number: int, inside: list[int], before_id: BlobId | None, rules: Rules | None, suspects: set[bytes]
    ) -> Stored | None:
        """Return the stored folder where it, and all below it, is listed exactly as it stands there; see `prints`.

        The rules are those for each name, asked once: times that prove something, no file whose content is doubtful.
        """
        listed = self.listing.prints.get(number)
        if listed is None or before_id is None or rules is None or not (rules.trust and rules.use_ctime):
            return None
        place = self.listing.folders.path(number)
        stored = self.remembered.get(place)
        if stored is None or stored.tree != before_id or stored.found != listed or listed.folders != len(inside):
            return None
        if listed.latest_ns >= rules.racy_from_ns or (suspects and self.phone_path(place) in suspects):
            return None
        if not self.proves(place):
            return None
        for child in inside:
            known = self.remembered.get(self.listing.folders.path(child))
            if known is None or self.trees.ids.get(child) != known.tree:
                return None
        return stored

    def _remember(self, number: int, before_id: BlobId | None) -> None:
        self.plan.dirty.append(number)
        if before_id is not None:
            self.plan.before[number] = before_id

    def _build(self, number: int, folder: Folder, nodes: list[Node], before_id: BlobId | None) -> None:
        usable = before_id is not None and self.parent is not None and before_id not in self.parent.damaged
        fresh = self.plan.fresh(number)
        self.trees.build(number, folder, before=nodes, before_id=before_id if usable else None, fresh=fresh)

    def _descend(self, number: int, inside: list[int], before: dict[int, BlobId]) -> None:
        """Find the earlier trees of the folders in a folder."""
        before_id = before.get(number)
        if before_id is None or self.parent is None or not inside:
            return
        unknown = []
        for child in inside:
            stored = self.remembered.get(self.listing.folders.path(child))
            if stored is None:
                unknown.append(child)
            else:
                before[child] = stored.tree
        if not unknown:
            return
        subtrees = {n.name: n.subtree for n in self.parent.nodes(before_id) if n.type == NodeType.DIR}
        for child in unknown:
            path = self.listing.folders.path(child)
            subtree = subtrees.get(path[path.rindex(b"/") + 1 :])
            if subtree is not None:
                before[child] = subtree

    def _compare(self, number: int, folder: Folder, before: list[Node], rules: Rules | None) -> bool:
        """Plan what of a folder must be sent; tells whether nothing must."""
        place = self.listing.folders.path(number)
        self._name_contradictions(place, folder)
        known = {node.name: node for node in before}
        resumable = self.journal.of_folder(number)
        clean = self._know_folders(number, folder, known)
        proves = self.proves(place)
        for row in folder.files:
            if row.kind == SYMLINK:
                continue
            doubtful = not proves or row.name in folder.doubtful
            node = known.get(row.name)
            if rules is not None and node is not None and not doubtful and self._still_there(place, row, node, rules):
                continue
            if not doubtful and row.name in resumable and self._resume(number, row, *resumable[row.name]):
                clean = clean and not self.listing.is_coarse(row)
                continue
            self.plan.to_send.add(number, row)
            self.plan.files += 1
            self.plan.size += row.size
            if not doubtful:
                self._go_on(number, row)
            clean = False
        return clean

    def _know_folders(self, number: int, folder: Folder, known: dict[bytes, Node]) -> bool:
        """Note the folders in a folder whose times must be asked for exactly; tells whether there are none."""
        all_known = True
        for name, row in folder.folders.items():
            if is_implied(row) or not self.listing.is_coarse(row):
                continue
            node = known.get(name)
            same = node is not None and node.type == NodeType.DIR and _same_second(node, row)
            if not same:
                self.plan.to_confirm.add(number, row)
                all_known = False
        return all_known

    def _still_there(self, place: bytes, row: Row, node: Node, rules: Rules) -> bool:
        if node.type != NodeType.FILE or node.content is None:
            return False
        if self.listing.is_coarse(row):
            rules = rules.in_seconds()
        if not rules.unchanged(Seen(node.size, node.mtime_ns, node.ctime_ns), _seen(row)):
            return False
        distrusted = self.parent.distrusted if self.parent else ()
        if distrusted and self.phone_path(place + b"/" + row.name) in distrusted:
            return False
        return all(map(self.has_blob, node.content))

    def _resume(self, number: int, row: Row, rules: Rules, sent: Sent) -> bool:
        coarse = self.listing.is_coarse(row)
        if not (rules.in_seconds() if coarse else rules).unchanged(
            Seen(sent.size, sent.mtime_ns, sent.ctime_ns), _seen(row)
        ):
            return False
        if not all(map(self.has_blob, sent.blobs)):
            return False
        self.plan.sent.add(
            number, Sent(row.name, sent.size, row.mode, row.mtime_ns, row.ctime_ns, sent.ids, sent.digest)
        )
        self.plan.resumed.add(number, row)
        if coarse:
            self.plan.to_confirm.add(number, row)
        self.plan.resumed_files += 1
        self.plan.resumed_size += sent.size
        return True

    def _go_on(self, number: int, row: Row) -> None:
        """Note how much of a file an earlier run brought over, by the same rules as for a whole one."""
        found = self.journal.begun(number, row.name)
        if found is None:
            return
        rules, begun = found
        if self.listing.is_coarse(row):
            rules = rules.in_seconds()
        if not rules.unchanged(_seen(begun.row), _seen(row)) or not 0 < begun.received <= row.size:
            return
        if not all(map(self.has_blob, blob_ids(begun.ids))):
            return
        self.plan.begun[number, row.name] = Begun(row, begun.received, begun.ids)
        self.plan.resumed_size += begun.received
        self.plan.size -= begun.received

    def _name_contradictions(self, place: bytes, folder: Folder) -> None:
        for row in folder.contradicted:
            path = place + b"/" + row.name
            self.gaps.add(GapReason.CONTRADICTION, self.phone_path(path), path)
        for name, row in folder.folders.items():
            path = place + b"/" + name
            if is_implied(row) and self.listing.is_listed_place(path):
                self.gaps.add(GapReason.UNLISTED_FOLDER, self.phone_path(path), path)


def _same_second(node: Node, row: Row) -> bool:
    ctime_ns = row.mtime_ns if row.ctime_ns is None else row.ctime_ns
    return (node.mtime_ns // SECOND_NS, node.ctime_ns // SECOND_NS) == (
        row.mtime_ns // SECOND_NS,
        ctime_ns // SECOND_NS,
    )


def _seen(row: Row) -> Seen:
    return Seen(row.size, row.mtime_ns, row.ctime_ns)
