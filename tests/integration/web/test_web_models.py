"""The pages of models: the list, a training under way, the gate, and putting one into service."""

from dataclasses import replace

import pytest

from bot.domain.model import ModelState
from bot.domain.people import Role
from tests.doors import send_form, sign_in
from tests.models import BAD_EXAMPLE, DATA, a_model, bad_report, good_report, put, stored

PATH = "/desk/training/models"
ID = "kesu-20260318-020000"
ONE = f"{PATH}/{ID}"
OLD = "kesu-20260101-000000"


@pytest.fixture
async def zhou(door, client):
    user = await door.person("zhou", "周敏", Role.SUPERVISOR)
    await sign_in(client, "zhou")
    return user


async def page(client, path=ONE):
    answer = await client.get(path)
    assert answer.status == 200
    return await answer.text()


async def live(door):
    async with door.desk.units() as uow:
        return await uow.models.live()


async def test_an_empty_list_says_so_and_offers_a_training(client, zhou):
    text = await page(client, PATH)
    assert all(words in text for words in ("还没有登记过模型", "训练新模型"))


async def test_the_list_tells_each_models_state_maker_size_and_service(client, door, zhou):
    now = door.desk.clock.now()
    await put(
        door.desk.units,
        a_model(OLD, ModelState.LIVE, made_by="terminal", rows=2999, seconds=61.4, live_from=now),
        a_model(ID, found=bad_report(), made_by=zhou.id, rows=3003, data=DATA),
        live=OLD,
    )
    text = await page(client, PATH)
    for words in (
        "使用中",
        "2999 条例句",
        "训练 61 秒",
        "命令行",
        "候选",
        "3003 条例句（含纠正 3 条）",
        "没有通过检验",
    ):
        assert words in text
    assert "周敏" in text


async def test_a_training_is_asked_for_and_shown(client, door, zhou):
    answer = await send_form(client, PATH)
    assert answer.status == 303
    text = await page(client, answer.headers["Location"])
    assert all(words in text for words in ("正在训练", "等待开始", "取消训练", "不显示百分比"))
    assert "正在训练，查看进度" in await page(client, PATH)


async def test_a_second_training_is_refused_in_words(client, door, zhou):
    await put(door.desk.units, a_model(ID, ModelState.TRAINING))
    answer = await send_form(client, PATH)
    assert answer.status == 409
    assert "已有一个模型正在训练" in await answer.text()


async def test_how_far_a_training_is_stands_on_its_page(client, door, zhou):
    running = {"progress": 40, "phase": "计算句子的意思", "losses": 1}
    await put(door.desk.units, a_model(ID, ModelState.TRAINING, **running))
    text = await page(client)
    assert all(words in text for words in ("计算句子的意思 · 约 40%", 'value="40"', "已重新开始"))


async def test_the_log_is_plain_text(client, door, zhou):
    await put(door.desk.units, a_model(ID, ModelState.FAILED, error="磁盘已满"))
    answer = await client.get(f"{ONE}/log")
    assert (answer.content_type, await answer.text()) == ("text/plain", f"log of {ID}")
    assert "磁盘已满" in await page(client)


async def test_a_training_is_cancelled(client, door, zhou):
    await put(door.desk.units, a_model(ID, ModelState.TRAINING))
    assert (await send_form(client, f"{ONE}/cancel")).headers["Location"] == ONE
    text = await page(client)
    assert "周敏取消了训练" in text
    assert "重新开始" in text
    await send_form(client, f"{ONE}/again")
    assert (await stored(door.desk.units, ID)).state is ModelState.TRAINING


async def test_a_closed_gate_says_what_is_wrong_and_offers_no_approval(client, door, zhou):
    await put(door.desk.units, a_model(ID, found=bad_report()))
    text = await page(client)
    assert all(
        words in text for words in ("检验：没有通过", BAD_EXAMPLE[0], "接受听错这一句", "通过全部检验以后")
    )
    assert "批准启用" not in text
    answer = await send_form(client, f"{ONE}/approve")
    assert answer.status == 409
    assert "没有通过检验" in await answer.text()


