import pytest

from bot.domain.case import new_number
from bot.domain.privacy import SENSITIVE, digits, mask


@pytest.mark.parametrize(
    "text",
    [
        "13900001234",
        "139 0000 1234",
        "139-0000-1234",
        "+86 13900001234",
        "0912-345-678",
        "+886 912 345 678",
        "021-55550000",
        "0755 8888 0000",
        "11010119900307123X",
    ],
)
def test_phones_and_identity_numbers_are_found_however_they_are_written(text):
    assert SENSITIVE.fullmatch(text)


@pytest.mark.parametrize(
    "text", ["20260312A", "SF1029384756123", "89.5元", "2026-03-12", "12315", "1234567890123456"]
)
def test_batch_order_and_hotline_numbers_are_no_phones(text):
    assert not SENSITIVE.search(text)


def test_no_case_number_looks_like_a_phone():
    assert not any(SENSITIVE.search(new_number()) for _ in range(5000))


def test_the_same_phone_has_the_same_digits_with_and_without_country_code():
    assert digits("+86 139-0000-1234") == digits("13900001234")
    assert digits("+886 912 345 678") == digits("0912345678")


def test_masking_keeps_the_last_four_digits_only():
    assert mask("电话13900001234,快点") == "电话*******1234,快点"
