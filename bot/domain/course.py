"""How far a training is: read from what Rasa's process says, and from how long each step took last time."""

import re
from collections.abc import Mapping

START, REPORT = "start", "report"
_BEGUN = re.compile(r"Starting to train component '(\w+)'")
_WORDS = {
    START: "准备训练数据",
    "NgramFeaturizer": "统计词语",
    "SentenceEncoder": "计算句子的意思",
    "LinearClassifier": "学习分辨意思",
    "Familiarity": "记住见过的说法",
    "ChineseTokenizer": "装入词典",
    "FactExtractor": "装入词典",
    "RiskReader": "装入风险词",
    "RulePolicy": "学习对话规则",
    "MemoizationPolicy": "记住示范对话",
    REPORT: "与使用中的模型比较",
}
_ALMOST = 99


class Course:
    """The steps of one training; times are seconds since it began.

    `earlier`: how long each step took the last time, empty if nothing is known. Then the percentage stays 0:
    nobody can tell how far it is.
    """

    def __init__(self, earlier: Mapping[str, float], begun: float = 0.0, step: str = START) -> None:
        self._earlier, self._passed = dict(earlier), 0.0
        self._took: dict[str, float] = {}
        self._highest = 0
        self.step, self._since, self._part = step, begun, ""

    def hear(self, line: str, at: float) -> None:
        """A line of what Rasa's process says."""
        if begun := _BEGUN.search(line):
            self.enter(begun[1], at)

    def enter(self, step: str, at: float) -> None:
        """This step begins, so the one before it has ended."""
        self._took[self.step] = at - self._since
        self._passed += self._earlier.get(self.step, 0.0)
        if step == REPORT:  # whatever Rasa took from its cache is behind us too
            self._passed = sum(self._earlier.values()) - self._earlier.get(REPORT, 0.0)
        self.step, self._since, self._part = step, at, ""

    def percent(self, at: float) -> int:
        """How much of the time that it took last time lies behind us, 0-99; it never falls."""
        if known := sum(self._earlier.values()):
            passed = self._passed + min(at - self._since, self._earlier.get(self.step, 0.0))
            self._highest = max(self._highest, min(_ALMOST, int(100 * passed / known)))
        return self._highest

    def took(self, at: float) -> dict[str, float]:
        """Seconds of each step, for the next training; the earlier ones of steps that Rasa had kept."""
        return {**self._earlier, **self._took, self.step: at - self._since}

    def tell(self, part: str) -> None:
        """What goes on within this step."""
        self._part = part

    @property
    def words(self) -> str:
        """What goes on, in Chinese."""
        step = _WORDS.get(self.step, f"训练 {self.step}")
        return f"{step}：{self._part}" if self._part else step
