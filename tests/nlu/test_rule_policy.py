import itertools
import json

import pytest
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.storage.resource import Resource
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, ActionExecutionRejected, ActiveLoop, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlu.context import FORM, labels
from bot.nlu.rule_policy import GroupedRules, QuickRulePolicy, quick

AFTER_LISTENING = {"prev_action": {"action_name": ACTION_LISTEN_NAME}}


@pytest.fixture(scope="module")
def trained(agent):
    nodes = agent.processor.graph_runner._instantiated_nodes.values()
    return next(node._component for node in nodes if isinstance(node._component, RulePolicy))


def dialogue(domain, label, *events):
    tracker = DialogueStateTracker("c-1", domain.slots)
    said = UserUttered("words", {"name": label, "confidence": 1.0})
    tracker.update_with_events([ActionExecuted(ACTION_LISTEN_NAME), said, *events], domain)
    return tracker


def dialogues(domain):
    """Every label, with and without a question open, before and after every action of the desk."""
    actions = [name for name in domain.action_names_or_texts if name.startswith("action_")]
    for label in sorted(labels(domain)):
        yield dialogue(domain, label)
        yield dialogue(domain, label, ActiveLoop(FORM))
        yield dialogue(domain, label, ActiveLoop(FORM), ActionExecutionRejected(FORM))
        for action, form in itertools.product(actions, (FORM, None)):
            yield dialogue(domain, label, ActiveLoop(form), ActionExecuted(action))
        yield dialogue(
            domain, label, ActionExecuted("action_hear_complaint"), ActiveLoop(FORM), ActionExecuted(FORM)
        )


def test_the_quick_policy_predicts_what_rasas_own_does(agent, trained):
    own = QuickRulePolicy(trained)
    for tracker in dialogues(agent.domain):
        quickly = own.predict_action_probabilities(tracker, agent.domain)
        slowly = trained.predict_action_probabilities(tracker, agent.domain)
        assert quickly.probabilities == slowly.probabilities
        assert quickly.events == slowly.events
        assert quickly.is_no_user_prediction == slowly.is_no_user_prediction
        assert quickly.hide_rule_turn == slowly.hide_rule_turn


def test_the_policy_that_was_taken_over_stays_as_it_is(trained):
    before = dict(trained.lookup)
    assert type(quick(trained)) is QuickRulePolicy
    assert trained.lookup == before
    assert not any(isinstance(rules, GroupedRules) for rules in trained.lookup.values())


def test_only_rules_that_end_like_the_dialogue_are_looked_at():
    key = json.dumps([{**AFTER_LISTENING, "user": {"intent": "greet"}}])
    other = json.dumps([{**AFTER_LISTENING, "user": {"intent": "thank"}}])
    anything = json.dumps([AFTER_LISTENING])
    rules = GroupedRules({key: "action_greet", other: "action_thank", anything: "action_ask_again"})
    near = rules.near({**AFTER_LISTENING, "user": {"intent": "greet"}})
    assert near == {key: "action_greet", anything: "action_ask_again"}


def test_a_rule_that_names_a_text_is_followed(agent, trained, context):
    rule = json.dumps([{**AFTER_LISTENING, "user": {"text": "words"}}])
    policy = RulePolicy(
        dict(trained.config),
        trained._model_storage,
        Resource("policy"),
        context,
        featurizer=trained.featurizer,
        lookup={**trained.lookup, "rules": {rule: "action_greet"}},
    )
    found = quick(policy).predict_action_probabilities(dialogue(agent.domain, "thank"), agent.domain)
    assert found.is_end_to_end_prediction
    assert found.max_confidence_index == agent.domain.index_for_action("action_greet")
