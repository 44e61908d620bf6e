"""The dashboard, the alert rules and docs/monitoring.md know exactly the metrics there are."""

import json
import re
from types import SimpleNamespace

import pytest
import yaml

from bot.adapters.metrics.measured import Measured
from bot.adapters.metrics.process import ProcessState, Rasas
from bot.adapters.metrics.standing import StandingCollector
from bot.services.ports import ApiQuota, Backlog, Deadlines, Standing
from bot.services.promotion import Serving
from bot.settings import ROOT

DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "kesu.json").read_text("utf-8"))
RULES = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text("utf-8"))
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
DOCUMENT = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
QUERIES = [
    *((panel["title"], query["expr"]) for panel in DASHBOARD["panels"] for query in panel.get("targets", [])),
    *((rule["alert"], rule["expr"]) for rule in ALERTS),
]
NAME = re.compile(r"\b(?:kesu|process)_[a-z_]+")
SELECTOR = re.compile(r"\b(kesu_[a-z_]+)\{([^}]*)\}")


@pytest.fixture(scope="module")
def families():
    """Every metric of the code."""
    pool = SimpleNamespace(checkedout=int, size=int, _max_overflow=0)
    process = ProcessState(
        SimpleNamespace(pool=pool),
        ready=bool,
        serving=lambda: Serving("m"),
        rasas=Rasas,
        draining=bool,
    )
    process.quota = ApiQuota(1, 0, 1)
    measured = Measured()
    measured.message("web", "in")
    measured.registry.register(process)
    measured.registry.register(standing())
    return list(measured.registry.collect())


def standing():
    clock = SimpleNamespace(now=lambda: None)
    collector = StandingCollector(SimpleNamespace(), clock)
    dates = {"cases": Deadlines(0, {}), "tasks": Deadlines(0, {})}
    collector._standing = Standing({"bot": 0}, Backlog(), Backlog(), dates, Backlog(), {}, {})
    return collector


def written(family):
    """How samples of a family are called."""
    return {
        "histogram": {f"{family.name}_{end}" for end in ("bucket", "sum", "count")},
        "counter": {f"{family.name}_total"},
    }.get(family.type, {family.name})


@pytest.fixture(scope="module")
def names(families):
    return {name for family in families for name in written(family)}


@pytest.mark.parametrize(("where", "query"), QUERIES)
def test_every_metric_named_in_dashboard_and_rules_exists_in_the_code(where, query, names):
    named = set(NAME.findall(query))
    assert named or query.startswith("up{")
    assert named - names == set(), where


@pytest.mark.parametrize(("where", "query"), QUERIES)
def test_every_label_that_is_asked_for_exists(where, query, families):
    labels = {
        name: {label for sample in family.samples for label in sample.labels}
        for family in families
        for name in written(family)
    }
    for name, selector in SELECTOR.findall(query):
        asked = set(re.findall(r"([a-z_]+)=", selector)) - {"instance", "job"}
        assert asked <= labels[name] | ({"of", "within"} if name == "kesu_deadlines_due" else set()), where


def test_the_document_explains_every_metric_of_the_code_and_no_other(names, families):
    explained = set(re.findall(r"^\| `(kesu_[a-z_]+)", DOCUMENT, re.MULTILINE))
    bare = {
        family.name if family.type == "histogram" else name for family in families for name in written(family)
    }
    assert explained == {name for name in bare if name.startswith("kesu_")}


def test_the_document_explains_every_alert():
    explained = set(re.findall(r"^\| `(Kesu\w+)`", DOCUMENT, re.MULTILINE))
    assert explained == {rule["alert"] for rule in ALERTS}


def test_every_alert_says_how_urgent_it_is_and_what_to_do():
    for rule in ALERTS:
        assert rule["labels"]["severity"] in {"page", "warn"}
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"]


def test_the_panels_of_the_dashboard_have_ids_of_their_own_and_lie_side_by_side():
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells


def test_the_names_follow_the_conventions_of_prometheus(families):
    for family in families:
        assert family.documentation.endswith("."), family.name
        assert not re.search(r"_(ms|milliseconds|minutes|hours|kb|mb)\b", family.name), family.name
        if family.type == "counter":
            assert not family.name.endswith("_total"), family.name  # the writer adds it


def test_no_metric_has_a_label_for_a_person_or_a_conversation(families):
    labels = {label for family in families for sample in family.samples for label in sample.labels}
    assert labels <= {
        "stage",
        "reason",
        "channel",
        "direction",
        "le",
        "model",
        "owner",
        "of",
        "within",
        "way",
        "state",
    }
