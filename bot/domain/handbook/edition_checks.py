"""What is wrong with a clause's new words, in sentences for supervisors who never saw a pack's file.

They are held to all that `kesu handbook check` asks of the packs, and to what only matters when words change:
values that are never known where the clause is said, sentences with a risk mark that come back without it,
and characters that don't survive the way into Traditional script and back.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from bot.domain.handbook.checking import check
from bot.domain.handbook.clause import Audience, Clause, Unit
from bot.domain.handbook.editions import named, overlaid
from bot.domain.handbook.handbook import Handbook
from bot.domain.handbook.loading import rasa_keys
from bot.domain.handbook.risky import RiskySentence, came_back
from bot.domain.handbook.situations import VALUES
from bot.domain.handbook.taboos import slips
from bot.domain.handbook.wording import OWN_PLACEHOLDER

LONGEST = 500  # characters of a sentence
MOST = 40  # sentences of a clause
Convert = Callable[[str, str], str]  # text, and "hans", "hant" or "hant-hans" (what "hant" made, back)
_PLACE = re.compile(r"(?:variants|wording)\.(\d+)(?:\.(\d+))?$")
_UNHEARD = (Audience.AUTHORITY, Audience.RECORD, Audience.INTERNAL)


class Finding(NamedTuple):
    """Something to put right: `key` is the sentence's, "" when it is the clause as a whole."""

    key: str
    message: str


class Revision(NamedTuple):
    """A clause as printed, and as it is to be."""

    printed: Clause
    after: Clause

    def changed(self) -> Iterator[tuple[int, Unit]]:
        """The sentences that are new or other than printed, with the number of their way."""
        known = {unit.key: unit.sent for way in named(self.printed) for unit in way}
        for number, way in enumerate(self.after.ways):
            yield from ((number, unit) for unit in way if known.get(unit.key) != unit.sent)


def check_revision(printed: Handbook, now: Handbook, after: Clause, convert: Convert) -> list[Finding]:
    """Everything that is wrong with these words, each finding once, in the order of the sentences."""
    revision = Revision(printed.clause(after.id), after)
    found = list(_shape(revision))
    if found:
        return found
    found += _blanks(printed, revision)
    blank = {finding.key for finding in found}
    found += (finding for finding in _as_a_pack(now, after) if finding.key not in blank)
    found += _taboos(printed, revision)
    found += _risks(printed, revision)
    found += _scripts(revision, convert)
    return list(dict.fromkeys(found))


def allowed_values(printed: Handbook, clause: Clause) -> tuple[str, ...]:
    """The values that are known wherever this clause is said, in the format's order."""
    known = {name for name in VALUES if name.startswith("company.")}
    for way in _said_alike(printed, clause):
        known |= way
    if clause.situation:
        known.add("deadline")
    return tuple(name for name in VALUES if name in known)


def needed_values(printed: Handbook, clause: Clause) -> frozenset[str]:
    """The values that every printed way to speak in the clause's situation gives the customer."""
    if clause.situation is None:
        return frozenset()
    return frozenset.intersection(*_said_alike(printed, clause))


def _said_alike(printed: Handbook, clause: Clause) -> list[frozenset[str]]:
    """The values in each printed way to say the same."""
    own = printed.clause(clause.id)
    if own.situation is None:
        return [_values(own, way) for way in own.ways]
    return [_values(way.clause, way.clause.ways[way.variant]) for way in printed.situation(own.situation)]


def _values(clause: Clause, way: Sequence[Unit]) -> frozenset[str]:
    text = "".join(unit.sent for unit in way)
    filled = {blank.field for blank in clause.placeholders if blank.printed in text}
    return frozenset(filled | set(OWN_PLACEHOLDER.findall(text)))


def _shape(revision: Revision) -> Iterator[Finding]:
    units = [unit for way in revision.after.ways for unit in way]
    if not units:
        yield Finding("", "至少要留一句话。")
    if len(units) > MOST:
        yield Finding("", f"一条最多 {MOST} 句，现在有 {len(units)} 句；请删去一些。")
    for way in revision.after.ways:
        if way and all(unit.held for unit in way):
            yield Finding(way[0].key or "", "这种说法的每一句都暂停了，机器人就没有话可说；请留一句。")
    for unit in units:
        key = unit.key or ""
        if len(unit.sent) > LONGEST:
            yield Finding(key, f"这一句有 {len(unit.sent)} 个字，最多 {LONGEST} 个；请分成几句。")
        if not unit.sent.replace("\n", "").isprintable():
            yield Finding(key, "这一句里有看不见的字符；请删掉，自己打一遍。")
        if rasa_keys("", unit.sent):
            yield Finding(key, "这一句的开头会被误读成程序的关键字；请换一个开头。")


