import os

import pytest

from bot.adapters.model_files import (
    archives,
    check_labels,
    chosen_model,
    find_archive,
    model_labels,
    newest_model,
)
from bot.domain.errors import ConfigurationError
from bot.domain.labels import ALL
from bot.settings import Settings
from tests.archives import model_archive
from tests.training_data import a_model


def test_the_newest_model_is_the_one_with_the_latest_time_in_its_name(tmp_path):
    for name in (
        "kesu-20260101-120000.tar.gz",
        "20260301-080000-merry-otter.tar.gz",
        "kesu-20260201-000000.tar.gz",
    ):
        (tmp_path / name).touch()
    os.utime(tmp_path / "kesu-20260101-120000.tar.gz")
    assert newest_model(tmp_path).name == "20260301-080000-merry-otter.tar.gz"


def test_a_model_without_a_time_in_its_name_counts_from_its_file_time(tmp_path):
    (tmp_path / "kesu-20260101-120000.tar.gz").touch()
    (tmp_path / "ours.tar.gz").touch()
    os.utime(tmp_path / "ours.tar.gz", (1_800_000_000, 1_800_000_000))  # January 2027
    assert newest_model(tmp_path).name == "ours.tar.gz"


def test_without_models_there_is_no_newest(tmp_path):
    (tmp_path / ".training-1").mkdir()
    assert newest_model(tmp_path) is None
    assert newest_model(tmp_path / "missing") is None


def test_a_chosen_model_wins_and_must_exist(tmp_path):
    chosen = tmp_path / "elsewhere.tar.gz"
    with pytest.raises(ConfigurationError, match=r"KESU_MODEL.*elsewhere"):
        chosen_model(Settings(models=tmp_path, model=chosen))
    chosen.touch()
    assert chosen_model(Settings(models=tmp_path / "models", model=chosen)) == chosen


def test_a_model_for_the_desks_labels_is_accepted(tmp_path):
    intents = [*sorted(ALL - {"greet"}), {"greet": {"use_entities": []}}, "nlu_fallback"]
    model = model_archive(tmp_path / "model.tar.gz", intents)
    check_labels(model)
    assert model_labels(model) == ALL


def test_a_model_for_other_labels_is_refused_by_name_with_the_way_out(tmp_path):
    model = model_archive(tmp_path / "old.tar.gz", [*sorted(ALL - {"illness"}), "weather"])
    with pytest.raises(ConfigurationError, match=r"old\.tar\.gz.*缺少 illness.*多出 weather.*make train"):
        check_labels(model)


@pytest.mark.parametrize("keep", [0, 10, 300])
def test_half_an_archive_is_told_by_name(tmp_path, keep):
    model = model_archive(tmp_path / "half.tar.gz", sorted(ALL))
    model.write_bytes(model.read_bytes()[:keep])
    with pytest.raises(ConfigurationError, match=r"half\.tar\.gz"):
        check_labels(model)


def test_an_archive_is_found_where_it_was_written_or_by_its_name_among_the_models(tmp_path):
    settings = Settings(models=tmp_path)
    (tmp_path / "candidates").mkdir()
    candidate = tmp_path / "candidates" / "kesu-1.tar.gz"
    candidate.touch()
    elsewhere = tmp_path / "elsewhere.tar.gz"
    elsewhere.touch()
    assert find_archive(settings, "kesu-1", "/moved/away/kesu-1.tar.gz") == candidate
    assert find_archive(settings, "named", str(elsewhere)) == elsewhere
    assert find_archive(settings, "gone", "/moved/away/gone.tar.gz") is None


def test_a_start_finds_no_archive_of_other_labels(tmp_path):
    model_archive(tmp_path / "kesu-20260101-120000.tar.gz", sorted(ALL))
    model_archive(tmp_path / "kesu-20260102-120000.tar.gz", sorted(ALL - {"illness"}))
    found = archives(Settings(models=tmp_path))
    assert found.newest.id == "kesu-20260102-120000"
    assert found.newest.made_at.isoformat() == "2026-01-02T12:00:00+00:00"
    assert found.find(a_model("kesu-20260101-120000"))
    assert found.find(a_model("kesu-20260102-120000")) is None
