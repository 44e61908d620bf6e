"""Invariants of cases: numbers, dates, and to whom they belong; and of who owns a conversation."""

from bot.ledger_audit.invariants import Invariant

CASES = (
    Invariant(
        "numbers-once",
        "编号 {number}：有 {found} 件投诉（{first}、{last}）",
        """SELECT number, count(*) AS found, min(id) AS first, max(id) AS last FROM cases
        WHERE number IS NOT NULL GROUP BY number HAVING count(*) > 1""",
    ),
    Invariant(
        "numbers-count",
        "投诉 {id}：状态是 {state}，编号是{number}",
        """SELECT id, state, coalesce(' ' || number, '（没有）') AS number FROM cases
        WHERE (state = 'draft' AND number IS NOT NULL)
        OR (state IN ('accepted', 'closed', 'merged') AND number IS NULL)""",
    ),
    Invariant(
        "cases-of-their-conversations",
        "投诉 {id}：和会话 {conversation_id} 的顾客或渠道对不上",
        """SELECT k.id, k.conversation_id FROM cases k LEFT JOIN conversations c ON c.id = k.conversation_id
        AND c.customer_id = k.customer_id AND c.channel = k.channel WHERE c.id IS NULL""",
    ),
    # What a person complained of in one channel may be at hand in another one, a draft may not.
    Invariant(
        "at-hand-is-theirs",
        "会话 {id}：手上的投诉 {case_id} 不是这位顾客的",
        """SELECT c.id, c.case_id FROM conversations c JOIN customers u ON u.id = c.customer_id
        LEFT JOIN cases k ON k.id = c.case_id LEFT JOIN customers o ON o.id = k.customer_id
        WHERE c.case_id IS NOT NULL AND (k.id IS NULL
        OR (o.id <> u.id AND (o.person_id IS NULL OR u.person_id IS NULL OR o.person_id <> u.person_id))
        OR (k.state = 'draft' AND k.conversation_id <> c.id))""",
    ),
    Invariant(
        "one-draft",
        "会话 {conversation_id}：同时有 {found} 件没有受理的投诉（{first}、{last}）",
        """SELECT conversation_id, count(*) AS found, min(id) AS first, max(id) AS last FROM cases
        WHERE state = 'draft' GROUP BY conversation_id HAVING count(*) > 1""",
    ),
    Invariant(
        "drafts-are-worked-on",
        "投诉 {id}（会话 {conversation_id}）：顾客一个多小时没有说话，还没有受理",
        """SELECT k.id, k.conversation_id FROM cases k WHERE k.state = 'draft' AND k.heard_at < :long_ago
        AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = k.conversation_id
        AND m.author = 'customer' AND (m.created_at >= :long_ago OR m.delivery = 'waiting'))""",
    ),
    Invariant(
        "announced-once",
        "投诉 {case_id}：编号告诉了顾客 {found} 次（会话 {conversation_id}）",
        """SELECT case_id, conversation_id, count(*) AS found FROM messages WHERE case_id IS NOT NULL
        GROUP BY case_id, conversation_id HAVING count(*) > 1""",
    ),
    Invariant(
        "accepted-once",
        "投诉 {id}：历史里受理了 {found} 次",
        """SELECT k.id, count(e.id) AS found FROM cases k LEFT JOIN case_events e
        ON e.case_id = k.id AND e.kind = 'accepted' WHERE k.number IS NOT NULL
        GROUP BY k.id HAVING count(e.id) <> 1""",
    ),
    Invariant(
        "open-cases-have-deadlines",
        "投诉 {id}：在办，却没有期限",
        "SELECT id FROM cases WHERE state = 'accepted' AND (due_at IS NULL OR accepted_at IS NULL)",
    ),
    Invariant(
        "dates-make-sense",
        "投诉 {id}：受理、期限或结案的日子不对（在受理之前，或在三年以后）",
        """SELECT id FROM cases WHERE due_at < accepted_at OR due_at > :years_ahead
        OR step_due_at > :years_ahead OR accepted_at > :tomorrow OR closed_at > :tomorrow""",
    ),
    Invariant(
        "states-fit",
        "投诉 {id}：状态 {state} 和结案时间、合并去处或暂停对不上",
        """SELECT k.id, k.state FROM cases k LEFT JOIN cases t ON t.id = k.merged_into
        WHERE (k.state = 'closed' AND k.closed_at IS NULL)
        OR (k.state = 'merged') <> (k.merged_into IS NOT NULL)
        OR (k.merged_into IS NOT NULL AND (t.id IS NULL OR t.state = 'draft'))
        OR (k.paused_since IS NULL) <> (k.paused_for IS NULL)""",
    ),
)

_CHANGES_OF_OWNER = (
    "('claimed', 'conversation_assigned', 'transferred', 'released',"
    " 'conversation_closed', 'conversation_reopened', 'agent_gone')"
)

OWNERS = (
    Invariant(
        "one-owner",
        "会话 {id}：由 {owner} 接待，客服是{agent}，两样对不上",
        """SELECT id, owner, coalesce(' ' || agent_id, '（没有）') AS agent FROM conversations
        WHERE (owner = 'agent' AND agent_id IS NULL AND channel <> 'kf')
        OR (owner <> 'agent' AND agent_id IS NOT NULL)
        OR (owner = 'queue') <> (waiting_since IS NOT NULL)""",
    ),
    # Each change counts the version up: fewer than the histories tell of means that two were made at once.
    Invariant(
        "owners-one-after-the-other",
        "顾客 {person}：历史里换手 {told} 次，会话只记了 {counted} 次",
        f"""SELECT p.person, p.counted, h.told FROM
        (SELECT coalesce(u.person_id, u.id) AS person, sum(c.version) AS counted
        FROM conversations c JOIN customers u ON u.id = c.customer_id GROUP BY coalesce(u.person_id, u.id)) p
        JOIN (SELECT coalesce(u.person_id, u.id) AS person, count(*) AS told FROM case_events e
        JOIN cases k ON k.id = e.case_id JOIN customers u ON u.id = k.customer_id
        WHERE e.kind IN {_CHANGES_OF_OWNER} GROUP BY coalesce(u.person_id, u.id)) h
        ON h.person = p.person WHERE p.counted < h.told""",  # noqa: S608 -- our own words
    ),
)
