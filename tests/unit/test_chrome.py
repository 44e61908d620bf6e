"""The words of the customers' page, its languages, and how many bytes it is."""

import gzip
import json
import re

import pytest
from aiohttp.test_utils import make_mocked_request

from bot.domain.followup import BUTTON, Satisfaction, pressed
from bot.web.chrome import FOLDER, FRAME_SCRIPTS, LANGUAGES, SCRIPTS, catalogue, language_of
from bot.web.rendering import FOLDER as WEB

STATIC = WEB / "static"
HAN = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
IMPORT = re.compile(r'(?:import|from)\s*\(?"\./([\w.]+)"')
OTHERS_WORDS = {"script.js"}  # characters by which it tells the scripts apart, and no words


def scripts(entry="chat.js"):
    """Every script that the page loads, by its imports."""
    found, left = set(), [entry]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += IMPORT.findall((STATIC / name).read_text(encoding="utf-8"))
    return found


def blanks(words):
    return {key: set(re.findall(r"\{(\w+)\}", text)) for key, text in words.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_catalogue_has_the_same_keys_and_blanks(language):
    one, first = catalogue(language), catalogue(LANGUAGES[0])
    assert blanks(one.page) == blanks(first.page)
    assert blanks(one.script) == blanks(first.script)
    assert all([*one.page.values(), *one.script.values()])


def test_no_catalogue_is_without_its_language():
    assert {path.stem for path in FOLDER.glob("*.json")} == set(LANGUAGES)


def test_the_traditional_catalogue_has_taiwans_words():
    said = " ".join(catalogue("zh-Hant").script.values())
    assert not [word for word in ("視頻", "網絡", "文件", "信息") if word in said]


def test_the_english_catalogue_is_english_but_for_what_the_desk_is_told():
    chinese = {key for key, text in catalogue("en").script.items() if HAN.search(text)}
    assert chinese == {"human", "progress_said"}


def test_no_word_of_the_page_stands_outside_of_the_catalogues():
    template = (WEB / "templates" / "chat.html").read_text(encoding="utf-8")
    assert not HAN.findall(template)
    for name in scripts() - OTHERS_WORDS:
        code = re.sub(r"//.*", "", (STATIC / name).read_text(encoding="utf-8"))
        assert not HAN.findall(code), name


def test_the_scripts_use_every_word_of_the_catalogue_and_the_template_too():
    code = "".join((STATIC / name).read_text(encoding="utf-8") for name in scripts())
    states = r"sending|failed|delivered|read|connecting|online|offline"
    parts = rf"serving_\w+|stars_\d|bot|desk|{states}|image|video|\w+_typing"
    unused = {
        key for key in catalogue("en").script if f'"{key}"' not in code and not re.fullmatch(parts, key)
    }
    assert unused == set()
    template = (WEB / "templates" / "chat.html").read_text(encoding="utf-8")
    assert {key for key in catalogue("en").page if f"t.{key}" not in template} == set()


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("", "", "zh-Hans"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("", "zh-TW,zh;q=0.9", "zh-Hant"),
        ("", "zh-Hant-HK", "zh-Hant"),
        ("", "zh-Hans-HK", "zh-Hans"),
        ("", "en-GB,zh;q=0.5", "en"),
        ("", "zh;q=0.5,en-GB", "en"),
        ("", "fr-FR,de;q=0.8", "zh-Hans"),
        ("", "en;q=0,zh-HK", "zh-Hant"),
        ("", "en;q=nonsense,,;", "zh-Hans"),
        ("lang=en", "zh-TW", "en"),
        ("lang=zh-Hant", "en", "zh-Hant"),
        ("lang=<script>", "en", "en"),
    ],
)
def test_the_language_is_the_one_asked_for_else_the_browsers_else_simplified(query, accepted, language):
    request = make_mocked_request("GET", f"/?{query}", headers={"Accept-Language": accepted})
    assert language_of(request) == language


def test_the_stars_are_the_buttons_of_the_satisfaction_question():
    code = (STATIC / "stars.js").read_text(encoding="utf-8")
    assert rf"/^{re.escape(BUTTON)}([1-5])$/" in code
    assert pressed(f"{BUTTON}1") is Satisfaction.VERY_SATISFIED  # five stars


def test_what_the_template_fetches_early_is_what_the_page_imports():
    framed = set(FRAME_SCRIPTS)
    assert set(SCRIPTS) == scripts() - framed - {"chat.js"}


def test_the_pages_scripts_and_its_first_load_are_small():
    """As they travel, which is compressed (bot/web/compressing.py); the page's words travel within it."""
    code = {name: (STATIC / name).read_bytes() for name in scripts() - set(FRAME_SCRIPTS)}
    travelling = {name: len(gzip.compress(text)) for name, text in code.items()}
    assert sum(travelling.values()) < 30_000, travelling
    assert sum(map(len, code.values())) < 45_000  # read by people: it shouldn't grow unseen
    page = (WEB / "templates" / "chat.html").stat().st_size
    words = max(len(json.dumps(catalogue(code).script).encode()) for code in LANGUAGES)
    styles = sum((STATIC / name).stat().st_size for name in ("base.css", "chat.css", "icon.svg"))
    assert page + words + styles + sum(travelling.values()) < 60_000
