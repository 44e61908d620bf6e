"""The listener for Prometheus: there when it was asked for, with the figures of a real database."""

from types import SimpleNamespace

import pytest
from aiohttp import ClientSession

from bot.adapters.listening import free_port
from bot.domain.wechat_errors import WechatError
from bot.monitoring import measured, monitored
from bot.services.ports import ApiQuota
from bot.services.promotion import Serving
from bot.settings import load_settings

HEALTH = SimpleNamespace(ready=True, leaving=False)


@pytest.fixture
def settings(monkeypatch):
    monkeypatch.delenv("KESU_METRICS_PORT", raising=False)
    return load_settings().having(metrics_port=free_port())


@pytest.fixture
def told(desk, database, settings):
    """What the listener tells; `wechat` stands for the channels."""

    async def told(wechat=None):
        whole = SimpleNamespace(settings=settings, database=database, clock=desk.clock)
        async with (
            monitored(measured(settings), whole, HEALTH, lambda: Serving("kesu-1"), wechat=wechat),
            ClientSession() as session,
        ):
            await desk.say("在吗")
            async with session.get(f"http://127.0.0.1:{settings.metrics_port}/metrics") as answer:
                assert answer.status == 200
                assert answer.content_type == "text/plain"
                return (await answer.text()).splitlines()

    return told


async def test_prometheus_reads_the_figures_of_the_process_and_of_the_database(told):
    lines = await told()
    assert 'kesu_model_info{model="kesu-1"} 1.0' in lines
    assert "kesu_database_up 1.0" in lines
    assert 'kesu_messages_total{channel="web",direction="in"} 1.0' in lines
    assert 'kesu_conversations{owner="bot"} 1.0' in lines


async def test_a_conversation_s_words_and_ids_stand_in_no_metric(told, desk):
    lines = "\n".join(await told())
    (first, *_) = await desk.transcript()
    for secret in ("在吗", first.id, first.conversation_id, "visitor"):
        assert secret not in lines


async def test_the_quota_is_told_as_wechat_gives_it_and_not_at_all_when_it_doesn_t(told):
    class Official:
        says = ApiQuota(500, 100, 400)

        async def quota(self, _path):
            if self.says is None:
                raise WechatError("busy", -1)
            return self.says

    official = Official()
    wechat = SimpleNamespace(clients=SimpleNamespace(official=official))
    assert "kesu_wechat_quota_left 400.0" in await told(wechat)
    official.says = None
    assert not [line for line in await told(wechat) if line.startswith("kesu_wechat_quota")]


def test_without_a_port_nothing_is_measured(settings):
    assert measured(settings.having(metrics_port=None)) is None
