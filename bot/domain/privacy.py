"""Phone and identity numbers in free text: found here, so that storage can seal them and logs mask them."""

import re
import unicodedata

_SEPARATED = r"(?:[\s\-–—.]?\d)"
PHONE = re.compile(
    r"(?<!\d)(?:"
    rf"(?:\+?86[\s-]?)?1[\s-]?[3-9]{_SEPARATED}{{9}}"  # mainland mobile
    rf"|(?:\+?886[\s-]?0?|0)9{_SEPARATED}{{8}}"  # Taiwan mobile
    rf"|0\d{{2,3}}[\s-]?\d{{3,4}}[\s-]?\d{{4}}"  # landline with area code
    rf"|(?:\+?852[\s-]?)[2-9]\d{{3}}[\s-]?\d{{4}}"  # Hong Kong
    r")(?!\d)"
)
IDENTITY = re.compile(r"(?<!\d)\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)")
SENSITIVE = re.compile(f"{IDENTITY.pattern}|{PHONE.pattern}")
# Local landlines, old identity numbers, full-width digits and odd groupings escape any exact pattern. Taking
# a date or a batch number for one costs little; missing a phone would.
LONG_NUMBER = re.compile(rf"{SENSITIVE.pattern}|\d(?:[\s\-–—.·()（）]{{0,3}}\d){{6,}}[Xx]?")


def digits(phone: str) -> str:
    """The phone's digits without country code and separators: the form that is hashed and compared."""
    bare = re.sub(r"\D", "", unicodedata.normalize("NFKC", phone))
    for prefix, lengths in (("86", (13,)), ("886", (12,)), ("852", (11,))):
        if bare.startswith(prefix) and len(bare) in lengths:
            bare = bare.removeprefix(prefix)
            return f"0{bare}" if prefix == "886" else bare
    return bare


def mask(text: str) -> str:
    """`text` with all but the last four digits of every phone and identity number hidden."""

    def hide(found: re.Match[str]) -> str:
        bare = found.group()
        return "*" * max(len(bare) - 4, 0) + bare[-4:]

    return SENSITIVE.sub(hide, text)


def masked_field(name: str, value: str | None) -> str | None:
    """What of a fact is shown: of a phone, however it was written, only the last four digits."""
    if value is None or name != "phone":
        return mask(value) if value else value
    digits_left = sum(char.isdigit() for char in value)
    shown = []
    for char in value:
        shown.append(char if not char.isdigit() or digits_left <= 4 else "*")  # noqa: PLR2004 -- the last four
        digits_left -= char.isdigit()
    return "".join(shown)
