"""The widget's script as it is, and what company.yml may say of it."""

import re

import pytest

from bot.domain.company import Company
from bot.domain.errors import ConfigurationError
from bot.domain.widget import Widget
from bot.settings import ROOT, load_settings
from bot.web.embed import _DEFAULTS

SCRIPT = (ROOT / "bot" / "web" / "static" / "widget.js").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "widget.md").read_text(encoding="utf-8")


def test_the_script_stays_under_six_kilobytes():
    assert len(SCRIPT.encode()) < 6 * 1024


def test_the_script_names_no_address_and_no_cookie():
    assert "://" not in SCRIPT
    assert "cookie" not in SCRIPT.lower()


def test_the_script_makes_no_markup_and_runs_no_text():
    assert (
        re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(", SCRIPT) == []
    )


def test_the_place_for_the_companys_values_is_there_once():
    assert SCRIPT.count(_DEFAULTS) == 1


def test_a_site_and_company_yml_may_say_the_same_things():
    forms = re.search(r"const FORMS = \{(.*?)\};", SCRIPT, re.DOTALL).group(1)
    attributes = set(re.findall(r"^ *(\w+):", forms, re.MULTILINE))
    assert attributes == {*Widget.__dataclass_fields__, "identity"}


def test_every_attribute_is_in_the_guide():
    for name in [*Widget.__dataclass_fields__, "identity"]:
        assert f"`data-{name}`" in GUIDE


def test_what_company_yml_leaves_empty_is_left_to_the_widget():
    company = Company.from_mapping(
        {"widget": {"color": "#a1b2c3", "name": "", "greeting": None}}, "company.yml"
    )
    assert company.widget.values() == {"color": "#a1b2c3"}


@pytest.mark.parametrize(
    ("widget", "named"),
    [
        ("blue", "widget 应是"),
        ({"colour": "#fff"}, "colour"),
        ({"color": "red"}, "color"),
        ({"color": "#ffff"}, "color"),
        ({"position": "top"}, "position"),
        ({"language": "zh"}, "language"),
        ({"name": "长" * 41}, "name"),
        ({"name": "两\n行"}, "name"),
        ({"greeting": "长" * 201}, "greeting"),
    ],
)
def test_a_wrong_value_names_the_file_and_the_key(widget, named):
    with pytest.raises(ConfigurationError, match=named) as caught:
        Company.from_mapping({"widget": widget}, "company.yml")
    assert "company.yml" in str(caught.value)


@pytest.mark.parametrize(
    "sites", ["", "*", "https://shop.example.com", "http://10.0.0.8:8000  https://*.example.com"]
)
def test_sites_are_origins_with_spaces_between_them(monkeypatch, sites):
    monkeypatch.setenv("KESU_EMBED_SITES", sites)
    assert load_settings().embed_sites == " ".join(sites.split())


@pytest.mark.parametrize(
    "sites",
    [
        "shop.example.com",
        "https://shop.example.com/help",
        "https://a.example; script-src *",
        "'unsafe-inline'",
        "https:",
    ],
)
def test_nothing_but_origins_gets_into_the_header(monkeypatch, sites):
    monkeypatch.setenv("KESU_EMBED_SITES", sites)
    with pytest.raises(ConfigurationError, match="KESU_EMBED_SITES"):
        load_settings()
