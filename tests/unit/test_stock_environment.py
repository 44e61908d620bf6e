"""Stock Rasa's environment, beside which the desk is measured."""

import tomllib

from bot.settings import ROOT


def asked_for(folder):
    with (ROOT / folder / "pyproject.toml").open("rb") as file:
        return set(tomllib.load(file)["project"]["dependencies"])


def test_stock_rasa_can_load_our_components_it_has_all_libraries_of_the_room():
    assert asked_for("bot/nlu") - asked_for("benchmarks/stock") == set()
