"""What `kesu handbook check` finds wrong with processes, each with file, place and what to do."""

import copy
import shutil

import pytest
import yaml

from bot.adapters.handbook_files import check_directory, load_handbook
from bot.settings import ROOT

SHOP = {
    "pack": {"id": "shop", "title": "本店", "rank": 60},
    "claims": {"places": ["总店"]},
    "positions": [{"id": "boss", "title": "店长", "source": "desk"}],
    "departments": [{"id": "kitchen", "title": "后厨", "source": "desk"}],
    "issues": {
        "service.quality": {
            "title": "总店服务", "category": "服务质量", "kind": "服务", "severity": "轻微",
            "say": ["K-SHOP-1"], "ask": ["phone"],
        }
    },
    "clauses": [{"id": "K-SHOP-1", "audience": "customer", "source": "desk", "wording": ["总店听到了。"]}],
    "process": [
        {
            "id": "shop", "title": "本店流程", "source": "desk",
            "values": [{"id": "plan", "title": "方案"}, {"id": "when", "title": "时间", "kind": "moment"}],
            "states": [
                {"id": "accepted", "title": "受理", "stage": "accept", "source": "desk"},
                {"id": "closed", "title": "结案", "stage": "end", "source": "desk", "ends": "closed"},
                {"id": "withdrawn", "title": "撤诉", "stage": "end", "source": "desk", "ends": "withdrawn"},
                {"id": "merged", "title": "合并", "stage": "end", "source": "desk", "ends": "merged"},
            ],
            "arrows": [
                {"id": "close", "title": "结案", "from": "accepted", "to": "closed", "by": ["agent", "boss"],
                 "needs": "plan", "approval": "boss", "say": "handling.closed", "source": "desk"},
                {"id": "withdraw", "title": "撤诉", "from": "*", "to": "withdrawn", "by": "customer",
                 "source": "desk", "means": "withdraw"},
                {"id": "merge", "title": "合并", "from": "*", "to": "merged", "by": "senior",
                 "source": "desk", "means": "merge"},
            ],
        }
    ],
}  # fmt: skip
THINKING = {"id": "thinking", "title": "考虑", "stage": "propose", "source": "desk"}


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packs") / "handbook"
    shutil.copytree(ROOT / "data" / "handbook", folder)
    return folder


