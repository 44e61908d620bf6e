"""The documents tell the truth as far as a program can see."""

import re

import pytest

from bot.__main__ import COMMANDS, kesu
from bot.domain import errors
from bot.domain.case import CaseState
from bot.domain.conversation import Owner
from bot.settings import ROOT

ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
DOCS = [
    ENGLISH,
    CHINESE,
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
TYPED = re.compile(r"\b(?:kesu|make) [a-z]+(?: [a-z-]+)?")
TEST_NAME = re.compile(r"`(test_\w+)`")


def text_of(path):
    return path.read_text(encoding="utf-8")


def prose(path):
    """A document without its code blocks."""
    return FENCED.sub("", text_of(path))


def anchors(path):
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands():
    """Every command as it is typed, groups opened up."""
    for name in COMMANDS:
        below = getattr(kesu.get_command(None, name), "commands", {})
        yield from (f"kesu {name} {leaf}" for leaf in below)
        if not below:
            yield f"kesu {name}"


def targets():
    """Every target that `make help` lists."""
    return [
        f"make {name}" for name in re.findall(r"^([a-z]+):.*## ", text_of(ROOT / "Makefile"), re.MULTILINE)
    ]


def states(heading):
    """The states that the first state diagram under a heading of docs/architecture.md draws."""
    section = text_of(ROOT / "docs" / "architecture.md").split(f"## {heading}\n", 1)[1]
    diagram = re.search(r"```mermaid\nstateDiagram-v2\n(.*?)```", section, re.DOTALL).group(1)
    arrows = re.findall(r"^ *(\S+) --> ([^\s:]+)", diagram, re.MULTILINE)
    return {state for arrow in arrows for state in arrow} - {"[*]"}


def error_classes(kind=errors.KesuError):
    yield kind
    for below in kind.__subclasses__():
        if below.__module__ == errors.__name__:
            yield from error_classes(below)


@pytest.mark.parametrize("readme", [ENGLISH, CHINESE], ids=lambda path: path.name)
@pytest.mark.parametrize("command", [*commands(), *targets()])
def test_every_command_and_target_is_in_both_readmes(command, readme):
    assert re.search(rf"{command}\b", text_of(readme))


def test_the_documents_name_no_command_or_target_that_does_not_exist():
    known = {*commands(), *targets()}
    for path in DOCS:
        for typed in TYPED.findall("\n".join(code(path))):
            assert typed in known or typed.rsplit(" ", 1)[0] in known, f"{path.name}: {typed}"


def code(path):
    """What a document shows as code: spans and indented blocks."""
    shown = prose(path)
    return re.findall(r"`([^`\n]+)`", shown) + re.findall(r"^ {4,}(.+)$", shown, re.MULTILINE)


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_every_relative_link_leads_somewhere(path):
    for link in LINK.findall(prose(path)):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_both_readmes_have_the_same_headings_and_commands():
    levels = [re.findall(r"^(#+) ", prose(path), re.MULTILINE) for path in (ENGLISH, CHINESE)]
    assert levels[0] == levels[1]
    blocks = [re.findall(r"^ {4,}(\S.*)$", text_of(path), re.MULTILINE) for path in (ENGLISH, CHINESE)]
    assert blocks[0] == blocks[1]


def test_the_diagrams_draw_exactly_the_states_there_are():
    assert states("Who owns a conversation") == set(Owner)
    assert states("A case so far") == set(CaseState)


@pytest.mark.parametrize("key", sorted({kind.key for kind in error_classes()}))
def test_every_error_key_is_documented(key):
    assert f"`{key}`" in text_of(ROOT / "docs" / "protocol.md")


def test_every_test_that_keeps_a_promise_exists():
    named = {name for path in DOCS for name in TEST_NAME.findall(text_of(path))}
    written = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", text_of(path), re.MULTILINE)
    }
    assert named
    assert named - written == set()
