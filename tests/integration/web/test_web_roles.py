"""What a role means for its pages; who gets through which door: test_web_permissions.py."""

import re

import pytest

from bot.domain.people import Role
from tests.doors import sign_in


async def test_a_refused_page_says_so_politely_and_leads_back(client, door):
    await door.person(role=Role.DEPARTMENT, department="production")
    await sign_in(client)
    answer = await client.get("/desk")
    page = await answer.text()
    assert answer.status == 403
    assert "请联系管理员" in page
    assert 'href="/desk/inbox"' in page


@pytest.mark.parametrize(
    ("role", "home", "doors"),
    [
        (Role.AGENT, "/desk", ["会话", "待办", "投诉"]),
        (
            Role.ADMIN,
            "/desk",
            [
                "会话",
                "待办",
                "投诉",
                "月报",
                "报表",
                "手册",
                "训练",
                "分组",
                "人员",
                "接口",
                "审计",
                "个人信息",
                "嵌入",
            ],
        ),
        (Role.DEPARTMENT, "/desk/inbox", ["待办", "部门投诉"]),
    ],
)
async def test_each_role_starts_where_it_works_and_sees_only_its_doors(client, door, role, home, doors):
    await door.person(role=role, department="production")
    assert (await sign_in(client)).headers["Location"] == home
    page = await (await client.get(home)).text()
    bar = page[page.index("<nav") : page.index("</nav>")]
    assert re.findall(r"<a [^>]*>([^<\s]+)", bar) == doors


async def test_a_changed_role_counts_from_the_next_request(client, door):
    user = await door.person()
    await sign_in(client)
    assert (await client.get("/desk")).status == 200
    await door.parts.staff.change(
        user.id, name="小王", role=Role.DEPARTMENT, department="sales", positions=(), by="the test"
    )
    assert (await client.get("/desk")).status == 403
