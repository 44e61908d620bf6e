import pytest
import yaml

from tests.nlu.room_server import ROOT

STORIES = ROOT / "tests" / "nlu" / "stories"


@pytest.mark.asyncio
async def test_the_dialogue_follows_every_story(agent, tmp_path):
    """What `rasa test core --stories tests/nlu/stories` does."""
    from rasa.core.test import test as evaluate

    told = sum(file.read_text(encoding="utf-8").count("- story:") for file in STORIES.glob("*.yml"))
    found = await evaluate(str(STORIES), agent, out_directory=str(tmp_path), disable_plotting=True)
    failed = (tmp_path / "failed_test_stories.yml").read_text(encoding="utf-8")
    assert found["report"]["conversation_accuracy"] == {
        "accuracy": 1.0,
        "correct": told,
        "total": told,
        "with_warnings": 0,
    }, failed


def test_every_label_has_a_rule_outside_the_form_and_every_interruption_one_inside():
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    heard = {"null": set(), "complaint_form": set()}
    for file in (ROOT / "data" / "rules").glob("*.yml"):
        for rule in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]:
            loop = str((rule.get("condition") or [{}])[0].get("active_loop") or "null")
            steps = rule["steps"][0]
            heard[loop] |= {step["intent"] for step in steps.get("or", [steps]) if "intent" in step}
    assert heard["null"] == {*domain["intents"], "nlu_fallback"}
    assert heard["complaint_form"] == set(domain["forms"]["complaint_form"]["ignored_intents"])
