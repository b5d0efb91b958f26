"""`number scan`: what a person sees, what programs get, and that no secret comes out anywhere."""

import base64
import json
from pathlib import Path

import pytest

from phoneward.snapshots import PackagesDocument, load_state
from phoneward.snapshots.inventory import encode_document
from phoneward.vault import LocalStorage, Repository, open_repository
from tests.cli.program import Program, make_vault
from tests.numbers.sources import exports
from tests.numbers.sources.made import MINE, put_phone, sms_xml, text
from tests.numbers.sources.test_mail import letter
from tests.snapshots.catalogue.histories import File
from tests.updates.pasts import app

MESSAGES = [
    text("【京东】您的验证码是918273，请勿泄露给任何人。", 1, sub_id="1", service_center="+8613800100500"),
    text("【京东】尊敬的13800138000用户，您的账号已在新设备登录。", 30, sub_id="1"),
    text("【顺丰速运】您的快递已到达菜鸟驿站，请凭取件码6-2-1003领取。", 40, sub_id="1"),
    text("G-412157 is your Google verification code.", 50, sub_id="2"),
    text("妈，晚上回家吃饭吗？", 60, sub_id="1"),
]


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    path = tmp_path / "sms-20240101.xml"
    path.write_bytes(sms_xml(MESSAGES))
    return path


@pytest.fixture
def vault(tmp_path: Path) -> Repository:
    make_vault(tmp_path / "vault", "numbers")
    repo = open_repository(LocalStorage(tmp_path / "vault"), "numbers")
    repo.load_index()
    return repo


def with_vault(program: Program, vault: Repository) -> Program:
    return program.with_(PHONEWARD_REPOSITORY=vault.storage.location, PHONEWARD_PASSWORD="numbers")


def test_an_exported_file_needs_no_vault_and_no_password(program: Program, messages: Path) -> None:
    ran = program.run("number", "scan", "--sms", messages, "--json")
    assert ran.code == 0, ran.stderr
    *accounts, summary = ran.documents
    assert {line["message_type"] for line in accounts} == {"account"}
    by_key = {line["key"]: line for line in accounts}
    jd = by_key["jd"]
    assert (jd["account_system"], jd["grade"], jd["count"], jd["numbers"]) == ("jd", "account", 2, [MINE])
    assert [one["what"] for one in jd["evidence"]] == ["code", "notice"]
    assert jd["evidence"][0]["ref"] == "#1"
    assert by_key["google"]["numbers"] == [], "of the second SIM nobody knows the number"
    assert summary["message_type"] == "summary"
    assert (summary["region"], summary["region_from"]) == ("CN", "service-center")
    assert summary["looked_at"][0] | {"first": 0, "last": 0} == {
        "source": "sms", "kind": None, "name": messages.name, "items": 5, "first": 0, "last": 0
    }  # fmt: skip
    assert {one["reason"] for one in summary["not_looked_at"]} == {
        "apps-not-asked", "passwords-not-asked", "mail-not-asked"
    }  # fmt: skip
    assert "918273" not in ran.stdout
    assert "妈" not in json.dumps(ran.documents, ensure_ascii=False)


def test_a_person_reads_services_proof_and_what_was_not_looked_at(program: Program, messages: Path) -> None:
    ran = program.with_(COLUMNS="140").run("number", "scan", "--sms", messages)
    assert ran.code == 0, ran.stderr
    assert "JD" in ran.stdout
    assert "sent you a code" in ran.stdout
    assert MINE in ran.stdout
    assert "No list of installed apps was looked at" in ran.stdout
    assert "SIM 2 received messages (1)" in ran.stdout
    told = program.run("number", "scan", "--sms", messages, "--own", "+1 415 555 2671=2", "--number", MINE)
    assert "Google" not in told.stdout, "that hangs on the other number"


def test_a_number_and_a_country_that_are_none_are_said(program: Program, messages: Path) -> None:
    for wrong, code in ((["--number", "12"], "not-a-number"), (["--region", "China"], "no-region")):
        ran = program.run("number", "scan", "--sms", messages, "--json", *wrong)
        assert (ran.code, ran.complaint["code"]) == (2, code)


def test_a_damaged_file_gives_one_sentence_and_no_account(program: Program, tmp_path: Path) -> None:
    (tmp_path / "cut.xml").write_bytes(sms_xml(MESSAGES)[:-20])
    ran = program.run("number", "scan", "--sms", tmp_path / "cut.xml", "--json")
    assert (ran.code, ran.stdout, ran.complaint["code"]) == (1, "", "records-file")
    ran = program.run("number", "scan", "--sms", tmp_path / "none.xml")
    assert ran.code == 1
    assert "none.xml" in ran.stderr
    assert program.run("number", "scan", "--json").complaint["code"] == "no-repository-named"


