"""Which label a message carries: a linear separator for each, and confidences that mean what they say."""

from typing import Any, Dict, FrozenSet, List, NamedTuple, Optional, Tuple, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack, vstack
from scipy.special import log_softmax, softmax
from sklearn.svm import LinearSVC

from bot.nlu.fingerprint import understanding_code

WEIGHTS_FILE = "separators.npz"
SHARPNESS_RANGE = (0.1, 20.0)
TOLERANCE = 1e-2  # a finer solution reads no message differently and takes longer
NEVER_SEEN = -2.0  # the margin of a label of which a fold saw no message: far outside


class TrainingDataError(RasaException):
    """The training data can't teach a classifier anything; the message says what is missing."""


class Settings(NamedTuple):
    """How to train: see `LinearClassifier.get_default_config`."""

    penalty: float
    group_weight: float
    folds: int
    conversation: FrozenSet[str]


class Separators:
    """A trained classifier: weights and biases for each label, and how sharply margins become confidences."""

    def __init__(self, labels: List[str], weights: np.ndarray, biases: np.ndarray, sharpness: float) -> None:
        self.labels = labels
        self.weights = weights
        self.biases = biases
        self.sharpness = sharpness

    def confidences(self, features: csr_matrix) -> np.ndarray:
        """Return one row a message, one column a label, rows summing to one."""
        return softmax(self.sharpness * (features @ self.weights + self.biases), axis=1)


def separators(features: csr_matrix, names: np.ndarray, settings: Settings) -> Separators:
    """Train on one row a message and its label's name.

    Confidences are calibrated on messages that the separators under test have not seen.
    """
    margins = _unseen_margins(features, names, settings)
    labels, right = np.unique(names, return_inverse=True)

    def surprise(sharpness: float) -> float:
        return float(-log_softmax(sharpness * margins, axis=1)[np.arange(len(right)), right].mean())

    sharpness = minimize_scalar(surprise, bounds=SHARPNESS_RANGE, method="bounded").x
    weights, biases = _fit(features, names, settings)
    return Separators(labels.tolist(), weights, biases, float(sharpness))


def _fit(features: csr_matrix, names: np.ndarray, settings: Settings) -> Tuple[np.ndarray, np.ndarray]:
    """Return weights and biases, one column a label, in the labels' order.

    Each label's separator is moved by the one between complaints and everything else: it has seen far more
    messages, and being wrong about that is the worst mistake. The sum is again one separator a label.
    """
    labels = np.unique(names)
    weights, biases = _machine(features, names, settings.penalty)
    talk = np.isin(labels, list(settings.conversation))
    if talk.all() or not talk.any():
        return weights, biases
    shared, bias = _machine(features, np.isin(names, labels[talk]), settings.penalty)
    column = talk.astype(int)  # of the two groups, False (complaint) comes first
    return weights + settings.group_weight * shared[:, column], biases + settings.group_weight * bias[column]


def _machine(features: csr_matrix, names: np.ndarray, penalty: float) -> Tuple[np.ndarray, np.ndarray]:
    machine = LinearSVC(C=penalty, class_weight="balanced", tol=TOLERANCE, random_state=0).fit(
        features, names
    )
    weights, biases = machine.coef_.T, machine.intercept_
    if weights.shape[1] == 1:  # for two classes scikit-learn keeps one separator
        weights, biases = np.hstack([-weights, weights]), np.hstack([-biases, biases])
    return weights.astype(np.float32), biases.astype(np.float32)


def _unseen_margins(features: csr_matrix, names: np.ndarray, settings: Settings) -> np.ndarray:
    labels = np.unique(names)
    margins = np.full((len(names), len(labels)), NEVER_SEEN)
    order = np.random.default_rng(0).permutation(len(names))
    for part in range(settings.folds):
        unseen = order[part :: settings.folds]
        seen = np.setdiff1d(order, unseen)
        if len(np.unique(names[seen])) > 1:
            weights, biases = _fit(features[seen], names[seen], settings)
            columns = np.searchsorted(labels, np.unique(names[seen]))
            margins[np.ix_(unseen, columns)] = features[unseen] @ weights + biases
    return margins


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearClassifier(GraphComponent, IntentClassifier):
    """Ranks the labels of a message by linear separators over all its sentence features."""

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        trained: Optional[Separators] = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._trained = trained

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Return the settings.

        `penalty`: how much a misread training message costs; `dense_weight`: how much sentence vectors count
        beside words; `conversation_labels`: the labels that are no complaints; `group_weight`: how much the
        separator between those and complaints counts; `folds`: parts for calibration; `ranking_length`: how
        many labels a message's ranking holds.
        """
        return {
            "penalty": 1.0,
            "dense_weight": 0.7,
            "conversation_labels": [],
            "group_weight": 0.6,
            "folds": 3,
            "ranking_length": 10,
        }

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """At least one featurizer."""
        return [Featurizer]

    @staticmethod
    def required_packages() -> List[str]:
        """scikit-learn."""
        return ["sklearn"]

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:  # noqa: ARG003 -- Rasa passes it by name
        """Train again when this package's code has changed."""
        return understanding_code()

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> "LinearClassifier":
        """Create the component for training."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
        **kwargs: Any,  # noqa: ANN401, ARG003
    ) -> "LinearClassifier":
        """Load weights from the model."""
        with (
            model_storage.read_from(resource) as folder,
            np.load(folder / WEIGHTS_FILE, allow_pickle=False) as kept,
        ):
            trained = Separators(
                kept["labels"].tolist(), kept["weights"], kept["biases"], float(kept["sharpness"])
            )
        return cls(config, model_storage, resource, trained)

    def train(self, training_data: TrainingData) -> Resource:
        """Train on every message with text and label. Raises TrainingDataError on fewer than two labels."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        names = np.array([example.get(INTENT) for example in examples])
        if len(set(names)) < 2:  # noqa: PLR2004 -- nothing to tell apart
            raise TrainingDataError(
                "data/nlu: the training data holds fewer than two labels. Write examples for two or more."
            )
        settings = Settings(
            self._config["penalty"],
            self._config["group_weight"],
            self._config["folds"],
            frozenset(self._config["conversation_labels"]),
        )
        trained = separators(self._features(examples), names, settings)
        with self._model_storage.write_to(self._resource) as folder:
            np.savez(folder / WEIGHTS_FILE, **vars(trained))
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the likeliest label and the ranking of each message."""
        if not messages or self._trained is None:
            return messages
        confidences = self._trained.confidences(self._features(messages))
        for message, row in zip(messages, confidences, strict=True):
            best = np.argsort(-row)[: self._config["ranking_length"]]
            ranking = [
                {"name": self._trained.labels[column], "confidence": float(row[column])} for column in best
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _features(self, messages: List[Message]) -> csr_matrix:
        return vstack([self._row(message) for message in messages], format="csr", dtype=np.float32)

    def _row(self, message: Message) -> csr_matrix:
        parts = []
        _, counted = message.get_sparse_features(TEXT)
        if counted is not None:
            parts.append(counted.features)
        _, meaning = message.get_dense_features(TEXT)
        if meaning is not None:
            parts.append(csr_matrix(meaning.features * self._config["dense_weight"]))
        return hstack(parts, format="csr", dtype=np.float32)
