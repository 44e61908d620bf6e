"""Invariants of what is sent outside: once, and never left where nobody works on it."""

from bot.ledger_audit.invariants import Invariant


def _left(name: str, what: str, table: str, where: str = "TRUE") -> Invariant:
    """Rows that wait or are being sent, whose time has long come."""
    return Invariant(
        name,
        f"{what} {{id}}：状态 {{state}} 早该有结果，一个多小时没人处理",
        f"""SELECT t.id, t.state FROM {table} t
        WHERE t.state IN ('waiting', 'sending') AND t.next_at < :long_ago AND {where}""",  # noqa: S608 -- our own words
    )


def _settled(name: str, what: str, table: str) -> Invariant:
    return Invariant(
        name,
        f"{what} {{id}}：状态 {{state}} 和发出的时间对不上",
        f"""SELECT id, state FROM {table} WHERE state = 'sent' AND sent_at IS NULL""",  # noqa: S608 -- our own words
    )


OUTGOING = (
    _left("letters-are-worked-on", "信件", "letters"),
    _settled("letters-sent-at", "信件", "letters"),
    Invariant(
        "letters-once",
        "投诉 {id}：历史里发出信件 {told} 次，实际只有 {found} 封",
        """SELECT k.case_id AS id, k.told, coalesce(l.found, 0) AS found FROM
        (SELECT case_id, count(*) AS told FROM case_events WHERE kind = 'letter_sent' GROUP BY case_id) k
        LEFT JOIN (SELECT case_id, count(*) AS found FROM letters WHERE state = 'sent' GROUP BY case_id) l
        ON l.case_id = k.case_id WHERE k.told > coalesce(l.found, 0)""",
    ),
    _left(
        "webhooks-are-worked-on",
        "推送",
        "webhook_deliveries",
        "EXISTS (SELECT 1 FROM webhooks w WHERE w.id = t.webhook_id AND w.active)",
    ),
    _settled("webhooks-sent-at", "推送", "webhook_deliveries"),
    Invariant(
        "webhooks-once",
        "推送 {first}、{last}：同一件事（{event_id}）给同一个地址记了 {found} 次",
        """SELECT webhook_id, event_id, count(*) AS found, min(id) AS first, max(id) AS last
        FROM webhook_deliveries GROUP BY webhook_id, event_id HAVING count(*) > 1""",
    ),
    _left("wechat-is-worked-on", "微信消息", "wechat_sendings"),
    _settled("wechat-sent-at", "微信消息", "wechat_sendings"),
    # Messages that were put together take the first one's place: only parts of the second may lie within.
    Invariant(
        "wechat-lines-once",
        "微信消息 {first}、{last}（会话 {conversation_id}）：同一行话发了两次",
        """SELECT a.conversation_id, a.id AS first, b.id AS last FROM wechat_sendings a
        JOIN wechat_sendings b ON b.conversation_id = a.conversation_id AND b.id <> a.id
        WHERE (a.from_seq = b.from_seq AND a.part = b.part AND a.id < b.id)
        OR (a.from_seq < b.from_seq AND b.from_seq <= a.to_seq AND b.part = 0)""",
    ),
    Invariant(
        "wechat-keeps-its-place",
        "会话 {conversation_id}：微信消息 {id} 到第 {to_seq} 行，会话只交到第 {sent_seq} 行",
        """SELECT s.id, s.conversation_id, s.to_seq, c.sent_seq FROM wechat_sendings s
        LEFT JOIN wechat_chats c ON c.conversation_id = s.conversation_id
        WHERE c.conversation_id IS NULL OR s.to_seq > c.sent_seq""",
    ),
    Invariant(
        "wechat-hands-on",
        "消息 {id}（会话 {conversation_id}）：一个多小时没有交给微信",
        """SELECT m.id, m.conversation_id FROM messages m
        JOIN wechat_chats c ON c.conversation_id = m.conversation_id AND m.seq > c.sent_seq
        WHERE m.author <> 'customer' AND m.created_at < :long_ago
        AND NOT (m.author = 'agent' AND coalesce(m.client_id, '') LIKE 'kf:%')""",
    ),
    Invariant(
        "wechat-media-arrives",
        "消息 {message_id}：微信里的照片或视频一个多小时没有取回，也没有放弃",
        "SELECT message_id FROM wechat_media WHERE state = 'waiting' AND next_at < :long_ago",
    ),
)

FILES = (
    Invariant(
        "files-of-messages",
        "文件 {id}：所属的消息 {message_id} 不存在，或在别的会话里",
        """SELECT a.id, a.message_id FROM attachments a LEFT JOIN messages m ON m.id = a.message_id
        AND m.conversation_id = a.conversation_id WHERE a.message_id IS NOT NULL AND m.id IS NULL""",
    ),
    Invariant(
        "files-are-counted",
        "消息 {id}：记着 {files} 个文件，实际 {found} 个",
        """SELECT m.id, m.files, count(a.id) AS found FROM messages m LEFT JOIN attachments a
        ON a.message_id = m.id WHERE m.files > 0 GROUP BY m.id, m.files HAVING count(a.id) <> m.files
        UNION ALL SELECT m.id, m.files, count(a.id) AS found FROM attachments a JOIN messages m
        ON m.id = a.message_id WHERE m.files = 0 GROUP BY m.id, m.files""",
    ),
    Invariant(
        "files-of-cases",
        "文件 {id}：投诉 {case_id} 不是发送它的顾客的",
        """SELECT a.id, a.case_id FROM attachments a
        LEFT JOIN conversations c ON c.id = a.conversation_id LEFT JOIN customers u ON u.id = c.customer_id
        LEFT JOIN cases k ON k.id = a.case_id LEFT JOIN customers o ON o.id = k.customer_id
        WHERE a.case_id IS NOT NULL AND (k.id IS NULL OR u.id IS NULL OR (u.id <> o.id
        AND (u.person_id IS NULL OR o.person_id IS NULL OR u.person_id <> o.person_id)))""",
    ),
    Invariant(
        "files-arrive-or-go",
        "文件 {id}：状态 {state} 停了两天以上",
        """SELECT id, state FROM attachments
        WHERE state IN ('arriving', 'going') AND created_at < :days_ago""",
    ),
)
