"""A small pack of a shop's own, to be spoilt, and what the check says about it."""

import yaml

from bot.adapters.handbook_files import check_directory
from bot.settings import ROOT

PACKS = ROOT / "data" / "handbook"
SHOP = {
    "pack": {"id": "shop", "title": "本店", "rank": 60},
    "claims": {"places": ["总店"]},
    "issues": {
        "service.quality": {
            "title": "总店服务", "category": "服务质量", "kind": "服务", "severity": "轻微",
            "say": ["K-SHOP-1"], "ask": ["phone"],
        }
    },
    "clauses": [{"id": "K-SHOP-1", "audience": "customer", "source": "desk", "wording": ["总店听到了。"]}],
}  # fmt: skip


def problems(packs, content):
    text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True)
    (packs / "shop.yaml").write_text(text, encoding="utf-8")
    return [str(problem) for problem in check_directory(packs)]


def assert_only(found, *parts):
    assert len(found) == 1, found
    for part in ("shop.yaml", *parts):
        assert part in found[0]
