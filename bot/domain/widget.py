"""How the chat's button looks on other sites, as company.yml says it; a site's own line may say otherwise."""

import re
from dataclasses import dataclass, fields
from typing import Self

from bot.domain.errors import ConfigurationError

# What each key may hold, and how to say so. static/widget.js takes a site's own values by the same forms.
_FORMS = {
    "name": (re.compile(r".{1,40}"), "1 到 40 个字"),
    "color": (re.compile(r"#(?:[0-9A-Fa-f]{3}){1,2}"), '"#0f6b56" 这样的颜色'),
    "greeting": (re.compile(r"(?s:.{1,200})"), "1 到 200 个字"),
    "position": (re.compile(r"left|right"), "left 或 right"),
    "language": (re.compile(r"zh-Hans|zh-Hant|en"), "zh-Hans、zh-Hant 或 en"),
}


@dataclass(frozen=True)
class Widget:
    """Button and panel; an empty value leaves it to the widget (language: what the browser speaks)."""

    name: str = ""
    color: str = ""
    greeting: str = ""
    position: str = ""
    language: str = ""

    @classmethod
    def from_mapping(cls, data: object, origin: str) -> Self:
        """Read the company file's `widget`; ConfigurationError names the file and the key."""
        if not isinstance(data, dict):
            raise ConfigurationError(f"{origin}：widget 应是“项: 值”的形式，请参照 company.example.yml。")
        unknown = sorted(set(map(str, data)) - set(_FORMS))
        if unknown:
            known = "、".join(_FORMS)
            raise ConfigurationError(f"{origin}：widget 下不认识的项 {unknown[0]}；可用的项是 {known}。")
        values = {key: str(value).strip() for key, value in data.items() if value is not None}
        for key, value in values.items():
            form, wanted = _FORMS[key]
            if value and not form.fullmatch(value):
                raise ConfigurationError(f"{origin}：widget 的 {key} 应是{wanted}，而不是 {value!r}。")
        return cls(**values)

    def values(self) -> dict[str, str]:
        """What is said."""
        return {one.name: said for one in fields(self) if (said := getattr(self, one.name))}
