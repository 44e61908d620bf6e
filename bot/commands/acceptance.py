"""`kesu handbook acceptance`."""

import click

from bot.books import read_books
from bot.domain import acceptance
from bot.domain.handbook.handbook import Handbook
from bot.settings import load_settings


@click.command("acceptance")
@click.option("--yes", "held", multiple=True, metavar="ID", help="This holds; all others don't. Repeatable.")
@click.option("--list", "only_list", is_flag=True, help="Only print the questions.")
def command(held: tuple[str, ...], *, only_list: bool) -> None:
    """Ask what the consumer association's rule asks, and say whether it would take the complaint up.

    Information only, never a reason to refuse a complaint.
    """
    handbook, _ = read_books(load_settings())
    asked = acceptance.questions(handbook)
    if only_list:
        for question in asked:
            click.echo(f"{question.id}  {question.text}")
        return
    answers = (
        {one.id: one.id in held for one in asked} | dict.fromkeys(held, True) if held else _ask(handbook)
    )
    _print(acceptance.check(handbook, answers))


def _ask(handbook: Handbook) -> dict[str, bool]:
    return {one.id: click.confirm(f"{one.id}  {one.text}") for one in acceptance.questions(handbook)}


def _print(result: acceptance.Acceptance) -> None:
    click.echo(acceptance.TITLES[result.outcome])
    for ground in result.grounds:
        click.echo(f"  {ground.rule}（{ground.source}）：{ground.text}")
    click.echo(f"依据的规定：{result.dated}。{result.caveat}现行法律：{result.link}")
