"""How a risk is spoken of: denied (「没说要找媒体」), past, asked about, compared with, or there now."""

import re

from bot.nlu.bare_text import BareText

_FILLER = (
    "(?:要|想|说|去|到|找|打|叫|跟|和|向|用|真的?|会|是|有|打算|准备|通过|你们?|再|又|什么|任何|请|联系|投诉|举报|拨打|被|"
    "出现|发生|感觉|闻到|看到|感到|觉得|一定|非要?|为了|意思|威胁|在|的|人|过|得|这么|那么|一个|告|诉诸|走|上|搞|闹|提|话|讲)"
)
_NOT_BEFORE = re.compile(
    f"(?:(?<!有)没有?|未|冇|唔|(?<![是要会能想该可得再])不|别|无意|懒得)(?![给处理管解]){_FILLER}{{0,5}}$"
)
_HARDLY = re.compile("(?:谁说|哪里说|什么时候说|有说)(?:我|过|了|要|你们?){0,4}$")
_NOT_BEHIND = re.compile(
    "^(?:这事|的事|的话|那边)?(?:我|你|也|都|倒|暂时|还|就|先|是|真){0,3}(?:不|没)"
    "(?:找|打|去|告|用|联系|说|投诉|闹|至于|必|请|上|想|打算|曝)"
)
_BUT_YES = re.compile("才怪|就?不姓|誓不|不行$|不可$|吗$|么$|难道|凭什么|怎么能")

_PAST = re.compile(
    "昨[天日晚夜]|前[天晚]|大前天|上个?(?:次|周|月|星期|礼拜|回|半年)|去年|前年|之前|以前|曾经?|那[天次回]|当时|前几天|前阵子|"
    "前段时间|(?:几|两|三|[0-9]+)[天年](?:以)?前|年前|小时候|早年|[0-9]{1,2}月[0-9]{1,2}[日号]|过去"
)
_OVER = re.compile(
    "[困关卡停噎][^,]{0,6}?[0-9一二两三四五六七八九十半几多]+个?(?:分钟|小时|钟头|刻钟)(?!了)|已经?(?:没事|好了|修好|救出|灭)"
)
_AT_ONCE = re.compile(
    "现在|正在?|已经[^,]{0,6}(?:分钟|小时|钟头)|还在|还没|救命|救我|救人|快来|快点|快叫|赶紧|马上|出不来|出不去|怎么办|又在|此刻|刚刚|一直在"
)
_FOR_HELP = re.compile("救命|救我|救救|快来|快点|赶紧|怎么办|出不来|出不去|快叫")
_NOT_REAL = re.compile(
    "会不会|(?:会|能|容易|可能)[^,]{0,8}[吗么]|如果|要是|万一|假如|假设|假装|担心|害怕|怕(?!了)|防止|避免|预防|演练|演习|"
    "怎么防|差点|险些|新闻|听说|据说|看到有人|怎么样了|的事(?!故)|结果没|梦到|梦见|真的?[着起爆漏触]|谁负责|处理得怎么样|怎么处理|怎么赔|赔偿|怎么回事|为什么|有没有可能|"
    "(?<!好)像|似的|如同|仿佛|宛如|跟[^,]{0,6}一样|般的?|感觉要|不会|防(?!盗门|火门)|风险|隐患|事故|事件|讲座|培训|测试|电影|小说|游戏"
)
_HEARSAY = re.compile("新闻|听说|据说|电影|小说|游戏|电视剧|讲座|预防|防止")


def is_denied(bare: BareText, start: int, end: int) -> bool:
    """Say whether bare.text[start:end] is spoken of only to say that it isn't so."""
    first, last = bare.clause(start, end)
    before, behind = bare.text[first:start], bare.text[end:last]
    if _HARDLY.search(before):
        return True
    if _BUT_YES.search(before + behind):
        return False
    return bool(_NOT_BEFORE.search(before) or _NOT_BEHIND.search(behind))


def is_now(bare: BareText, start: int, end: int, kind: str) -> bool:
    """Say whether a danger seems to be there now; in doubt it is.

    What hurts a life stays serious when it was yesterday: of self-harm only hearsay is left out.
    """
    first, last = bare.clause(start, end)
    clause = bare.text[first:last]
    if kind == "self_harm":
        return not _HEARSAY.search(clause)
    if _NOT_REAL.search(clause):
        return False
    opening, closing = bare.sentence(start, end)
    if _AT_ONCE.search(clause) or _FOR_HELP.search(bare.text[opening:closing]):
        return True
    return not (_PAST.search(bare.text[:last]) or _OVER.search(clause))
