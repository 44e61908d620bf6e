"""The samples of the guide sign tokens that the desk believes."""

import re
import shutil
import subprocess
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from bot.domain.errors import InvalidInput
from bot.settings import ROOT
from bot.web.visitors import Visitors

GUIDE = (ROOT / "docs" / "widget.md").read_text(encoding="utf-8")
SECRET = "kept on both servers and nowhere else"


def sample(language):
    """The guide's sample in a language."""
    return re.search(rf"```{language}\n(.*?)```", GUIDE.split("## Who is signed in")[1], re.DOTALL).group(1)


@pytest.fixture
def visitors():
    return Visitors(b"k" * 32, lambda: datetime.now(UTC), SECRET)


def in_python(tmp_path, monkeypatch):
    monkeypatch.setenv("KESU_IDENTITY_SECRET", SECRET)
    names = {}
    exec(sample("python"), names)  # noqa: S102 -- our own guide
    return names["chat_token"](SimpleNamespace(id=17, name="王女士"))


def in_node(tmp_path, monkeypatch):
    file = tmp_path / "sample.mjs"
    file.write_text(sample("js") + 'console.log(chatToken(17, "王女士"));\n', encoding="utf-8")
    return run("node", file, monkeypatch)


def in_php(tmp_path, monkeypatch):
    file = tmp_path / "sample.php"
    file.write_text("<?php\n" + sample("php") + "echo chat_token('17', '王女士');\n", encoding="utf-8")
    return run("php", file, monkeypatch)


def run(program, file, monkeypatch):
    monkeypatch.setenv("KESU_IDENTITY_SECRET", SECRET)
    return subprocess.run([program, str(file)], capture_output=True, text=True, check=True).stdout.strip()


# What isn't installed can't be tried; the desk itself needs neither.
INSTALLED = [sign for program, sign in (("node", in_node), ("php", in_php)) if shutil.which(program)]


@pytest.mark.parametrize("sign", [in_python, *INSTALLED])
def test_a_token_signed_as_the_guide_says_is_believed(tmp_path, monkeypatch, visitors, sign):
    signed = sign(tmp_path, monkeypatch)
    identity = visitors.identify(signed)
    assert (identity.id, identity.name) == ("site:17", "王女士")
    with pytest.raises(InvalidInput):
        Visitors(b"k" * 32, lambda: datetime.now(UTC), "another secret of the same length").identify(signed)
