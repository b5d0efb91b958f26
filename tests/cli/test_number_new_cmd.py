"""`number new`: a person whose number was somebody else's sees who still means that person, and what to say."""

from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.numbers.sources.made import sms_xml, text

MINE = "+8613800138000"
CODE = "482913"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Messages since 13 September 2020."""
    path = tmp_path / "sms.xml"
    path.write_bytes(
        sms_xml(
            [
                text("【招商银行】尊敬的李先生，您尾号1234的账户于09月15日支出100.00元，余额5.00元。", 2),
                text(f"【支付宝】验证码：{CODE}，您正在登录支付宝，请勿告诉他人。", 3),
                text("【京东】您的账号于9月16日在新设备登录，如非本人操作请尽快修改密码。", 4),
                text("【京东】您的账号于8月1日在新设备登录，如非本人操作请尽快修改密码。", -40),
            ]
        )
    )
    return path


def test_a_person_sees_who_means_somebody_else(program: Program, file: Path) -> None:
    asked = ("number", "new", MINE, "--since", "2020-09-13", "--name", "王小明", "--sms", file)
    ran = program.with_(COLUMNS="160").run(*asked)
    assert (ran.code, ran.stderr) == (0, "")
    theirs, maybe = ran.stdout.split("Of these nobody can tell")
    assert "China Merchants Bank" in theirs
    assert "李…" in theirs
    assert "JD" in theirs
    assert "Alipay" in maybe
    assert "Do not sign in to these accounts" in maybe
    assert CODE not in ran.stdout
    assert "李先生" not in ran.stdout
    chinese = program.run(*asked, "--lang", "zh_CN")
    assert "这些服务把您当成了别人：" in chinese.stdout
    assert "千万不要：" in chinese.stdout


def test_a_program_gets_the_same(program: Program, file: Path) -> None:
    ran = program.run("number", "new", MINE, "--since", "2020-09-13", "--name", "王小明", "--mine", "jd", "--sms", file,
                      "--json")  # fmt: skip
    *strangers, summary = ran.documents
    assert [(one["account"], one["signs"]) for one in strangers] == [("cmb", ["name"]), ("alipay", ["codes"])]
    assert (summary["theirs"], summary["maybe"], summary["mine"]) == (1, 1, ["jd"])
    assert (summary["messages"], summary["earlier"]) == (3, 1)
    assert CODE not in ran.stdout


def test_the_words_for_a_service_are_printed_alone(program: Program, file: Path) -> None:
    ran = program.run("number", "new", MINE, "--name", "王小明", "--sms", file, "--letter", "cmb", "--lang", "zh_CN")
    assert ran.code == 0
    assert ran.stdout.startswith("致 招商银行 客服")
    assert "我不会向您提供验证码" in ran.stdout
    assert CODE not in ran.stdout
    refused = program.run("number", "new", MINE, "--sms", file, "--letter", "nobody", "--json")
    assert (refused.code, refused.complaint["code"]) == (2, "no-letter")


def test_without_a_file_the_vault_is_read(copied: Program) -> None:
    ran = copied.run("number", "new", MINE, "--json")
    assert (ran.code, ran.document["messages"]) == (0, 0)


def test_a_day_to_come_is_refused_before_anything_is_read(program: Program, file: Path) -> None:
    ran = program.run("number", "new", MINE, "--since", "2999-01-01", "--sms", file, "--json")
    assert (ran.code, ran.complaint["code"]) == (2, "not-a-past-day")
