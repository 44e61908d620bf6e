import socket

import pytest

from bot.adapters.listening import check_port, choose_port, free_port
from bot.domain.errors import ConfigurationError


@pytest.fixture
def taken():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_in_use_is_told_with_its_number_and_its_setting(taken):
    with pytest.raises(ConfigurationError, match=rf"{taken}.*KESU_PORT"):
        check_port("127.0.0.1", taken, "KESU_PORT")


def test_a_host_that_is_not_this_machine_is_told_by_its_setting():
    with pytest.raises(ConfigurationError, match="KESU_HOST"):
        check_port("192.0.2.1", 0, "KESU_PORT")


def test_a_name_that_is_no_host_is_told_by_its_setting():
    with pytest.raises(ConfigurationError, match="KESU_HOST"):
        check_port("no such host", 0, "KESU_PORT")


def test_a_free_port_can_be_listened_on():
    port = free_port()
    check_port("127.0.0.1", port, "KESU_PORT")
    assert 20_000 <= port < 32_000


def test_a_port_that_was_chosen_is_kept_and_zero_takes_a_free_one(taken):
    free = free_port()
    assert choose_port("127.0.0.1", free, "KESU_RASA_PORT") == free
    assert choose_port("127.0.0.1", 0, "KESU_RASA_PORT") != taken


def test_a_host_of_the_metrics_that_is_not_this_machine_is_told_by_its_own_setting():
    with pytest.raises(ConfigurationError, match="KESU_METRICS_HOST"):
        check_port("192.0.2.1", 9108, "KESU_METRICS_PORT")