def _as_a_pack(now: Handbook, after: Clause) -> Iterator[Finding]:
    """What `kesu handbook check` says of the packs with these words in them."""
    place = f"clauses[{after.id}]"
    for problem in check(overlaid(now.packs, {**_revised(now), after.id: after})):
        mine = problem.place == place or problem.place.startswith(f"{place}.")
        where = "" if mine else f"{problem.place}："
        yield Finding(_key(after, problem.place) if mine else "", f"{where}{problem.message}。")


def _revised(handbook: Handbook) -> dict[str, Clause]:
    return {name: clause for name, clause in handbook.clauses.items() if clause.is_revised}


def _key(clause: Clause, place: str) -> str:
    found = _PLACE.search(place)
    if found is None:
        return ""
    way, index = (int(found[1]), int(found[2])) if found[2] else (1, int(found[1]))
    return clause.unit_key(index - 1, way - 1).partition("#")[2]


def _blanks(printed: Handbook, revision: Revision) -> Iterator[Finding]:
    after = revision.after
    allowed, needed = allowed_values(printed, revision.printed), needed_values(printed, revision.printed)
    for way in after.ways:
        for unit in way:
            for name in OWN_PLACEHOLDER.findall(unit.sent):
                if name not in allowed:
                    known = "、".join(f"{{{one}}}" for one in allowed)
                    yield Finding(
                        unit.key or "", f"{{{name}}} 在这里没有值可填，这句就发不出去；可以用：{known}。"
                    )
        for name in sorted(needed - _values(after, way)):
            yield Finding(way[0].key or "", f"这种说法少了 {{{name}}}，顾客就看不到这一项；请写进其中一句。")


def _taboos(printed: Handbook, revision: Revision) -> Iterator[Finding]:
    """Own sentences are looked at as packs are; in a revised quotation, what the company wrote itself."""
    if revision.after.source == "desk" or revision.after.audience in _UNHEARD:
        return
    texts: dict[int, list[Unit]] = {}
    for number, unit in revision.changed():
        texts.setdefault(number, []).append(unit)
    for units in texts.values():
        text = "".join(unit.sent for unit in units)
        for slip in slips(printed.taboos.values(), text):
            said = text[slip.start : slip.end]
            key = next((unit.key or "" for unit in units if said in unit.sent), units[0].key or "")
            yield Finding(key, f"“{said}”不能对顾客说（{slip.taboo.reason}）；请改写。")


def _risks(printed: Handbook, revision: Revision) -> Iterator[Finding]:
    """A sentence with a mark is said by its switch only: it can't come back in other words or elsewhere."""
    if revision.after.audience in _UNHEARD:
        return
    for unit, risky in came_back(printed, revision.after.id, revision.changed()):
        yield Finding(unit.key or "", _told(risky))


def _told(risky: RiskySentence) -> str:
    if risky.risk:
        return (
            f"与 {risky.key} 里有风险的一句相近（{risky.risk}：{risky.reason}）。这样的话只能用原来那一句、"
            "由公司设置里的开关放行，不能换个地方写；请改写。"
        )
    return f"与 {risky.key} 相近，那一条是内部的，不能说给顾客；请改写。"


def _scripts(revision: Revision, convert: Convert) -> Iterator[Finding]:
    for _, unit in revision.changed():
        text = OWN_PLACEHOLDER.sub("", unit.sent)
        plain = convert(text, "hans")
        if plain != text:
            odd = "、".join(dict.fromkeys(a for a, b in zip(text, plain, strict=False) if a != b))
            yield Finding(unit.key or "", f"请用简体字写（“{odd}”）；给繁体顾客的会自动转换。")
            continue
        back = convert(convert(text, "hant"), "hant-hans")
        if back != text:
            odd = "、".join(dict.fromkeys(a for a, b in zip(text, back, strict=False) if a != b))
            yield Finding(unit.key or "", f"“{odd}”转成繁体再转回来就变了，繁体顾客会看到错字；请换个说法。")
