"""Linear separators for labels: training, calibration, and confidences. Nothing here knows Rasa."""

from typing import FrozenSet, List, NamedTuple, Sequence, Tuple
from zlib import crc32

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from scipy.special import log_softmax, softmax
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from bot.nlu import squared_hinge
from bot.nlu.cores import mapped

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


class Fit(NamedTuple):
    """Weights, one row a feature and one column a label, and a bias for each label."""

    weights: np.ndarray
    biases: np.ndarray


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
    features: csr_matrix,
    words: int,
    names: np.ndarray,
    weights: np.ndarray,
    apart: np.ndarray,
    settings: Settings,
) -> Separators:
    """Train on one row a message, its label's name, how much it counts, and whether it calibrates.

    Of the features the first `words` columns count words, the others are the meaning. Confidences are
    calibrated on the messages kept apart, by separators that have not seen them; the final ones see all.
    """
    labels, right = np.unique(names, return_inverse=True)
    calibrates = apart.sum() >= ENOUGH_APART and len(np.unique(names[~apart])) > 1
    learned = [np.ones(len(names), dtype=bool), *([~apart] if calibrates else [])]
    fit, *others = _fits(features, words, names, weights, learned, settings)
    sharpness = 1.0
    if calibrates:
        margins = np.full((int(apart.sum()), len(labels)), NEVER_SEEN)
        columns = np.searchsorted(labels, np.unique(names[~apart]))
        margins[:, columns] = features[apart] @ others[0].weights + others[0].biases
        sharpness = _sharpness(margins, right[apart])
    return Separators(labels.tolist(), fit.weights, fit.biases, sharpness)


def cross_validated(
    features: csr_matrix,
    words: int,
    names: np.ndarray,
    weights: np.ndarray,
    folds: np.ndarray,
    apart: np.ndarray,
    settings: Settings,
) -> Tuple[np.ndarray, np.ndarray]:
    """Return the labels, and one row of confidences a message by separators that have not seen its fold.

    How sharp confidences are is fitted on the messages kept apart, as in training.
    """
    labels, right = np.unique(names, return_inverse=True)
    learned = [folds != fold for fold in np.unique(folds)]
    margins = np.full((len(names), len(labels)), NEVER_SEEN)
    for rows, fit in zip(learned, _fits(features, words, names, weights, learned, settings), strict=True):
        columns = np.searchsorted(labels, np.unique(names[rows]))
        margins[np.ix_(~rows, columns)] = features[~rows] @ fit.weights + fit.biases
    sharpness = _sharpness(margins[apart], right[apart]) if apart.sum() >= ENOUGH_APART else 1.0
    return labels, softmax(sharpness * margins, axis=1)


def _sharpness(margins: np.ndarray, right: np.ndarray) -> float:
    """Return how sharply margins become confidences that are least surprised by the right columns."""
    wanted = np.arange(len(margins)), right

    def surprise(sharpness: float) -> float:
        return float(-log_softmax(sharpness * margins, axis=1)[wanted].mean())

    return float(minimize_scalar(surprise, bounds=SHARPNESS_RANGE, method="bounded").x)


def _fits(
    features: csr_matrix,
    words: int,
    names: np.ndarray,
    weights: np.ndarray,
    learned: List[np.ndarray],
    settings: Settings,
) -> List[Fit]:
    """Return a fit, one column a label in the labels' order, for each choice of rows.

    Words and meaning are learned apart and added up, each in units of its own spread: learned together, the
    encoder, which was adapted to most of these messages, would hardly leave the words anything to explain.
    """
    parts = [
        (features[:, :words], settings.words_penalty, 1.0),
        (features[:, words:], settings.meaning_penalty, settings.meaning_weight),
    ]
    parts = [(part, penalty, share) for part, penalty, share in parts if part.shape[1]]
    tasks = [
        (part[rows], names[rows], weights[rows], penalty, share)
        for rows in learned
        for part, penalty, share in parts
    ]
    with threadpool_limits(1, "blas"):  # each fit has a core of its own
        fits = list(mapped(lambda task: _scaled(*task, settings), tasks))
    return [_added(fits[start : start + len(parts)]) for start in range(0, len(fits), len(parts))]


def _scaled(
    part: csr_matrix,
    names: np.ndarray,
    weights: np.ndarray,
    penalty: float,
    share: float,
    settings: Settings,
) -> Fit:
    fit = _fit_part(part, names, weights, penalty, settings)
    scale = share / max(float(np.std(part @ fit.weights + fit.biases)), 1e-9)
    return Fit(fit.weights * scale, fit.biases * scale)


def _added(fits: Sequence[Fit]) -> Fit:
    return Fit(np.vstack([fit.weights for fit in fits]), np.sum([fit.biases for fit in fits], axis=0))


def _fit_part(
    features: csr_matrix, names: np.ndarray, counts: np.ndarray, penalty: float, settings: Settings
) -> Fit:
    """Learn from some of the features.

    Each label's separator is moved by the one between complaints and everything else: it has seen far more
    messages, and being wrong about that is the worst mistake. The sum is again one separator a label.
    """
    labels = np.unique(names)
    weights, biases = _machine(features, names, counts, penalty)
    talk = np.isin(labels, list(settings.conversation))
    if talk.all() or not talk.any():
        return Fit(weights, biases)
    shared, bias = _machine(features, np.isin(names, labels[talk]), counts, penalty)
    column = talk.astype(int)  # of the two groups, False (complaint) comes first
    return Fit(
        weights + settings.group_weight * shared[:, column], biases + settings.group_weight * bias[column]
    )


def _machine(features: csr_matrix, names: np.ndarray, counts: np.ndarray, penalty: float) -> Fit:
    """Learn one separator a label; scikit-learn is quick where most features are absent."""
    if features.nnz == np.prod(features.shape) and len(np.unique(names)) > 2:  # noqa: PLR2004 -- two share one separator
        found = squared_hinge.fit(features.toarray(), names, counts, penalty)
        return Fit(found[:-1], found[-1])
    machine = LinearSVC(C=penalty, class_weight="balanced", tol=TOLERANCE, random_state=0)
    machine.fit(features, names, sample_weight=counts)
    weights, biases = machine.coef_.T, machine.intercept_
    if weights.shape[1] == 1:  # for two classes scikit-learn keeps one separator
        weights, biases = np.hstack([-weights, weights]), np.hstack([-biases, biases])
    return Fit(weights.astype(np.float32), biases.astype(np.float32))
