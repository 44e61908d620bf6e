"""The separators of dense features beside scikit-learn's."""

import numpy as np
from sklearn.svm import LinearSVC

from bot.nlu import squared_hinge


def messages(seed):
    chance = np.random.default_rng(seed)
    names = np.array(["water", "tea", "praise"])[chance.choice(3, 600, p=[0.7, 0.2, 0.1])]
    centres = {name: chance.normal(size=12) for name in np.unique(names)}
    features = np.array([centres[name] for name in names]) + chance.normal(scale=1.5, size=(600, 12))
    return features.astype(np.float32), names, chance.choice([1.0, 3.0], 600)


def test_the_separators_are_those_of_scikit_learn():
    features, names, counts = messages(1)
    stock = LinearSVC(C=0.05, class_weight="balanced", tol=1e-6, max_iter=10_000)
    stock.fit(features, names, sample_weight=counts)
    found = squared_hinge.fit(features, names, counts, 0.05)
    np.testing.assert_allclose(found[:-1], stock.coef_.T, atol=0.02)
    np.testing.assert_allclose(found[-1], stock.intercept_, atol=0.02)


def test_a_message_that_counts_twice_is_two_messages():
    features, _, _ = messages(2)
    twice = np.r_[np.arange(600), np.arange(60)]
    counts = np.where(np.arange(600) < 60, 2.0, 1.0)
    balanced = np.repeat(["water", "tea", "praise"], 200)
    balanced[:60] = np.tile(["water", "tea", "praise"], 20)
    once = squared_hinge.fit(features[twice], balanced[twice], np.ones(660), 0.05)
    counted = squared_hinge.fit(features, balanced, counts, 0.05)
    agree = (features @ once[:-1] + once[-1]).argmax(1) == (features @ counted[:-1] + counted[-1]).argmax(1)
    assert agree.mean() > 0.98
