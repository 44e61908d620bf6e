"""Facts that are learned in a process of their own, beside a training."""

import subprocess
import sys

import pytest
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_config_file

from bot.nlu.beside import beside, learned_beside
from bot.nlu.extractor import FactExtractor
from bot.nlu.fact_learning import give_words, identity, learned_from, tagger, untrained
from bot.nlu.importer import TrainingFiles

CONFIG = """
recipe: default.v1
language: zh
pipeline:
  - name: bot.nlu.normalizer.ChineseNormalizer
  - name: bot.nlu.tokenizer.ChineseTokenizer
  - name: bot.nlu.extractor.FactExtractor
    rounds: 5
"""
DATA = """
version: "3.1"
nlu:
- intent: food.quality
  examples: |
    - [绿茶](product)里有虫
    - [前天](date)买的[牛奶](product)是酸的
    - 太难吃了
    - 肉是臭的
    - 汤里有头发
    - 饭没熟
"""


@pytest.fixture
def files(tmp_path):
    config, data = tmp_path / "config.yml", tmp_path / "nlu.yml"
    config.write_text(CONFIG, encoding="utf-8")
    data.write_text(DATA, encoding="utf-8")
    return str(config), [str(data)]


@pytest.fixture
def settings():
    return {**FactExtractor.get_default_config(), "rounds": 5}


def messages(files, settings):
    config, data = files
    return learned_from(TrainingFiles(config, None, data).get_nlu_data(), settings)


def test_what_is_learned_beside_is_what_would_be_learned_here(files, settings):
    chosen = messages(files, settings)
    with beside(*files):
        there = learned_beside(identity(chosen, settings))
    give_words(TrainingData(chosen), read_config_file(files[0]))
    assert there == tagger(untrained(settings), chosen, settings)


def test_a_tagger_of_other_messages_or_settings_has_to_be_learned_here(files, settings):
    chosen = messages(files, settings)
    with beside(*files):
        assert learned_beside(identity(chosen, {**settings, "rounds": 6})) is None
        assert learned_beside(identity(chosen[:-1], settings)) is None


def test_without_another_process_nothing_is_learned_beside(files, settings):
    assert learned_beside(identity(messages(files, settings), settings)) is None


def test_a_process_that_fails_leaves_the_learning_to_the_training(files, settings):
    chosen = messages(files, settings)
    with beside(files[0], ["no such folder"]):
        assert learned_beside(identity(chosen, settings)) is None


def test_of_messages_without_facts_one_in_factless_is_learned(files, settings):
    assert len(messages(files, {**settings, "factless": 1})) == 6
    assert len(messages(files, {**settings, "factless": 4})) == 3


def test_a_training_begins_to_learn_facts_before_rasa_is_imported():
    loaded = "import sys, bot.nlu.training; print(sorted(name for name in sys.modules if name == 'rasa'))"
    command = [sys.executable, "-W", "ignore", "-c", loaded]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"
