"""Linear separators for labels: training, calibration, and confidences. Nothing here knows Rasa."""

from typing import FrozenSet, List, NamedTuple, Tuple
from zlib import crc32

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from scipy.special import log_softmax, softmax
from sklearn.svm import LinearSVC

SHARPNESS_RANGE = (0.1, 20.0)
TOLERANCE = 1e-2  # a finer solution reads no message differently and takes longer
NEVER_SEEN = -5.0  # the margin of a label that was not among those learned: far outside
ENOUGH_APART = 30  # fewer messages than this calibrate nothing


class Settings(NamedTuple):
    """How to train: the settings of `LinearClassifier`."""

    words_penalty: float
    meaning_penalty: float
    meaning_weight: float
    group_weight: float
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


def kept_apart(text: str) -> bool:
    """Whether a text (normal form) is one of the tenth on which confidences are calibrated.

    The desk's sentence encoder has never seen those either, so that what it makes of them is what it will
    make of a new customer's message. Chosen by the text alone, so that it is the same tenth everywhere.
    """
    return crc32(text.encode()) % 10 == 0


def separators(
    features: csr_matrix, words: int, names: np.ndarray, apart: np.ndarray, settings: Settings
) -> Separators:
    """Train on one row a message, its label's name, and whether it is kept apart for calibration.

    Of the features the first `words` columns count words, the others are the meaning. Confidences are
    calibrated on the messages kept apart, by separators that have not seen them; the final ones see all.
    """
    labels, right = np.unique(names, return_inverse=True)
    sharpness = 1.0
    if apart.sum() >= ENOUGH_APART and len(np.unique(names[~apart])) > 1:
        margins = _margins_of_unseen(features, words, names, apart, settings)

        wanted = np.arange(len(margins)), right[apart]

        def surprise(sharpness: float) -> float:
            return float(-log_softmax(sharpness * margins, axis=1)[wanted].mean())

        sharpness = float(minimize_scalar(surprise, bounds=SHARPNESS_RANGE, method="bounded").x)
    weights, biases = _fit(features, words, names, settings)
    return Separators(labels.tolist(), weights, biases, sharpness)


def _margins_of_unseen(
    features: csr_matrix, words: int, names: np.ndarray, apart: np.ndarray, settings: Settings
) -> np.ndarray:
    weights, biases = _fit(features[~apart], words, names[~apart], settings)
    columns = np.searchsorted(np.unique(names), np.unique(names[~apart]))
    margins = np.full((int(apart.sum()), len(np.unique(names))), NEVER_SEEN)
    margins[:, columns] = features[apart] @ weights + biases
    return margins


def _fit(
    features: csr_matrix, words: int, names: np.ndarray, settings: Settings
) -> Tuple[np.ndarray, np.ndarray]:
    """Return weights and biases, one column a label, in the labels' order.

    Words and meaning are learned apart and added up, each in units of its own spread: learned together, the
    encoder, which was adapted to most of these messages, would hardly leave the words anything to explain.
    """
    parts = []
    for part, penalty, weight in (
        (features[:, :words], settings.words_penalty, 1.0),
        (features[:, words:], settings.meaning_penalty, settings.meaning_weight),
    ):
        if part.shape[1]:
            weights, biases = _fit_part(part, names, penalty, settings)
            scale = weight / max(float(np.std(part @ weights + biases)), 1e-9)
            parts.append((weights * scale, biases * scale))
    return np.vstack([weights for weights, _ in parts]), np.sum([biases for _, biases in parts], axis=0)


def _fit_part(
    features: csr_matrix, names: np.ndarray, penalty: float, settings: Settings
) -> Tuple[np.ndarray, np.ndarray]:
    """Return weights and biases for some of the features.

    Each label's separator is moved by the one between complaints and everything else: it has seen far more
    messages, and being wrong about that is the worst mistake. The sum is again one separator a label.
    """
    labels = np.unique(names)
    weights, biases = _machine(features, names, penalty)
    talk = np.isin(labels, list(settings.conversation))
    if talk.all() or not talk.any():
        return weights, biases
    shared, bias = _machine(features, np.isin(names, labels[talk]), penalty)
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
