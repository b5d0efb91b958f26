"""It happened: what can still be saved? What the checkup says of apps that were emptied, and of the trash."""

from pathlib import Path

import pytest

from phoneward import flows
from phoneward.findings import Answer, Severity, Tier
from phoneward.rescue import finding_codes as codes
from phoneward.rescue import room_answer
from phoneward.snapshots import AppCoverage, Asking, encode_coverage, list_snapshots
from phoneward.vault import Repository
from tests.rescue.phones import NOW, content, search, trashed
from tests.snapshots import covering
from tests.snapshots.catalogue.histories import File, new_repository
from tests.watch.scanning.phones import put

WECHAT = "com.tencent.mm"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """An empty vault."""
    return new_repository(tmp_path / "vault")


def answered(repo: Repository) -> Answer:
    """Ask about the newest snapshot, and look that whatever is offered can be done."""
    every = list_snapshots(repo)
    said = room_answer(Asking(repo, every[-1] if every else None, every, NOW))
    for finding in said.findings:
        assert finding.code in codes.CODES
        assert all(flows.known(action) for action in finding.actions)
    return said


def covered(repo: Repository, *apps: AppCoverage, day: int, **files: File) -> None:
    """Store a snapshot that covers these apps."""
    document = File(encode_coverage(covering.coverage(apps=list(apps))))
    put(repo, {"coverage.json": document, **{path.replace("__", "/"): file for path, file in files.items()}}, day=day)


def held(size: int | None, package: str = WECHAT, **more: object) -> AppCoverage:
    """An app of which the phone says that it holds so much."""
    return covering.app(package, lost=size, **more)  # type: ignore[arg-type]


def test_without_snapshots_nobody_can_tell(repo: Repository) -> None:
    """It says so; with one there is nothing to compare it with."""
    assert "there is no snapshot" in str(answered(repo).sentence)
    covered(repo, held(10 << 30), day=0)
    assert "nothing to compare it with" in str(answered(repo).sentence)


def test_an_app_that_was_emptied_is_the_first_thing_said(repo: Repository) -> None:
    """11 GB of chats fell to 200 MB: hands off, and which snapshot not to forget."""
    covered(repo, held(11 << 30), day=0)
    covered(repo, held(11 << 30), day=5)
    covered(repo, held(200 << 20), day=6)
    said = answered(repo)
    assert "It may have happened to WeChat" in str(said.sentence)
    (finding,) = said.findings
    assert (finding.code, finding.severity, finding.tier) == (codes.EMPTIED, Severity.DANGER, Tier.INFERRED)
    assert "fell from 11.8 GB to 209.7 MB between 19 November 2023 and 20 November 2023" in str(finding.title)
    assert "do not open, update, remove or clear the app" in str(finding.detail)
    assert list_snapshots(repo)[1].snapshot.short_id in str(finding.detail)
    assert finding.actions[0].command == ("phoneward", "rescue", "--what", "wiped-by-update", "--app", WECHAT)


@pytest.mark.parametrize(
    ("before", "after"),
    [(11 << 30, 2 << 30), (4 << 20, 0), (None, 0), (11 << 30, None)],
    ids=["cleaned up", "too little", "never told", "not told now"],
)
def test_nobody_is_frightened_without_cause(repo: Repository, before: int | None, after: int | None) -> None:
    """Nine tenths must be gone, of what was worth something, by figures of both days."""
    covered(repo, held(before), day=0)
    covered(repo, held(after), day=1)
    said = answered(repo)
    assert not said.findings
    assert "Nothing is missed" in str(said.sentence)


def test_what_came_back_is_not_missed(repo: Repository) -> None:
    """Once the chats were restored, nothing is said any more."""
    for day, size in enumerate((11 << 30, 200 << 20, 10 << 30)):
        covered(repo, held(size), day=day)
    assert not answered(repo).findings


def test_an_app_that_was_removed_counts_only_where_it_locks_its_data_away(repo: Repository) -> None:
    """People remove games; of a chat app it is said all the same."""
    covered(repo, held(11 << 30), held(1 << 30, "com.example.game"), day=0)
    covered(repo, day=1)
    (finding,) = answered(repo).findings
    assert finding.subject.startswith(WECHAT)
    assert finding.severity is Severity.WARNING
    assert finding.actions[0].arguments["what"] == "reinstalled"


def test_backups_that_an_app_had_made_itself_are_missed(repo: Repository) -> None:
    """Their files are in the earlier snapshot."""
    covered(repo, held(50 << 20, "com.whatsapp", own_backups=[covering.own_backup(3)]), day=0)
    covered(repo, held(50 << 20, "com.whatsapp"), day=1)
    (finding,) = answered(repo).findings
    assert finding.code == codes.BACKUPS_GONE
    assert "1 backup that it had made itself is gone" in str(finding.title)


def test_what_lies_in_the_trash_is_good_to_know(repo: Repository) -> None:
    """How many, until when; the snapshot has them, so that it is no alarm."""
    put(repo, {f"shared/DCIM/Camera/{trashed(3, 'a.jpg')}": content("a"), "shared/DCIM/b.jpg": content("b")})
    (finding,) = answered(repo).findings
    assert (finding.code, finding.severity) == (codes.IN_TRASH, Severity.FINE)
    assert "1 file (100 B) lies in the phone's trash" in str(finding.title)
    assert "The first of it goes on 23 December 2023" in str(finding.detail)


def test_the_search_tells_of_emptied_apps_and_of_more_messages_in_earlier_snapshots(repo: Repository) -> None:
    """Also where nobody said which app: with the snapshot that still has them."""
    chats = content("chat", 2_000_000)
    before = covering.coverage(apps=[held(11 << 30)], records=[covering.record(kept=500, path="/records/sms.xml")])
    after = covering.coverage(apps=[held(1 << 20)], records=[covering.record(kept=20, path="/records/sms.xml")])
    place = f"shared/Android/data/{WECHAT}/MicroMsg/1"
    put(repo, {"coverage.json": File(encode_coverage(before)), place: chats}, day=0)
    put(repo, {"coverage.json": File(encode_coverage(after))}, day=1)
    result = search(repo)
    assert "WeChat: its data fell from 11.8 GB" in str(result.seen[0])
    said = [str(one.what) for one in result.remnants]
    assert "500 text messages in the snapshot of 14 November 2023; the newest has 20" in said
    assert any("WeChat as it was on 14 November 2023: 1 file" in one for one in said)
