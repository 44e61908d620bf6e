"""The delivered packs, copied to be spoilt, and a shop's own pack."""

import copy
import shutil

import pytest

from tests.shop_pack import PACKS, SHOP


@pytest.fixture
def shop():
    return copy.deepcopy(SHOP)


@pytest.fixture
def packs(tmp_path):
    shutil.copytree(PACKS, tmp_path / "handbook")
    return tmp_path / "handbook"