def problems(folder, content):
    (folder / "shop.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return [str(problem) for problem in check_directory(folder)]


def changed(change):
    shop = copy.deepcopy(SHOP)
    process = shop["process"][0]
    change(process, {item["id"]: item for item in (*process["states"], *process["arrows"])}, shop)
    return shop


def arrow_between(**more):
    return {"id": "go", "title": "走", "by": "agent", "source": "desk", **more}


def test_a_process_of_ones_own_is_chosen_for_ones_own_place(delivered):
    assert problems(delivered, SHOP) == []
    processes = load_handbook(delivered).processes
    assert processes.choose("service.quality", place="总店").id == "shop"
    assert processes.choose("service.quality", place="别处").id == "general"
    assert processes.title("boss") == "店长"


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        (lambda p, by, s: by["close"].update({"to": "nowhere"}), ".arrows[close].to", "nowhere"),
        (lambda p, by, s: by["close"].update({"from": "nowhere"}), ".arrows[close].from", "nowhere"),
        (lambda p, by, s: by["close"].update({"by": "king"}), ".arrows[close].by", "king"),
        (lambda p, by, s: by["close"].update({"approval": "king"}), ".arrows[close].approval", "king"),
        (lambda p, by, s: by["close"].update({"needs": "luck"}), ".arrows[close].needs", "luck"),
        (lambda p, by, s: by["close"].update({"say": "sing"}), ".arrows[close].say", "sing"),
        (lambda p, by, s: by["close"].update({"until": "plan"}), ".arrows[close].until", "plan"),
        (
            lambda p, by, s: by["close"].update({"sets": {"department": "moon"}}),
            ".arrows[close].sets.department",
            "moon",
        ),
        (
            lambda p, by, s: by["close"].update({"sets": {"findings": {"luck": "好"}}}),
            ".arrows[close].sets.findings",
            "luck",
        ),
        (
            lambda p, by, s: by["close"].update({"tasks": [{"title": "看", "to": "king"}]}),
            ".arrows[close].tasks",
            "king",
        ),
        (lambda p, by, s: by["accepted"].update({"owner": "king"}), ".states[accepted].owner", "king"),
        (
            lambda p, by, s: by["accepted"].update({"checklist": ["K-NONE-1"]}),
            ".states[accepted].checklist",
            "K-NONE-1",
        ),
        (lambda p, by, s: p.update({"start": "birth"}), ".start", "birth"),
        (lambda p, by, s: p.update({"inherits": "nothing"}), ".inherits", "nothing"),
        (lambda p, by, s: p.update({"inherits": "shop"}), ".inherits", "shop"),
        (lambda p, by, s: p.update({"without": ["nothing"]}), ".without", "nothing"),
        (lambda p, by, s: p.update({"labels": ["nothing"]}), ".labels", "nothing"),
        (lambda p, by, s: p["states"].append(THINKING), ".states[thinking]", "走不到这个状态"),
        (
            lambda p, by, s: (
                p["states"].append(THINKING),
                p["arrows"].append(arrow_between(**{"from": "accepted", "to": "thinking"})),
            ),
            ".states[thinking]",
            "死路",
        ),
        (lambda p, by, s: p["states"].append(by["closed"]), ".states[closed]", "两次"),
        (lambda p, by, s: by["closed"].update({"ends": "withdrawn"}), ".states", "没有结案的状态"),
        (lambda p, by, s: by["withdraw"].pop("means"), ".arrows", "means: withdraw"),
        (lambda p, by, s: by["merge"].update({"to": "closed"}), ".arrows", "means: merge"),
        (
            lambda p, by, s: p["values"].append({"id": "how", "title": "怎样", "kind": "choice"}),
            ".values[how]",
            "options",
        ),
        (lambda p, by, s: by["accepted"].update({"deadline": {"value": 0, "unit": "days", "source": "x"}}),
         ".states[accepted].deadline.value", "大于 0"),
        (lambda p, by, s: by["accepted"].update({"deadline": {"value": 1, "unit": "weeks", "source": "x"}}),
         ".states[accepted].deadline.unit", "可用的"),
        (lambda p, by, s: by["accepted"].pop("source"), ".states[accepted].source", "请补上"),
        (lambda p, by, s: by["close"].pop("source"), ".arrows[close].source", "请补上"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_file_and_place(delivered, change, place, message):
    found = problems(delivered, changed(change))
    named = [one for one in found if message in one and one.startswith("shop.yaml: process[")]
    assert any(_is_at(one, place) for one in named), found


def _is_at(problem, place):
    """Places of the format count list items, those of the check name them."""
    where = problem.split(": ")[1]
    return where.endswith(place) or ("[shop]" in where and place.rpartition(".")[2] in where)


def test_two_processes_of_a_pack_for_the_same_complaints_are_refused(delivered):
    shop = copy.deepcopy(SHOP)
    shop["process"].append({**shop["process"][0], "id": "shop_again"})
    assert any("不限标签的流程已由流程 shop 管" in one for one in problems(delivered, shop))


def test_a_position_that_is_another_one_elsewhere_is_refused(delivered):
    shop = copy.deepcopy(SHOP)
    shop["positions"].append({"id": "finance", "title": "采购", "source": "desk"})
    assert any("positions[finance]" in one and "财务" in one for one in problems(delivered, shop))


def test_a_position_with_the_name_of_a_role_is_refused(delivered):
    shop = copy.deepcopy(SHOP)
    shop["positions"].append({"id": "agent", "title": "代理", "source": "desk"})
    assert any("positions[agent]" in one and "角色" in one for one in problems(delivered, shop))
