"""What training and its checks are tested with."""

import pytest

from bot.domain.labels import ALL


@pytest.fixture
def root(tmp_path):
    """A project with one example for each label."""
    (tmp_path / "config.yml").write_text("language: zh\n")
    (tmp_path / "domain.yml").write_text("intents: [greet, {illness: {use_entities: []}}]\n")
    (tmp_path / "data" / "nlu").mkdir(parents=True)
    (tmp_path / "data" / "rules").mkdir()
    (tmp_path / "data" / "rules" / "all.yml").write_text("rules:\n- rule: r\n  steps:\n  - intent: greet\n")
    examples = "".join(f"- intent: {label}\n  examples: |\n    - 例句\n" for label in sorted(ALL))
    (tmp_path / "data" / "nlu" / "all.yml").write_text(f"nlu:\n{examples}")
    return tmp_path
