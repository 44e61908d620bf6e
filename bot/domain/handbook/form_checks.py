"""Checks the papers of the packs: every value and clause that a form names must exist."""

from collections.abc import Iterable, Iterator, Mapping

from bot.domain.handbook.clause import Clause
from bot.domain.handbook.form import VALUE_TITLES, Form, named_values
from bot.domain.handbook.loading import Problem
from bot.domain.handbook.model import Pack


def check_forms(packs: Iterable[Pack], clauses: Mapping[str, Clause]) -> Iterator[Problem]:
    """What is wrong with the papers."""
    packs = tuple(packs)
    known = {*VALUE_TITLES, *_fields(packs), *_findings(packs)}
    for form in (form for pack in packs for form in pack.papers):
        yield from _sections(form, clauses)
        for place, name in named_values(form, clauses):
            if name not in known:
                message = f"没有 {name} 这个值；请改正，或写进 fields、process 的 values 或表单的 asks"
                yield Problem(form.origin, f"papers[{form.id}].{place}", message)


def _fields(packs: Iterable[Pack]) -> Iterator[str]:
    return (f"field.{rule.id}" for pack in packs for rule in pack.fields)


def _findings(packs: Iterable[Pack]) -> Iterator[str]:
    for pack in packs:
        yield from (f"finding.{value.id}" for process in pack.process for value in process.values)
        yield from (f"finding.{asked.id}" for form in pack.papers for asked in form.asks)


def _sections(form: Form, clauses: Mapping[str, Clause]) -> Iterator[Problem]:
    for number, section in enumerate(form.sections, start=1):
        place = f"papers[{form.id}].sections.{number}"
        clause = clauses.get(section.clause or "")
        if section.clause and clause is None:
            yield Problem(form.origin, place, f"没有条款 {section.clause}；请改正编号")
        elif section.sentences and (clause is None or max(section.sentences) > len(clause.wording)):
            yield Problem(form.origin, place, "sentences 里的号码超出了条款的句数；请改正")
        if not (section.title or section.entries or section.paragraphs or section.clause):
            yield Problem(form.origin, place, "这一节是空的；请补上内容或删去")
