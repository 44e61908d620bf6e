import pytest
from rasa.engine.graph import GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner

from bot.nlu.graph_runner import DirectRunner


class Adder(GraphComponent):
    """A component that adds what it is given and notes that it ran."""

    def __init__(self, ran, name):
        self.ran, self.name = ran, name

    @classmethod
    def create(cls, config, model_storage, resource, execution_context):
        return cls(config["ran"], execution_context.node_name)

    def add(self, **given):
        self.ran.append(self.name)
        return sum(given.values())

    def refuse(self, **given):
        raise ValueError(str(given))


def graph(ran, context, model_storage, **nodes):
    schema = {
        name: SchemaNode(
            needs, Adder, "create", "refuse" if name == "refuser" else "add", {"ran": ran}, eager=True
        )
        for name, needs in nodes.items()
    }
    return DaskGraphRunner.create(GraphSchema(schema), model_storage, context)


@pytest.fixture
def ran():
    return []


@pytest.fixture
def loaded(ran, context, model_storage):
    return graph(
        ran,
        context,
        model_storage,
        total={"one": "left", "two": "right"},
        left={"one": "__start__", "two": "shared"},
        right={"one": "shared"},
        shared={"one": "__start__"},
        aside={"one": "__start__"},
        refuser={"one": "__start__"},
    )


def test_what_a_node_gives_may_be_given_instead(loaded, ran):
    found = DirectRunner(loaded).run({"__start__": 1, "left": 5, "shared": 1}, ["total"])
    assert found == {"total": 6}
    assert sorted(ran) == ["right", "total"]


def test_a_run_gives_what_rasas_own_gives(loaded):
    asked = {"inputs": {"__start__": 1}, "targets": ["total", "right"]}
    assert DirectRunner(loaded).run(**asked) == loaded.run(**asked) == {"total": 3, "right": 1}


def test_every_node_runs_once_after_those_it_needs_and_no_other_runs(loaded, ran):
    runner = DirectRunner(loaded)
    for _ in range(2):
        ran.clear()
        runner.run({"__start__": 1}, ["total"])
        assert ran == ["shared", "left", "right", "total"]


def test_an_input_takes_the_place_of_a_node(loaded, ran):
    assert DirectRunner(loaded).run({"__start__": 1, "shared": 10}, ["right"]) == {"right": 10}
    assert ran == ["right"]


def test_what_a_component_raises_comes_through(loaded):
    with pytest.raises(ValueError, match="one"):
        DirectRunner(loaded).run({"__start__": 1}, ["refuser"])


def test_components_can_be_replaced(loaded):
    class Negative(Adder):
        def __init__(self, taken_over):
            self.__dict__.update(vars(taken_over))

        def add(self, **given):
            return -super().add(**given)

    runner = DirectRunner(loaded, Negative)
    asked = {"inputs": {"__start__": 1}, "targets": ["right"]}
    assert runner.run(**asked) == {"right": 1}  # twice negative
    assert loaded.run(**asked) == {"right": 1}
    assert runner.run({"__start__": 1}, ["shared"]) == {"shared": -1}
