"""Talk to the base model and the fine-tuned one side by side."""

from pathlib import Path
from typing import TYPE_CHECKING

from environment import click
from tuneops import console

if TYPE_CHECKING:
    from tuneops.commands.chat import SideBySide

FIRST_QUESTION = "¿Qué puedes hacer?"


@click.command(cls=console.Command)
@console.config_option
@click.option("--prompt", help="Ask this one question; left out, a conversation begins.")
@click.option("--system", help="A system message of the configuration, by name; or --system-text.")
@click.option("--system-text", help="A system message in your own words.")
@click.option("--base", help="A deployment; left out, the base deployment.")
@click.option("--tuned", help="A deployment; left out, production, else the candidate.")
@console.json_option
def main(
    *,
    config_path: Path,
    prompt: str | None,
    system: str | None,
    system_text: str | None,
    base: str | None,
    tuned: str | None,
    as_json: bool,
) -> None:
    """Ask base and fine-tuned the same questions.

    Example: python scripts/chat.py --prompt "¿Dónde debería hospedarme en Roma?" --system travel
    """
    from tuneops.commands import chat

    talk = chat.open_talk(
        config_path, system=system, system_text=system_text, deployments=(base, tuned)
    )
    if prompt is not None:
        answer(talk, prompt, as_json=as_json)
        return
    default: str | None = FIRST_QUESTION
    while question := ask_for_question(default):
        answer(talk, question, as_json=as_json)
        default = None


def ask_for_question(default: str | None) -> str:
    """The next question; an empty line or the end of input ends the conversation."""
    try:
        return str(click.prompt("you", default=default or "", show_default=bool(default), err=True))
    except click.Abort:
        return ""


def answer(talk: "SideBySide", question: str, *, as_json: bool) -> None:
    from tuneops.display import tables

    replies = talk.ask(question)
    facts = {name: reply.text for name, reply in replies.items()}
    console.emit(facts, as_json=as_json, shown=tables.side_by_side(facts))


if __name__ == "__main__":
    main()
