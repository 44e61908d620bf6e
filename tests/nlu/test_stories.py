from tests.nlu.room_server import ROOT


def test_the_dialogue_follows_every_story(model, tmp_path, monkeypatch):
    """The same as `rasa test core --stories tests/nlu/stories`."""
    from rasa.model_testing import test_core

    monkeypatch.chdir(tmp_path)
    stories = str(ROOT / "tests" / "nlu" / "stories")
    test_core(str(model), stories, str(tmp_path), additional_arguments={"errors": True, "successes": False})
    failed = (tmp_path / "failed_test_stories.yml").read_text(encoding="utf-8")
    assert "- story" not in failed
    assert (
        "stories" in (tmp_path / "story_report.json").read_text() or (tmp_path / "story_report.json").exists()
    )


def test_every_label_has_a_rule_outside_the_form_and_every_interruption_one_inside():
    import yaml

    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    heard = {"null": set(), "complaint_form": set()}
    for file in (ROOT / "data" / "rules").glob("*.yml"):
        for rule in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]:
            loop = str((rule.get("condition") or [{}])[0].get("active_loop") or "null")
            steps = rule["steps"][0]
            heard[loop] |= {step["intent"] for step in steps.get("or", [steps]) if "intent" in step}
    assert heard["null"] == {*domain["intents"], "nlu_fallback"}
    assert heard["complaint_form"] == set(domain["forms"]["complaint_form"]["ignored_intents"])
