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


def steps_of(path):
    """Each rule or story of a file: the loop it begins in, and its steps as pairs; an `or` gives several."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    for told in content.get("rules") or content["stories"]:
        loop = (told.get("condition") or [{}])[0].get("active_loop")
        first, *rest = told["steps"]
        for begin in first.get("or", [first]):
            yield (
                told.get("rule") or told["story"],
                loop,
                [next(iter(step.items())) for step in (begin, *rest)],
            )


def is_told(loop, wanted, stories):
    """Whether a story holds these steps in a row, in this loop; a rule without a condition fits any."""
    for story in stories:
        current = None
        for place, (kind, value) in enumerate(story):
            fits = kind != "intent" or current == loop
            if fits and story[place : place + len(wanted)] == wanted:
                return True
            current = value if kind == "active_loop" else current
    return False


TOLD = [steps for file in sorted(STORIES.glob("*.yml")) for _, _, steps in steps_of(file)]
TRAINED = [
    (name, loop, steps)
    for folder in ("rules", "stories")
    for file in sorted((ROOT / "data" / folder).glob("*.yml"))
    for name, loop, steps in steps_of(file)
]


@pytest.mark.parametrize(
    ("name", "loop", "steps"), TRAINED, ids=[f"{name}: {steps[0][1]}" for name, _, steps in TRAINED]
)
def test_every_rule_and_story_is_told_by_a_test_story(name, loop, steps):
    assert is_told(loop, steps, TOLD), name


def test_a_rule_in_another_loop_or_with_other_actions_is_not_told():
    greeted = [("intent", "greet"), ("action", "action_greet")]
    assert is_told(None, greeted, TOLD)
    assert not is_told("another_form", greeted, TOLD)
    assert not is_told(None, [*greeted[:1], ("action", "action_thank")], TOLD)
