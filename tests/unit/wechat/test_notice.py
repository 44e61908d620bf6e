"""Templates of a 公众号 as settings describe them, and what goes into their blanks."""

import pytest

from bot.domain.errors import ConfigurationError
from bot.domain.wechat_accounts import OfficialAccount
from bot.domain.wechat_notice import Kind, read
from bot.services.wechat.notices import Templates

ID = "Aq9-kT_template0001"
VALUES = {
    "number": "K4837-19206",
    "issue": "利乐包装空包",
    "state": "正在调查",
    "time": "2026年3月18日 10:00",
}


def test_the_setting_names_the_template_and_fills_its_blanks():
    template = read(f"{ID} character_string2=编号 thing5.DATA=问题 phrase1=进度 const7=客诉台")
    assert template.id == ID
    assert template.data(VALUES) == {
        "character_string2": "K4837-19206",
        "thing5": "利乐包装空包",
        "phrase1": "正在调查",
        "const7": "客诉台",
    }


def test_an_id_alone_has_the_usual_blanks():
    assert set(read(ID).data(VALUES)) == {"character_string1", "thing2", "phrase3", "time4"}


def test_what_is_too_long_for_its_blank_is_cut_and_what_is_missing_is_a_dash():
    data = read(f"{ID} thing1=问题 phrase2=进度 thing3=期限").data(
        {"issue": "长" * 30, "state": "等您补充需要的内容"}
    )
    assert data == {"thing1": "长" * 19 + "…", "phrase2": "等您补充需", "thing3": "—"}


@pytest.mark.parametrize("setting", ["", "短", f"{ID} thing1", f"{ID} thing1= ", f"{ID} 问题=thing1"])
def test_a_setting_that_is_no_template_is_refused(setting):
    with pytest.raises(ValueError, match="模板 ID"):
        read(setting)


def test_a_wrong_setting_is_named():
    account = OfficialAccount(app_id="wx", secret="s", token="t", subscribe_rating="短")
    with pytest.raises(ConfigurationError, match="KESU_WECHAT_SUBSCRIBE_RATING"):
        Templates.of(account)


def test_an_account_without_templates_tells_nothing():
    assert Templates.of(OfficialAccount(app_id="wx", secret="s", token="t")).kinds == frozenset()


def test_what_can_be_told_is_known():
    account = OfficialAccount(
        app_id="wx", secret="s", token="t", template_progress=ID, subscribe_rating=f"{ID} thing1=说明"
    )
    assert Templates.of(account).kinds == {Kind.PROGRESS, Kind.RATING}
