import pytest

from bot.nlu.dictionary import Dictionary, DictionaryError, Hit, read_dictionary


def test_each_file_is_a_kind_and_each_line_a_word(tmp_path):
    (tmp_path / "product.txt").write_text("# drinks\n綠茶\n\n奶茶  # with milk\n", encoding="utf-8")
    (tmp_path / "flavour.txt").write_text("原味\n", encoding="utf-8")
    assert read_dictionary(tmp_path).words == {"product": {"绿茶", "奶茶"}, "flavour": {"原味"}}


@pytest.mark.parametrize("line", ["绿茶 5 n", "绿茶" * 16, "！！"])
def test_a_line_that_is_no_word_is_named_with_file_and_line(tmp_path, line):
    (tmp_path / "product.txt").write_text(f"奶茶\n{line}\n", encoding="utf-8")
    with pytest.raises(DictionaryError, match=r"product\.txt:2: "):
        read_dictionary(tmp_path)


def test_a_mark_before_the_first_word_is_no_part_of_it(tmp_path):
    (tmp_path / "product.txt").write_text("\ufeff奶茶\n", encoding="utf-8")
    assert read_dictionary(tmp_path).words == {"product": {"奶茶"}}


def test_a_file_that_is_not_utf_8_is_named(tmp_path):
    (tmp_path / "product.txt").write_bytes("奶茶".encode("gbk"))
    with pytest.raises(DictionaryError, match=r"product\.txt: not UTF-8"):
        read_dictionary(tmp_path)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(DictionaryError, match="nowhere"):
        read_dictionary(tmp_path / "nowhere")


def test_the_longest_word_of_each_kind_is_found():
    dictionary = Dictionary({"product": frozenset({"奶茶", "珍珠奶茶"}), "jargon": frozenset({"珍珠"})})
    assert set(dictionary.hits("喝珍珠奶茶")) == {
        Hit(1, 5, "product"),
        Hit(1, 3, "jargon"),
        Hit(3, 5, "product"),
    }
