"""`number offers` and `number compare`: what the state tells about a number, beside one's own list."""

from pathlib import Path

from phoneward import numbers, snapshots
from phoneward.vault import LocalStorage, open_repository
from tests.cli.program import Program

MINE = "+8613800138000"
SMS = """<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<smses count="1"><sms address="106980095188" date="1700000000000" type="1"
 body="【支付宝】验证码：482913，您正在登录支付宝，请勿告诉他人。" /></smses>
"""


def test_a_person_reads_what_there_is_for_their_number(program: Program) -> None:
    ran = program.run("number", "offers", MINE, "--lang", "zh_CN")
    assert (ran.code, ran.stderr) == (0, "")
    assert "一证通查 2.0：互联网账号  (yizhengtongcha)" in ran.stdout
    assert "答复是数字，没有名称。" in ran.stdout
    assert "不涵盖：具体是哪个账号" in ran.stdout
    assert "TAFCOP" not in ran.stdout
    assert program.run("number", "offers", "13800138000", "--region", "cn", "--lang", "zh_CN").stdout == ran.stdout


def test_a_program_gets_the_same(program: Program) -> None:
    ran = program.run("number", "offers", "US", "--json")
    first, *others = ran.documents
    assert (first["message_type"], first["least_days"], first["most_days"]) == ("quarantine", 45, 90)
    assert [one["id"] for one in others] == ["reassigned-numbers-database", "your-carrier"]


def test_what_is_no_number_is_said_to_be_none(program: Program) -> None:
    for asked in ("12", "ZZ", "+86"):
        ran = program.run("number", "offers", asked, "--json")
        assert ran.code == 2
        assert ran.stdout == ""


def test_their_count_is_compared_with_a_file_of_messages(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "sms.xml"
    file.write_text(SMS, encoding="utf-8")
    asked = ("number", "compare", MINE, "--count", "3", "--from", "yizhengtongcha", "--sms", file)
    ran = program.run(*asked)
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout.startswith("They count 3 accounts on this number. 1 is named here.")
    assert "at least 2 that they count are not named here" in ran.stdout
    assert "Alipay" in ran.stdout
    assert "kept in the vault" not in ran.stdout
    document = program.run(*asked, "--json").document
    assert document["covered"] == ["alipay"]
    assert (document["at_least_missing"], document["kept"]) == (2, False)


def test_their_count_is_kept_in_the_vault(copied: Program) -> None:
    ran = copied.run("number", "compare", MINE, "--count", "3", "--from", "yizhengtongcha", "--json")
    assert (ran.code, ran.document["kept"]) == (0, True)
    repository = open_repository(LocalStorage(Path(copied.variables["PHONEWARD_REPOSITORY"])), "stocked")
    repository.load_index()
    assert numbers.counts(snapshots.load_state(repository), MINE) == {"yizhengtongcha": 3}


def test_a_list_that_counts_no_accounts_is_refused_before_anything_is_read(program: Program) -> None:
    for source, code in (("yizhengtongcha-lines", "not-comparable"), ("nowhere", "no-such-offer")):
        ran = program.run("number", "compare", MINE, "--count", "3", "--from", source, "--json")
        assert (ran.code, ran.complaint["code"]) == (2, code)
    assert program.run("number", "compare", MINE, "--count", "-1", "--from", "yizhengtongcha").code == 2
