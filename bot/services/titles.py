"""Chinese titles for the people of the desk: of what a message was taken for, and of the facts of a case."""

from collections.abc import Callable

from bot.domain import labels
from bot.domain.handbook.handbook import Handbook

CONVERSATION = {
    "greet": "问候",
    "goodbye": "告别",
    "thank": "致谢",
    "affirm": "肯定",
    "deny": "否定",
    "request_human": "要求转人工",
    "ask_progress": "查询进度",
    "urge": "催办",
    "inform": "提供信息",
    "ask_process": "询问流程",
    "ask_compensation": "询问赔偿",
    "satisfied": "满意",
    "dissatisfied": "不满意",
    "withdraw": "撤销投诉",
    "praise": "表扬",
    "suggest": "建议",
    "bot_challenge": "问是不是机器人",
    "abuse": "辱骂",
    "chitchat": "闲聊",
    "product_question": "产品咨询",
}

FACTS = {
    "phone": "电话", "order_no": "单号", "batch_no": "批号", "date": "日期", "product": "产品",
    "quantity": "数量", "amount": "金额", "person": "人名", "place": "地点", "flavour": "口味",
}  # fmt: skip


def titles(handbook: Handbook) -> Callable[[str], str]:
    """A look-up from a label or a case field to its Chinese title; unknown keys stay as they are."""

    def title(key: str) -> str:
        if labels.is_complaint(key):
            return handbook.issue(key).title
        if key in handbook.fields:
            return handbook.field(key).title
        return CONVERSATION.get(key, key)

    return title
