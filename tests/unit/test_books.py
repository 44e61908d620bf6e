import shutil

import pytest

from bot.books import read_books
from bot.commands.up import books_in_use
from bot.domain.errors import ConfigurationError
from bot.settings import ROOT, Settings


@pytest.fixture
def settings(tmp_path):
    shutil.copytree(ROOT / "data" / "handbook", tmp_path / "handbook")
    return Settings(handbook=tmp_path / "handbook", company=tmp_path / "company.yml")


def break_files(settings, *names):
    for name in names:
        (settings.handbook / "general" / name).write_text("clauses:\n  - id: [", encoding="utf-8")


def test_a_start_speaks_from_the_packs_and_the_companys_data(settings):
    found, read = books_in_use(settings), read_books(settings)
    assert list(found.handbook.clauses) == list(read.handbook.clauses)
    assert found.company == read.company


def test_a_start_names_the_first_mistake_of_the_packs_and_how_many_more_there_are(settings):
    break_files(settings, "aa.yml")
    with pytest.raises(ConfigurationError, match=r"手册 .*handbook 有误：general/aa\.yml: 第 3 行[^）]*$"):
        books_in_use(settings)
    break_files(settings, "bb.yml")
    with pytest.raises(
        ConfigurationError, match=r"general/aa\.yml: 第 3 行.*（共 2 处，执行 kesu handbook check"
    ):
        books_in_use(settings)


def test_a_start_refuses_a_company_that_names_a_pack_there_isnt(settings):
    settings.company.write_text("packs: [general, shoes]", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="没有手册包 shoes"):
        books_in_use(settings)
