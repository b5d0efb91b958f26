"""`copy` from one server to another that lets somebody else in: neither is told the other's password."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

from phoneward.errors import ExitCode
from phoneward.vault import init_repository, open_storage
from phoneward.vaultplace import parse_place
from tests.cli.program import Program
from tests.phone import trees
from tests.tools.rclone import serve_restic
from tests.tools.restic import ALL_RESTICS, Restic, restic
from tests.vault.cheap import insecure_test_cost

PASSWORD = "correct horse"
FIRST = {"RESTIC_REST_USERNAME": "anna", "RESTIC_REST_PASSWORD": "first door"}
SECOND = {"RESTIC_REST_USERNAME": "bea", "RESTIC_REST_PASSWORD": "second door"}
TO = {f"PHONEWARD_TO_{name}": value for name, value in SECOND.items()}


class _Hearing(BaseHTTPRequestHandler):
    """A server that notes who wants to enter, and lets nobody in."""

    heard: ClassVar[list[str]] = []

    def do_HEAD(self) -> None:
        """Refuse."""
        self.heard.append(self.headers.get("Authorization", ""))
        self.send_error(401)

    def log_message(self, *_words: object) -> None:
        """Say nothing on the terminal."""


def test_two_servers_with_two_passwords(program: Program, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    trees.put(tmp_path / "phone", "DCIM/1.jpg", trees.content("1", 50_000))
    with (
        serve_restic(tmp_path / "one", user="anna", password="first door") as port,
        serve_restic(tmp_path / "two", user="bea", password="second door") as other,
    ):
        first, second = (f"rest:http://127.0.0.1:{number}/v/" for number in (port, other))
        init_repository(open_storage(parse_place(first), FIRST), PASSWORD, kdf=insecure_test_cost())
        ours = program.with_(PHONEWARD_REPOSITORY=first, PHONEWARD_PASSWORD=PASSWORD, **FIRST)
        assert ours.run("backup", "--folder", tmp_path / "phone").code == ExitCode.DONE
        refused = ours.run("copy", "--to", second, "--init", "--json")
        assert (refused.code, refused.complaint["code"]) == (ExitCode.FAILED, "storage-access")
        copied = ours.with_(**TO).run("copy", "--to", second, "--init")
        assert copied.code == ExitCode.DONE, copied.stderr
        assert "door" not in copied.stdout + copied.stderr
        judge = Restic(restic(ALL_RESTICS[-1]), second, PASSWORD, tmp_path / "restic-cache", SECOND)
        judge.check()
        assert judge.snapshots()
        with HTTPServer(("127.0.0.1", 0), _Hearing) as wrong:
            threading.Thread(target=wrong.serve_forever, daemon=True).start()
            address = f"rest:http://127.0.0.1:{wrong.server_port}/v/"
            half = ours.with_(PHONEWARD_TO_RESTIC_CACERT=str(tmp_path / "none"))
            assert half.run("copy", "--to", address, "--init").code == ExitCode.FAILED
            wrong.shutdown()
    assert set(_Hearing.heard) == {""}, "what is set for the second says all of it"
