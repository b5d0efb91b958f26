"""`phoneward rescue`: the card, the table, and how it ends, for people and for programs."""

import datetime as dt
from pathlib import Path

import pytest

from tests.cli import terminal
from tests.cli.program import Program
from tests.rescue.phones import CHATS, content
from tests.snapshots.catalogue.histories import new_repository
from tests.watch.scanning.phones import put


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A vault of a phone on which an app was emptied, and a picture lies in the trash."""
    top = tmp_path_factory.mktemp("lost")
    (top / "home").mkdir()
    repo = new_repository(top / "vault")
    soon = round((dt.datetime.now(dt.UTC) + dt.timedelta(days=2)).timestamp())
    put(repo, {f"{CHATS}/{n}": content(f"{n}") for n in range(3)}, day=0)
    put(repo, {f"shared/DCIM/.trashed-{soon}-mother.jpg": content("m")}, day=10)
    return Program(top / "home", {"PHONEWARD_REPOSITORY": str(top / "vault"), "PHONEWARD_PASSWORD": "x", "TZ": "UTC"})


def test_a_person_reads_what_to_do_and_what_is_left(lost: Program) -> None:
    """First the card, then what expires soonest, then the rest, then what nobody can bring back."""
    ran = lost.run("rescue", "--what", "wiped-by-update", "--app", "wechat")
    assert ran.code == 0, ran.stderr
    order = [
        "AN UPDATE EMPTIED AN APP", "[STOP] Do not open the app again", "Install no recovery app",
        "mother.jpg, in the trash", "WeChat: 3 files that are gone since", "What cannot be had", "100 % recovery",
    ]  # fmt: skip
    places = [ran.stdout.find(text) for text in order]
    assert -1 not in places, order[places.index(-1)]
    assert places[:4] == sorted(places[:4])
    assert "phoneward restore" in ran.stdout
    assert "！" not in ran.stderr
    assert "回收站" in lost.run("rescue", "--what", "deleted", "--lang", "zh_CN").stdout


def test_programs_read_one_line_a_remnant(lost: Program) -> None:
    """The card, the remnants, how it ended; nothing else on standard output."""
    card, *remnants, summary = lost.run("rescue", "--what", "deleted", "--json").documents
    assert card["message_type"] == "first_response"
    assert [one["source"] for one in remnants][:2] == ["trash", "snapshot"]
    assert remnants[0]["expires_soon"] is True
    assert (summary["message_type"], summary["whole"], summary["expire_soon"]) == ("summary", True, 1)


def test_nobody_who_could_be_asked_is_a_mistake_of_the_command_line(lost: Program) -> None:
    """It ends with 2 and names the words there are; so do a wrong word and a wrong day."""
    for arguments in ([], ["--what", "eaten"], ["--what", "deleted", "--when", "yesterday"]):
        ran = lost.run("rescue", *arguments)
        assert ran.code == 2
    assert "wiped-by-update" in lost.run("rescue", "--what", "eaten").stderr


def test_without_a_vault_a_folder_is_looked_through(tmp_path: Path) -> None:
    """It says that earlier snapshots were not looked at."""
    home = tmp_path / "home"
    folder = tmp_path / "copied"
    for made in (home, folder / "DCIM"):
        made.mkdir(parents=True)
    (folder / "DCIM" / ".trashed-4000000000-a.jpg").write_bytes(b"a")
    ran = Program(home, {}).run("rescue", "--what", "deleted", "--folder", folder)
    assert ran.code == 0, ran.stderr
    assert "a.jpg, in the trash" in ran.stdout
    assert "you have not said where your vault is" in ran.stdout


def test_a_leak_is_no_search_and_the_card_prints(lost: Program, tmp_path: Path) -> None:
    """The card alone, also as a page; a file that is no card is not replaced."""
    page = tmp_path / "card.html"
    ran = lost.run("rescue", "--what", "stranger-in-account", "--html", page)
    assert ran.code == 0, ran.stderr
    assert "Secure the evidence" in ran.stdout
    assert "What cannot be had" not in ran.stdout
    assert b"Secure the evidence" in page.read_bytes()
    other = tmp_path / "letter.html"
    other.write_text("mine")
    assert lost.run("rescue", "--what", "deleted", "--card", "--html", other).code != 0
    assert other.read_text() == "mine"


def test_at_a_terminal_the_person_is_asked_what_happened(lost: Program) -> None:
    """Eight lines to choose from; a number is enough, and what is no number is asked again."""
    talk = terminal.run(lost, ["rescue", "--card"], [("Its number: ", "lots"), ("Its number: ", "4")])
    assert talk.code == 0
    assert "An update emptied an app" in talk.screen
    assert "SOMETHING WAS DELETED" in talk.screen
    assert "[STOP]" in talk.screen
