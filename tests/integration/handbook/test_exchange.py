import pytest

from bot.domain.errors import NotFound, RevisionRefused

SHORT = "  wording: [{key: '1', text: 好。}]\n"
LONG = (
    "company_edition: general\nclauses:\n- id: S-DEEP-1\n  based_on: 1\n  wording:\n"
    "  - key: '1'\n    text: 您好。\n  - key: '2'\n    text: 绝对没有这种事。\n"
)
GREETING, ACCEPTED, CARTON = "S-DEEP-1", "K-ACCEPTED", "S-BEV-TETRA-1"
NEW = "您好，这里是本公司的客服，请问有什么可以帮您？"


async def restore_all(editing, zhou, sun, *clauses):
    for name in clauses:
        draft = await editing.restore(name, "", None, zhou)
        await editing.approve(draft.id, draft.revision, sun)


async def approve_all(desk, editing, sun):
    async with desk.units() as uow:
        drafts = await uow.editions.drafts()
    for draft in drafts:
        await editing.approve(draft.id, draft.revision, sun)


async def test_what_is_exported_and_imported_is_exported_the_same(desk, pages, put_in_force, zhou, sun):
    await put_in_force(GREETING, {"1": NEW}, note="更亲切：少说“您选择”")
    await put_in_force(ACCEPTED, {"1.4": "请记下编号。"}, added=["谢谢您。"])
    exported = await pages.exchange.export("general", zhou)
    await restore_all(pages.editing, zhou, sun, GREETING, ACCEPTED)
    assert "clauses: []" in await pages.exchange.export("general", zhou)
    assert await pages.exchange.take_in("ours.yaml", exported, zhou) == [GREETING, ACCEPTED]
    await approve_all(desk, pages.editing, sun)
    assert await pages.exchange.export("general", sun) == exported


async def test_a_file_that_changes_nothing_drafts_nothing(pages, put_in_force, zhou):
    await put_in_force(GREETING, {"1": NEW})
    exported = await pages.exchange.export("general", zhou)
    assert await pages.exchange.take_in("ours.yaml", exported, zhou) == []


async def test_marks_travel_and_cannot_be_written_away(pages, put_in_force, zhou):
    await put_in_force(CARTON, {"1": "我们的流水线开机时要调整，偶尔会出现空包。"})
    exported = await pages.exchange.export("beverage", zhou)
    assert "risk: X-02" in exported
    without = exported.replace("    held: true\n", "")
    assert without != exported
    with pytest.raises(RevisionRefused, match="只能由公司设置里的开关放行"):
        await pages.exchange.take_in("ours.yaml", without, zhou)
    renamed = exported.replace("risk: X-02", "risk: X-99")
    with pytest.raises(RevisionRefused, match="不能添、不能删"):
        await pages.exchange.take_in("ours.yaml", renamed, zhou)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("company_edition: general\nclauses:\n- id: S-DEEP-1\n  based_on: x\n  wording: []\n", "第 4 行"),
        ("company_edition: general\nclauses:\n- id: S-DEEP-1\n  based_on: 1\n  words: []\n", "不认识的项"),
        ("company_edition: general\nclauses: [\n", "第 3 行"),
        ("company_edition: nothing\nclauses: []\n", "没有启用手册包 nothing"),
        ("company_edition: general\ncompany_edition: general\n", "写了两次"),
        ("- 1\n", "ours.yaml 第 1 行"),
        ("", "ours.yaml 第 1 行"),
        (
            "company_edition: general\nclauses:\n- id: S-NONE-1\n  based_on: 1\n" + SHORT,
            "第 3 行（S-NONE-1）：手册里没有这一条",
        ),
        (
            "company_edition: general\nclauses:\n- id: S-DEEP-1\n  based_on: 7\n" + SHORT,
            "based_on 改成 1",
        ),
        (
            LONG,
            "第 8 行（S-DEEP-1）",
        ),
        (
            "company_edition: hotel\nclauses:\n- id: S-DEEP-1\n  based_on: 1\n" + SHORT,
            "不在这个手册包里",
        ),
    ],
)
async def test_a_wrong_file_is_refused_by_name_and_line(desk, pages, zhou, text, said):
    with pytest.raises(RevisionRefused) as refused:
        await pages.exchange.take_in("ours.yaml", text, zhou)
    assert said in str(refused.value)
    assert "ours.yaml 第 " in str(refused.value)
    async with desk.units() as uow:
        assert await uow.editions.drafts() == []


async def test_a_clause_with_a_draft_is_not_written_over(pages, put_in_force, typed, zhou):
    await put_in_force(GREETING, {"1": NEW})
    exported = (await pages.exchange.export("general", zhou)).replace("本公司", "我公司")
    await pages.editing.save(GREETING, typed(GREETING, {"1": "您好，有什么事？"}), zhou)
    with pytest.raises(RevisionRefused, match="有草稿"):
        await pages.exchange.take_in("ours.yaml", exported, zhou)


async def test_only_packs_that_are_there_are_exported(pages, zhou):
    with pytest.raises(NotFound):
        await pages.exchange.export("nothing", zhou)
