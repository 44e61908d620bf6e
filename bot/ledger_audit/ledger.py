"""Invariants of the ledger: messages, their order, their answers."""

from bot.ledger_audit.invariants import Invariant

LEDGER = (
    Invariant(
        "messages-without-gap",
        "会话 {id}：消息的序号有缺或有重（{found} 条，序号 {first} 到 {last}，会话记的是 {last_seq}）",
        """SELECT c.id, c.last_seq, count(m.id) AS found, min(m.seq) AS first, max(m.seq) AS last
        FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id GROUP BY c.id, c.last_seq
        HAVING count(m.id) <> c.last_seq OR count(DISTINCT m.seq) <> c.last_seq
        OR coalesce(max(m.seq), 0) <> c.last_seq OR coalesce(min(m.seq), 1) <> 1""",
    ),
    Invariant(
        "client-ids-once",
        "会话 {conversation_id}：同一条消息存了 {found} 次（{first}、{last}）",
        """SELECT conversation_id, count(*) AS found, min(id) AS first, max(id) AS last FROM messages
        WHERE client_id IS NOT NULL GROUP BY conversation_id, client_id HAVING count(*) > 1""",
    ),
    Invariant(
        "deliveries-fit",
        "消息 {id}（会话 {conversation_id}）：{author} 的消息状态是 {delivery}",
        """SELECT id, conversation_id, author, delivery FROM messages
        WHERE (author = 'customer') <> (delivery IN ('waiting', 'answered', 'for_human'))""",
    ),
    Invariant(
        "waiting-is-worked-on",
        "消息 {id}（会话 {conversation_id}）：等了一个多小时，没有回答，也没有转给人",
        """SELECT m.id, m.conversation_id FROM messages m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.delivery = 'waiting' AND m.created_at < :long_ago
        AND coalesce(c.owner_since, m.created_at) < :long_ago""",
    ),
    # The lines of one answer are made in one transaction, at one moment.
    Invariant(
        "answered-once",
        "消息 {in_reply_to}（会话 {conversation_id}）：回答了 {found} 次",
        """SELECT in_reply_to, conversation_id, count(DISTINCT created_at) AS found FROM messages
        WHERE author = 'bot' AND in_reply_to IS NOT NULL GROUP BY in_reply_to, conversation_id
        HAVING count(DISTINCT created_at) > 1""",
    ),
    Invariant(
        "answers-have-questions",
        "消息 {id}（会话 {conversation_id}）：回答的是 {in_reply_to}，那不是前面一条已回答的顾客消息",
        """SELECT r.id, r.conversation_id, r.in_reply_to FROM messages r
        LEFT JOIN messages m ON m.id = r.in_reply_to AND m.conversation_id = r.conversation_id
        AND m.seq < r.seq AND m.author = 'customer' AND m.delivery = 'answered'
        WHERE r.author = 'bot' AND r.in_reply_to IS NOT NULL AND m.id IS NULL""",
    ),
    Invariant(
        "answered-means-said",
        "消息 {id}（会话 {conversation_id}）：标着已回答，后面却什么也没有说",
        """SELECT m.id, m.conversation_id FROM messages m JOIN (SELECT conversation_id,
        max(CASE WHEN author = 'customer' THEN 0 ELSE seq END) AS said
        FROM messages GROUP BY conversation_id) s
        ON s.conversation_id = m.conversation_id WHERE m.delivery = 'answered' AND m.seq > s.said""",
    ),
    Invariant(
        "announcements-are-said",
        "会话 {id}：有要告诉顾客的话一直没有说",
        """SELECT c.id FROM conversations c WHERE c.announcements <> '[]' AND c.updated_at < :lately
        AND NOT EXISTS (SELECT 1 FROM messages m
        WHERE m.conversation_id = c.id AND m.delivery = 'waiting')""",
    ),
    Invariant(
        "actions-have-turns",
        "动作结果 {turn}/{place}：没有这一条消息",
        """SELECT a.turn, a.place FROM action_results a LEFT JOIN messages m ON m.id = a.turn
        WHERE m.id IS NULL OR m.author <> 'customer'""",
    ),
    Invariant(
        "nothing-from-the-future",
        "消息 {id}（会话 {conversation_id}）：时间在一天以后，服务器的时钟可能调错过",
        "SELECT id, conversation_id FROM messages WHERE created_at > :tomorrow",
    ),
)