async def test_a_guarded_example_is_accepted_by_name(client, door, zhou):
    await put(door.desk.units, a_model(ID, found=bad_report()))
    text, label = BAD_EXAMPLE
    await send_form(client, f"{ONE}/accept", text=text, label=label)
    shown = await page(client)
    assert all(words in shown for words in ("检验：通过", "已由周敏接受", "批准启用"))


async def test_what_was_not_asked_about_is_not_accepted(client, door, zhou):
    await put(door.desk.units, a_model(ID, found=bad_report()))
    assert (await send_form(client, f"{ONE}/accept", text="别的", label="illness")).status == 400


async def test_who_had_it_trained_waits_for_another_supervisor(client, door, zhou):
    await door.person("chen", "陈晨", Role.SUPERVISOR)
    await put(door.desk.units, a_model(ID, found=good_report(), made_by=zhou.id))
    text = await page(client)
    assert "要由另一位主管批准" in text
    assert "批准启用" not in text
    assert (await send_form(client, f"{ONE}/approve")).status == 409


async def test_an_approved_candidate_goes_live_and_back(client, door, zhou):
    await put(door.desk.units, a_model(OLD), a_model(ID, found=good_report(), made_by="terminal"), live=OLD)
    await send_form(client, f"{ONE}/approve")
    assert "启用这个模型" in await page(client)
    assert (await send_form(client, f"{ONE}/promote", version="1")).headers["Location"] == ONE
    assert (await live(door)).model == ID
    assert f"换回上一个模型（{OLD}）" in await page(client, PATH)
    await send_form(client, f"{PATH}/roll-back", version="2")
    assert (await live(door)).model == OLD


@pytest.mark.parametrize("version", ["0", "2", "", "x"])
async def test_who_saw_another_live_model_is_told_to_look_again(client, door, zhou, version):
    approved = {"approved_by": zhou.id, "approved_at": door.desk.clock.now()}
    await put(door.desk.units, a_model(OLD), a_model(ID, found=good_report(), **approved), live=OLD)
    answer = await send_form(client, f"{ONE}/promote", version=version)
    assert answer.status == 409
    assert (await live(door)).model == OLD


async def test_a_candidate_without_approval_is_not_promoted(client, door, zhou):
    await put(door.desk.units, a_model(OLD), a_model(ID, found=good_report()), live=OLD)
    answer = await send_form(client, f"{ONE}/promote", version="1")
    assert answer.status == 409
    assert "批准" in await answer.text()


async def test_a_model_whose_file_is_elsewhere_is_not_offered(aiohttp_client, door):
    await door.person("zhou", "周敏", Role.SUPERVISOR)
    await put(door.desk.units, a_model(ID, ModelState.RETIRED, file=""))
    client = await aiohttp_client(door.app())
    await sign_in(client, "zhou")
    text = await page(client)
    assert "不在这台机器上" in text
    assert "启用这个模型" not in text


async def test_a_candidate_is_put_aside_with_its_reason(client, door, zhou):
    await put(door.desk.units, a_model(ID, found=good_report()))
    assert (await send_form(client, f"{ONE}/reject", because="")).status == 400
    await send_form(client, f"{ONE}/reject", because="漏听 <b>太多</b>")
    assert "漏听 &lt;b&gt;太多&lt;/b&gt;" in await page(client)


async def test_the_files_that_differ_from_the_live_models_are_named(client, door, zhou):
    files = [
        {"name": "data/nlu/a.yml", "rows": 9, "hash": "2"},
        {"name": "corrections/b.yml", "rows": 1, "hash": "3"},
    ]
    await put(door.desk.units, a_model(OLD, data=DATA), a_model(ID, data=DATA | {"files": files}), live=OLD)
    text = await page(client)
    assert all(words in text for words in ("有 2 个文件不同", "data/nlu/a.yml", "corrections/b.yml"))


async def test_an_unknown_model_is_not_found(client, zhou):
    assert (await client.get(f"{PATH}/kesu-1")).status == 404


async def test_a_rendered_report_belongs_to_the_candidate(client, door, zhou):
    found = replace(good_report(), missing=("交叉检验没有做成",))
    await put(door.desk.units, a_model(ID, found=found))
    assert "报告：候选与使用中的模型比较" in await page(client)
