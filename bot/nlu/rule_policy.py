"""Rasa's rule policy with the same predictions for less work: it looks only at rules that can apply."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.engine.graph import GraphComponent
from rasa.shared.core.constants import PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT, TEXT

State = Mapping[str, Mapping[str, Any]]
Kind = tuple[Optional[str], Optional[str]]  # the action before and the label it follows; None: whatever it is


class GroupedRules(dict[str, str]):
    """A lookup of rules that knows which of them end in a state with a certain action and label."""

    def __init__(self, rules: Mapping[str, str]) -> None:
        super().__init__(rules)
        self.reads_text = False
        self._groups: dict[Kind, dict[str, str]] = {}
        for key, action in rules.items():
            states = RulePolicy._rule_key_to_state(key)  # noqa: SLF001 -- it knows how it wrote its keys
            self._groups.setdefault(_kind(states[-1]), {})[key] = action
            self.reads_text |= any(TEXT in state.get(USER, {}) for state in states)

    def near(self, state: State) -> dict[str, str]:
        """Return the rules whose last state may match, for a state after some action."""
        action, label = _kind(state)
        found: dict[str, str] = {}
        for kind in {(action, label), (action, None), (None, label), (None, None)}:
            found.update(self._groups.get(kind, {}))
        return found


def _kind(state: State) -> Kind:
    values = state.get(PREVIOUS_ACTION, {}).get(ACTION_NAME), state.get(USER, {}).get(INTENT)
    action, label = (value if value != SHOULD_NOT_BE_SET else None for value in values)
    return action, label


class QuickRulePolicy(RulePolicy):
    """Takes over a trained rule policy, for predictions only.

    Rasa's own compares each state of the dialogue with every rule, and does all that twice, first with the
    text in place of the label, though rules are free to name no text.
    """

    def __init__(self, trained: RulePolicy) -> None:
        self.__dict__.update(vars(trained))
        grouped = {name: GroupedRules(trained.lookup[name]) for name in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH)}
        self.lookup = {**trained.lookup, **grouped}
        self._reads_text = any(rules.reads_text for rules in grouped.values())

    def _find_action_from_rules(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool,  # noqa: FBT001 -- Rasa passes it by name
    ) -> tuple[Optional[str], Optional[str], bool]:
        if use_text_for_last_user_input and not self._reads_text:
            return None, None, False
        return super()._find_action_from_rules(tracker, domain, use_text_for_last_user_input)

    def _get_possible_keys(self, lookup: dict[str, str], states: list[State]) -> set[str]:
        if isinstance(lookup, GroupedRules) and states and states[-1].get(PREVIOUS_ACTION):
            lookup = lookup.near(states[-1])
        return super()._get_possible_keys(lookup, states)


def quick(component: GraphComponent) -> GraphComponent:
    """Return the quick kind of a component, where there is one."""
    return QuickRulePolicy(component) if type(component) is RulePolicy else component
