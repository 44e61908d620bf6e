"""Emoji as words: those that carry feeling, or stand for what a complaint is about, are read as Chinese."""

import unicodedata
from typing import Iterator, Tuple

import emoji

# Word -> emoji, by their first character: skin colour and sex change nothing. Reviewed by how they are used
# in Chinese chats: 🙂 is no friendly smile there, and 🌹 says thank you.
_WORDS = {
    "生气": "😠😡🤬😤👿💢",
    "难过": "😭😢😿😞😔☹🙁😟😥💔",
    "委屈": "🥺😩😫😖😣",
    "恶心": "🤮🤢💩",
    "无语": "🙄😑😒😐😶🤦",
    "无奈": "😓🤷",
    "呵呵": "🙂🙃",
    "尴尬": "😅",
    "笑哭": "😂🤣",
    "害怕": "😱😨😰",
    "惊讶": "😳😲😮🤯",
    "疑惑": "🤔😕",
    "生病": "😷🤒🤕🤧",
    "开心": "😊😀😃😄😁😆☺😇🥳🎉",
    "喜欢": "❤🧡💛💚💙💜💕💖💗😍🥰😘🤗",
    "赞": "👍👏💯",
    "差评": "👎",
    "好的": "👌🆗",
    "不行": "🙅",
    "感谢": "🙏🌹💐",
    "挥手": "👋",
    "滚": "🖕",
    "小丑": "🤡",
    "苍蝇": "🪰",
    "蟑螂": "🪳",
    "虫": "🐛🐞🪱🪲",
    "蚊子": "🦟",
    "蚂蚁": "🐜",
    "蜘蛛": "🕷",
    "老鼠": "🐭🐀🐁",
    "?": "❓❔",
    "!": "❗❕",
}
_WORD_OF = {sign: word for word, signs in _WORDS.items() for sign in signs}
_FIRST = frozenset(sign[0] for sign in emoji.EMOJI_DATA if not sign[0].isascii())


def emoji_words(text: str) -> Iterator[Tuple[int, int, str]]:
    """Yield half-open spans of emoji with the word each stands for, a blank where it stands for none.

    Emoji of one word side by side are one span. Signs that have a plain form (㊗, 1️⃣) are left to NFKC.
    """
    if _FIRST.isdisjoint(text):  # nearly always, and the library looks at every character
        return
    start, end, word = 0, 0, ""
    for found in emoji.emoji_list(text):
        if _is_plain(found["emoji"][0]):
            continue
        following = _WORD_OF.get(found["emoji"][0], " ")
        if (found["match_start"], following) != (end, word):
            if word:
                yield start, end, word
            start, word = found["match_start"], following
        end = found["match_end"]
    if word:
        yield start, end, word


def _is_plain(sign: str) -> bool:
    return any(character.isalnum() for character in unicodedata.normalize("NFKC", sign))
