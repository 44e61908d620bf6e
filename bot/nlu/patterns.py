"""Facts that have a shape: numbers, dates and amounts, found by expressions over the normal form."""

import re
from typing import Dict, Iterator, NamedTuple, Tuple

DIGIT = "[0-9〇零一二两三四五六七八九十百千万半]"
NUMBER = rf"(?:[0-9]+(?:[.,][0-9]+)*|{DIGIT}+)"
DAY_PART = "(?:凌晨|清晨|大清早|一大早|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|半夜|深夜|晚|早)"
CLOCK = rf"(?:{NUMBER}点(?:半|多|钟|左右|{NUMBER}分?)?|[0-2]?[0-9]:[0-5][0-9])"
TIME = rf"(?:{DAY_PART}?{CLOCK}|{DAY_PART})"
WEEK = "(?:上上|上|这|本|下)(?:个)?(?:周|星期|礼拜)[一二三四五六日天末]?|(?:周|星期|礼拜)[一二三四五六日天末]"
COUNT = "(?:(?<![0-9])[0-9]{1,4}|[〇零一二三四五六七八九十]+)"
MONTH_DAY = rf"(?:{COUNT}年)?{COUNT}月(?:{COUNT}(?:日|号)|初|底|中旬|上旬|下旬)?(?!份?来)"
NAMED_DAY = (
    "大前天|前天|昨天|昨日|今天|今日|明天|后天|大后天|前晚|昨晚|今晚|今早|昨夜|前几天|这几天|前段时间|刚才"
)
MONTH = rf"(?:上|这|本)个?月(?:初|底|中旬|{NUMBER}[日号])?"
AGO = rf"{NUMBER}个?(?:天|日|周|星期|礼拜|月|小时|钟头|分钟)(?:以)?前|{MONTH}|去年|今年|前年"
CURRENCY = "(?:元|块钱|块|圆|毛钱|毛|港币|港元|台币|新台币|人民币|美元|美金|刀|大洋)"
CLASSIFIER = (
    "(?:箱|瓶|盒|罐|包|袋|桶|杯|听|提|份|件|支|只|条|双|台|套|碗|颗|粒|片|串|根|斤|公斤|千克|克|毫升|升|kg|ml|g|l|方|吨|"
    "平方米|平米|平方|立方米|立方|间|张|把|盏|打|板|扎|枚|个)"
)
COURIER = "(?:sf|jd[a-z]*|yt|zto|sto|yd|ems|jt|db[a-z]*|ky|se|dpk|ytd)"
ALONE, DIGITS_END = "(?<![0-9a-z])", "(?![0-9])"
BATCH_WORD = "(?:生产批号|产品批号|批次号|批号|批次|喷码|钢印号?|lot)(?:号码?)?(?:写的|印的)?[是为:,#. ]*"
ORDER_WORD = (
    "(?:订单|定单|运单|快递单|物流单|工单|票据|小票|流水|案件|投诉|受理|编|案|单|case ?|order ?)"
    "(?:编号|号码?|尾号|no)?[是为:,#. ]*"
)
PHONE_WORD = "(?:电话|手机|座机|联系方式|打给我|致电)(?:号码?)?[是为:,]*"
DATE_WORD = "(?:生产日期|有效期|保质期|日期)(?:到|至|是|为|写的|印的)?[:,]*"

STOREY = rf"(?:{NUMBER}(?:号楼|栋|幢|座|单元|楼|层|号厅|室|弄)|顶(?:楼|层)|地下(?:室|{NUMBER}层))"
COURT = r"\(?20[0-9]{2}\)?[^\W0-9a-z][0-9]{2,4}[民刑行执][初终破异][0-9]+号"

# Kinds and their shapes. Where a shape needs a word before it, the group `it` holds the value.
SHAPES: Dict[str, Tuple[str, ...]] = {
    "phone": (
        rf"{ALONE}(?:\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{{4}}[- ]?[0-9]{{4}}{DIGITS_END}",
        rf"{ALONE}1[3-9][0-9][*x]+[0-9]{{2,4}}{DIGITS_END}",
        rf"{ALONE}[48]00[- ]?[0-9]{{3,4}}[- ]?[0-9]{{3,4}}{DIGITS_END}",
        rf"{ALONE}(?:\+?886[- ]?|0)9[0-9]{{2}}[- ]?[0-9]{{3}}[- ]?[0-9]{{3}}{DIGITS_END}",
        rf"{ALONE}\(?0[1-9][0-9]{{0,2}}\)?[- ]?[0-9]{{3,4}}[- ]?[0-9]{{4}}{DIGITS_END}",
        rf"{ALONE}\+?852[- ]?[2-9][0-9]{{3}}[- ]?[0-9]{{4}}{DIGITS_END}",
        rf"{PHONE_WORD}(?P<it>[2-9][0-9]{{2,3}}[- ]?[0-9]{{4}}){DIGITS_END}",
    ),
    "batch_no": (rf"{BATCH_WORD}(?P<it>[0-9a-z][0-9a-z/-]{{2,}}(?: [0-9][0-9a-z]*)*)",),
    "order_no": (
        rf"{ORDER_WORD}(?P<it>[0-9a-z][0-9a-z-]{{4,}}[0-9a-z])",
        rf"{ALONE}{COURIER}[- ]?[0-9]{{8,}}(?![0-9a-z])",
        COURT,
        rf"{ALONE}k[0-9]{{4}}-?[0-9]{{5}}(?![0-9a-z])",
        rf"{ALONE}[a-z]{{1,4}}-?[0-9]{{7,}}[0-9a-z-]*",
        rf"{ALONE}[0-9]{{12,}}{DIGITS_END}",
    ),
    "date": (
        rf"(?:{NAMED_DAY}|{WEEK}|{MONTH_DAY}|{AGO}){TIME}?",
        rf"(?<![0-9])20[0-9]{{2}}(?P<sep>[-/.])[0-1]?[0-9](?P=sep)[0-3]?[0-9]{DIGITS_END}{TIME}?",
        rf"{DATE_WORD}(?P<it>20[0-9]{{6}}){DIGITS_END}",
        TIME,
    ),
    "amount": (
        r"(?:[¥$]|rmb|nt\$?|hk\$?) ?[0-9][0-9.,]*(?:万|千)?(?:元|块钱?)?",
        rf"{NUMBER}(?:多|来|几)?{CURRENCY}(?:{DIGIT}(?:毛|角)?)?",
        rf"{NUMBER}万(?:多|元)?",
    ),
    "place": (rf"{STOREY}+(?:{NUMBER})?",),
    "quantity": (rf"(?:{NUMBER}|几|好几|半)(?:多|来|大|小|整)?{CLASSIFIER}",),
}
_PATTERNS = tuple((kind, re.compile(shape)) for kind, shapes in SHAPES.items() for shape in shapes)


class Span(NamedTuple):
    """Something found in a text in normal form: half-open span and the kind of fact."""

    start: int
    end: int
    kind: str


def shaped_facts(text: str) -> Iterator[Span]:
    """Yield every match of every shape in a text in normal form; they may overlap.

    Where a shape needs a word before it ("批号"), the span holds only the value.
    """
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            group = "it" if "it" in pattern.groupindex else 0
            yield Span(match.start(group), match.end(group), kind)
