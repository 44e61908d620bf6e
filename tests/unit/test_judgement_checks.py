"""What `kesu handbook check` finds in the rules by which cases are judged, and how a company changes one."""

import shutil

import pytest
import yaml

from bot.adapters.handbook_files import check_directory, load_handbook
from bot.settings import ROOT


@pytest.fixture
def packs(tmp_path):
    shutil.copytree(ROOT / "data" / "handbook", tmp_path / "handbook")
    return tmp_path / "handbook"


def write(packs, **sections):
    content = {"pack": {"id": "shop", "title": "本店", "rank": 60}, **sections}
    (packs / "shop.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def heat(**condition):
    return {"id": "C-SHOP-1", "level": "热点", "text": "本店的规定", "source": "desk", **condition}


def severity(**condition):
    return {"id": "S-SHOP-1", "level": "严重", "text": "本店的规定", "source": "desk", **condition}


@pytest.mark.parametrize(
    ("sections", "place"),
    [
        ({"heat": [heat()]}, "heat[C-SHOP-1]"),
        ({"heat": [heat(together=3, unsolved_days=3)]}, "heat[C-SHOP-1]"),
        ({"heat": [heat(together=1)]}, "heat[C-SHOP-1].together"),
        ({"heat": [heat(flags=["unheard_of"])]}, "heat[C-SHOP-1].flags.1"),
        ({"heat": [heat(repeated={"people": 5, "days": 7})]}, "heat[C-SHOP-1].repeated.days"),
        ({"heat": [heat(together=3, replaces=True)]}, "heat[C-SHOP-1]"),
        ({"heat": [heat(together=3) | {"id": "C-HOT-3"}]}, "heat[C-HOT-3]"),
        ({"severity": [severity()]}, "severity[S-SHOP-1]"),
        (
            {
                "outbreaks": [
                    {
                        "id": "O-SHOP",
                        "kinds": ["place"],
                        "people": 2,
                        "days": 3,
                        "source": "desk",
                        "labels": ["x"],
                    }
                ]
            },
            "outbreaks[O-SHOP].labels",
        ),
        (
            {
                "acceptance": [
                    {
                        "id": "C-SHOP-A",
                        "takes": True,
                        "question": "吗？",
                        "sentence": "S-NO#1",
                        "source": "desk",
                    }
                ]
            },
            "acceptance[C-SHOP-A].sentence",
        ),
    ],
)
def test_a_rule_that_can_not_work_is_named_with_its_place(packs, sections, place):
    write(packs, **sections)
    (problem,) = check_directory(packs)
    assert (problem.file, problem.place) == ("shop.yaml", place)


def test_a_company_changes_a_threshold_in_its_own_pack(packs):
    write(packs, heat=[heat(together=5, replaces=True) | {"id": "C-HOT-3"}])
    scheme = load_handbook(packs).scheme
    assert [rule.together for rule in scheme.heat if rule.id == "C-HOT-3"] == [5]
    assert scheme.fingerprint != load_handbook(ROOT / "data" / "handbook").scheme.fingerprint
