"""Linear separators for labels: training, calibration, and confidences. Nothing here knows Rasa."""

from typing import FrozenSet, List, NamedTuple, Tuple

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from scipy.special import log_softmax, softmax
from sklearn.svm import LinearSVC

SHARPNESS_RANGE = (0.1, 20.0)
TOLERANCE = 1e-2  # a finer solution reads no message differently and takes longer
NEVER_SEEN = -2.0  # the margin of a label of which a fold saw no message: far outside


class Settings(NamedTuple):
    """How to train: the settings of `LinearClassifier`."""

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
        self.signs: List[str] = []  # the texts without letter or digit that training has seen

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