def test_messages_apps_exports_and_mailboxes_come_together_and_are_remembered(
    program: Program, vault: Repository, tmp_path: Path
) -> None:
    packages = encode_document(PackagesDocument(1, [app("com.tencent.mm")], {}))
    put_phone(vault, 0, sms_xml(MESSAGES), {b"packages.json": File(packages)})
    (tmp_path / "export.csv").write_bytes(next(data for kind, _name, data in exports.every() if kind == "chrome-csv"))
    (tmp_path / "mail").write_text(letter("X <no-reply@x.com>", "Confirm your email address", signer="x.com"))
    files = ("--passwords", tmp_path / "export.csv", "--mbox", tmp_path / "mail")
    asked = with_vault(program, vault)
    ran = asked.run("number", "scan", *files, "--keep", "--json")
    assert ran.code == 0, ran.stderr
    grades = {line["key"]: line["grade"] for line in ran.documents[:-1]}
    assert grades["tencent-wechat"] == "weak"
    assert grades["~smallshopcouk"] == "weak"
    jd = next(line for line in ran.documents if line.get("key") == "jd")
    assert (jd["sources"], jd["numbers"]) == (["passwords", "sms"], [MINE])
    assert ran.documents[-1]["kept"] == 4
    later = asked.run("number", "scan", "--json").documents
    assert {line["key"] for line in later[:-1]} == set(grades)
    kinds = {(one["source"], one["kind"]) for one in later[-1]["looked_at"]}
    assert kinds == {("sms", None), ("app", None), ("passwords", "kept"), ("mail", "kept")}
    gone = asked.run("number", "scan", "--forget", "--json").documents
    assert "~smallshopcouk" not in {line.get("key") for line in gone}
    person = asked.run("number", "scan", "--passwords", tmp_path / "export.csv")
    assert "Nothing of these files was kept" in person.stdout
    assert "Delete " in person.stdout
    assert "export.csv now" in person.stdout


def test_of_damage_in_the_vault_the_exit_code_tells(program: Program, vault: Repository) -> None:
    put_phone(vault, 0, sms_xml(MESSAGES)[:-5])
    ran = with_vault(program, vault).run("number", "scan")
    assert ran.code == 3
    assert "is damaged and was not looked at" in ran.stdout


def test_no_secret_comes_out_anywhere(program: Program, vault: Repository, tmp_path: Path) -> None:
    """Secrets planted in every format: on the screen, in errors, on this computer's disk, in the vault's documents."""
    put_phone(vault, 0, sms_xml([*MESSAGES, text(f"【京东】您的验证码是{exports.CARD}，请勿泄露。", 70)]))
    folder = tmp_path / "exports"
    folder.mkdir()
    files = [exports.write(folder, name, content) for _kind, name, content in exports.every()]
    files_cut = [exports.write(folder, "cut-" + path.name, path.read_bytes()[:-9]) for path in files]
    mail = exports.write(folder, "mail", letter(subject=f"Your verification code is {exports.CARD}", body=exports.NOTE))
    asked = with_vault(program, vault)
    options = [word for path in files for word in ("--passwords", str(path))]
    said = b""
    for words in (
        ("number", "scan", *options, "--mbox", str(mail), "--keep", "--json", "--verbose"),
        ("number", "scan", "--verbose"),
        *(("number", "scan", "--passwords", str(path), "--verbose") for path in files_cut[:2]),
    ):
        ran = asked.run(*words)
        assert ran.stdout or ran.code == 1, ran.stderr
        said += (ran.stdout + ran.stderr).encode()
    assert b"smallshop" in said
    kept = b"".join(path.read_bytes() for path in program.home.rglob("*") if path.is_file())
    everything = {"screen": said, "disk": kept, "vault": _own_documents(tmp_path)}
    for where, data in everything.items():
        for secret in (*exports.SECRETS, exports.MAIL):
            plain = secret.encode()
            for form in (plain, base64.b64encode(plain), plain.hex().encode(), plain[::-1]):
                assert form not in data, (where, secret)


def _own_documents(tmp_path: Path) -> bytes:
    """What the vault keeps, decrypted, but for the messages that were put there to begin with."""
    repo = open_repository(LocalStorage(tmp_path / "vault"), "numbers")
    repo.load_index()
    state = load_state(repo)
    assert any(kind == "number-account" for kind, _subject in state.entries)
    return repr(state.entries).encode()
