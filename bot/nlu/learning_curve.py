"""`python -m bot.nlu.learning_curve`: what the classifier makes of texts after fewer training messages.

Features are computed once, over all training messages; only the classifier is trained anew for each number of
messages a label.

Standard input: {"texts": [...], "rows": [10, 20, …, null]}, null for all messages there are. Standard output:
for each number a line {"rows", "messages", "labels": [one for each text, null where it is not understood]}.
"""

import argparse
import json
import random
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Type

from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, TEXT
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import class_from_module_path
from rasa.shared.utils.io import read_yaml_file

CHUNK = 64  # messages featurized together
SEED = 0


class Part(NamedTuple):
    """A component of the pipeline: its class, its settings and a name of its own."""

    kind: Type[GraphComponent]
    config: Dict[str, Any]
    name: str

    @property
    def classifies(self) -> bool:
        """Whether it says which label a message carries."""
        return issubclass(self.kind, IntentClassifier)

    @property
    def extracts(self) -> bool:
        """Whether it only looks for facts."""
        return issubclass(self.kind, EntityExtractorMixin) and not self.classifies

    def trained(self, data: TrainingData, storage: ModelStorage) -> Any:  # noqa: ANN401 -- some component
        """Return it as it would be in a model that was trained on `data`."""
        given = (
            self.config,
            storage,
            Resource(self.name),
            ExecutionContext(GraphSchema({}), node_name=self.name),
        )
        component = self.kind.create(*given)
        if not hasattr(component, "train"):
            return component
        component.train(data)
        return self.kind.load(*given)


def parts(config: Dict[str, Any]) -> List[Part]:
    """Return the components of a configuration, in their order."""
    found = []
    for place, item in enumerate(config["pipeline"]):
        kind = class_from_module_path(item["name"])
        found.append(Part(kind, {**kind.get_default_config(), **item}, f"{place}.{kind.__name__}"))
    return found


def featurize(pipeline: List[Part], data: TrainingData, asked: List[Message], storage: ModelStorage) -> None:
    """Put features on the training messages and on those asked about."""
    for part in pipeline:
        component = part.trained(data, storage)
        component.process_training_data(data)
        for start in range(0, len(asked), CHUNK):
            component.process(asked[start : start + CHUNK])


def subset(data: TrainingData, rows: Optional[int]) -> TrainingData:
    """Return at most `rows` messages of each label, chosen by lot; a larger subset holds the smaller ones."""
    by_label = defaultdict(list)
    for message in data.intent_examples:
        by_label[message.get(INTENT)].append(message)
    chosen = []
    for label in sorted(by_label):
        messages = by_label[label]
        random.Random(SEED).shuffle(messages)  # noqa: S311 -- the same lot each time
        chosen += messages[:rows]
    return TrainingData(training_examples=chosen)


def labels(
    pipeline: List[Part], data: TrainingData, asked: List[Message], storage: ModelStorage
) -> List[Any]:
    """Return the label that the classifiers, trained on `data`, give each message asked about."""
    again = [Message(dict(message.data), features=list(message.features)) for message in asked]
    for part in pipeline:
        part.trained(data, storage).process(again)
    taken = [(message.get(INTENT) or {}).get(INTENT_NAME_KEY) for message in again]
    return [None if label == DEFAULT_NLU_FALLBACK_INTENT_NAME else label for label in taken]


def curve(
    config: Dict[str, Any], data: TrainingData, texts: List[str], numbers: List[Optional[int]]
) -> Iterator[Dict[str, Any]]:
    """Yield a point of the curve for each number of messages a label (None: all)."""
    pipeline = parts(config)
    first = next(place for place, part in enumerate(pipeline) if part.classifies)
    asked = [Message({TEXT: text}) for text in texts]
    with tempfile.TemporaryDirectory() as folder:
        storage = LocalModelStorage.create(Path(folder))
        featurize([part for part in pipeline[:first] if not part.extracts], data, asked, storage)
        classifiers = [part for part in pipeline[first:] if part.classifies]
        for rows in numbers:
            fewer = subset(data, rows)
            read = labels(classifiers, fewer, asked, storage)
            yield {"rows": rows, "messages": len(fewer.training_examples), "labels": read}


def main() -> None:
    """Read the question, write the points as they come."""
    parser = argparse.ArgumentParser(prog="python -m bot.nlu.learning_curve", description="See the module.")
    parser.add_argument("--config", default="config.yml", help="default: %(default)s")
    parser.add_argument("--data", default="data/nlu", help="default: %(default)s")
    options = parser.parse_args()
    question = json.load(sys.stdin)
    data = load_data(options.data)
    for point in curve(read_yaml_file(options.config), data, question["texts"], question["rows"]):
        print(json.dumps(point, ensure_ascii=False), flush=True)  # noqa: T201 -- the answer


if __name__ == "__main__":
    main()
