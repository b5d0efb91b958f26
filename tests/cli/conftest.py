"""Fixtures of the command line's tests."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from phoneward import texts
from tests.cli.program import Program, make_vault
from tests.phone import trees


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """`phoneward` with a home of its own and no vault named."""
    home = tmp_path / "home"
    home.mkdir()
    return Program(home, {})


@dataclass(frozen=True, slots=True)
class Stocked:
    """A vault with two snapshots of one folder. Tests only read it.

    Attributes:
        program: knows vault and password.
        phone: the folder, as the second snapshot holds it.
        ids: the snapshots, oldest first.
    """

    program: Program
    vault: Path
    phone: Path
    ids: tuple[str, str]


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Stocked:
    """A vault to read from; made once."""
    top = tmp_path_factory.mktemp("stocked")
    (top / "home").mkdir()
    phone = top / "小米手机"
    trees.put(phone, "DCIM/Camera/一张照片.jpg", trees.content("photo", 300_000))
    trees.put(phone, b"Download/\x1b[2Jred\xff.txt", b"hostile name")
    trees.put(phone, "Android/media/com.whatsapp/WhatsApp/Databases/msgstore.db.crypt15", b"backup")
    (phone / "link").symlink_to("DCIM")
    variables = {"PHONEWARD_REPOSITORY": str(top / "vault"), "PHONEWARD_PASSWORD": "stocked"}
    program = Program(top / "home", variables)
    make_vault(top / "vault", "stocked")
    ids = []
    for number in range(2):
        trees.put(phone, f"Documents/{number}.txt", b"text")
        ids.append(program.run("backup", "--folder", phone, "--json").document["snapshot_id"])
    return Stocked(program, top / "vault", phone, (ids[0], ids[1]))


@pytest.fixture
def copied(stocked: Stocked, tmp_path: Path) -> Program:
    """The stocked vault, to be changed."""
    shutil.copytree(stocked.vault, tmp_path / "vault")
    return stocked.program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"))


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Tests in this process read English, whatever the machine speaks, and leave nothing chosen."""
    texts.activate(["en"])
    yield
    texts.activate(["en"])
