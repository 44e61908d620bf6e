"""What any model that is fit for service reads rightly: asked before it is put into service, and after.

Plain sentences, as customers write them every day. They find out that a model is broken (wrong archive,
damaged weights, labels mixed up), not how good it is: for that there is the report. Those whose misreading
would hurt somebody come first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.reading import Reading

_DRINKS = ("carton.spoiled", "tea.turbid", "food.quality", "product.quality")


@dataclass(frozen=True)
class Question:
    """A sentence, and the labels that are right for it."""

    text: str
    labels: tuple[str, ...]

    def problem(self, reading: Reading) -> str | None:
        """What is wrong with this reading, in Chinese; None when it is right."""
        if reading.label in self.labels:
            return None
        return f"「{self.text}」应读作 {self.labels[0]}，却读作 {reading.label or '没有听懂'}"


QUESTIONS = (
    Question("孩子喝了你们的牛奶以后上吐下泻，现在在医院", ("illness",)),
    Question("我要找人工客服", ("request_human",)),
    Question("我已经打12315投诉你们了", ("special.consumer_association",)),
    Question("利乐包里面是空的，一滴饮料都没有", ("carton.empty",)),
    Question("买的纸盒饮料打开是臭的，变质了", _DRINKS),
    Question("八宝粥里吃出一只苍蝇", ("porridge.foreign_object",)),
    Question("桶装水有一股怪味", ("water.odor",)),
    Question("快递三天了还没送到", ("courier.transport",)),
    Question("楼上半夜装修，噪音太大了", ("property.environment",)),
    Question("你好", ("greet",)),
    Question("谢谢", ("thank",)),
    Question("我的投诉处理到哪一步了", ("ask_progress",)),
    Question("我不投诉了，撤销吧", ("withdraw",)),
)


def first_problem(questions: Sequence[Question], readings: Sequence[Reading]) -> str | None:
    """What is wrong first with the readings of these questions, in Chinese; None when all are right."""
    problems = (question.problem(reading) for question, reading in zip(questions, readings, strict=True))
    return next((problem for problem in problems if problem), None)
