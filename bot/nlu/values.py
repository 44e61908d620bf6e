"""The value of a fact in a form that can be compared and counted with, beside the customer's own words.

date: ISO 8601 (bot/nlu/dates.py); phone: E.164; quantity: number and unit (`2 箱`); amount: number and
currency (`300 CNY`, ISO 4217), the number alone where none is said; order_no and batch_no: half-width,
without spaces, upper case. A `+` behind a number means "and more" (一千二百多: `1200+`).
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any, Callable, Dict, Mapping, Optional

import cn2an
import phonenumbers

from bot.nlu.dates import iso_date
from bot.nlu.normalizer import normalize

REGIONS = ("CN", "TW", "HK")
ABROAD = re.compile("(?:886|852|853)[0-9]{8,}")
_MASKED = re.compile(r"\d[*xX]+\d")
NUMERAL = "[0-9〇零一二两三四五六七八九十百千万亿.,]+|半"
CURRENCIES = {
    "CNY": ("元", "块", "圆", "毛", "角", "人民币", "rmb", "¥", "大洋"),
    "TWD": ("台币", "nt$", "nt", "ntd", "twd"),
    "HKD": ("港币", "港元", "港纸", "蚊", "hk$", "hk", "hkd"),
    "USD": ("美元", "美金", "刀", "us$", "usd"),
}
_CODES = {word: code for code, words in CURRENCIES.items() for word in words}
_CURRENCY = "|".join(re.escape(word) for word in sorted(_CODES, key=len, reverse=True))
_TENTHS = ("毛", "角")
_AMOUNT = re.compile(
    rf"(?P<before>{_CURRENCY}|\$)?(?P<number>{NUMERAL})(?P<more>多|来|几|余)?新?(?P<unit>{_CURRENCY})?"
    rf"(?P<more2>多)?(?P<tenths>[0-9一二两三四五六七八九半])?(?:毛|角)?钱?(?P<after>{_CURRENCY})?"
)
_QUANTITY = re.compile(
    rf"(?P<number>{NUMERAL})(?P<more>多|来|几|余)?[大小整]?(?P<unit>[^\d\s半多]+?)(?P<half>半)?(?P<more2>多)?"
)
_RANGE = re.compile("[一二两三四五六七八九]{2}")  # 三四个: as good as three or four
_HALF = Decimal("0.5")


def normal_value(kind: str, value: str, day: date) -> Optional[str]:
    """Return the normal form of a fact said on `day`; None where the kind has none or it can't be read."""
    form = _FORMS.get(kind)
    return form(value, day) if form else None


def with_values(reading: Mapping[str, Any], day: date) -> Dict[str, Any]:
    """Return a reading written on `day` with the normal form of each of its facts."""
    entities = [
        {**found, "normal": normal_value(found["entity"], found["value"], day)}
        for found in reading["entities"]
    ]
    return {**reading, "entities": entities}


def number(words: str) -> Optional[Decimal]:
    """Return the number that digits or Chinese numerals mean: 1,200 and 一千二 are 1200, 半 is 0.5.

    None for what is no number or not one (三四).
    """
    if words == "半":
        return _HALF
    if _RANGE.search(words):
        return None
    try:
        return Decimal(str(cn2an.cn2an(words.replace(",", ""), "smart")))
    except Exception:  # noqa: BLE001 -- whatever the library stumbles over is no number
        return None


def _amount(value: str, _day: date) -> Optional[str]:
    match = _AMOUNT.fullmatch(_bare(value))
    found = number(match["number"]) if match else None
    if match is None or found is None:
        return None
    if match["unit"] in _TENTHS:
        found /= 10
    elif match["tenths"]:
        found += (number(match["tenths"]) or Decimal(0)) / 10
    code = next((_CODES[word] for word in match.group("after", "unit", "before") if word in _CODES), None)
    return _written(found, code, more=bool(match["more"] or match["more2"]))


def _quantity(value: str, _day: date) -> Optional[str]:
    match = _QUANTITY.fullmatch(_bare(value))
    found = number(match["number"]) if match else None
    if match is None or found is None:
        return None
    whole = found + _HALF if match["half"] else found
    return _written(whole, match["unit"], more=bool(match["more"] or match["more2"]))


def _written(found: Decimal, unit: Optional[str], *, more: bool) -> str:
    plain = f"{found.normalize():f}{'+' if more else ''}"
    return f"{plain} {unit}" if unit else plain


def _phone(value: str, _day: date) -> Optional[str]:
    written = unicodedata.normalize("NFKC", value)
    if _MASKED.search(written):
        return None
    if ABROAD.fullmatch(re.sub(r"\D", "", written)):
        written = "+" + written.lstrip("+")
    parsed = []
    for region in REGIONS:
        try:
            parsed.append(phonenumbers.parse(written, region))
        except phonenumbers.NumberParseException:
            continue
    whole = phonenumbers.ValidationResult.IS_POSSIBLE
    likely = [found for found in parsed if phonenumbers.is_valid_number(found)] or [
        found for found in parsed[:1] if phonenumbers.is_possible_number_with_reason(found) == whole
    ]
    return phonenumbers.format_number(likely[0], phonenumbers.PhoneNumberFormat.E164) if likely else None


def _code(value: str, _day: date) -> str:
    return "".join(unicodedata.normalize("NFKC", value).split()).upper()


def _date(value: str, day: date) -> Optional[str]:
    return iso_date(_bare(value), day)


def _bare(value: str) -> str:
    return normalize(value).text.replace(" ", "")


_FORMS: Dict[str, Callable[[str, date], Optional[str]]] = {
    "amount": _amount,
    "batch_no": _code,
    "date": _date,
    "order_no": _code,
    "phone": _phone,
    "quantity": _quantity,
}
