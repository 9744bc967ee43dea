"""Talk to the base model and the fine-tuned one side by side."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from environment import click
from tuneops import config_files, console
from tuneops.errors import TuneopsError

if TYPE_CHECKING:
    from tuneops.commands.chat import SideBySide


@click.group(cls=console.Commands, invoke_without_command=True)
@console.optional_config_option
@console.environment_option
@click.option("--prompt", help="Ask this one question; left out, a conversation begins.")
@click.option("--system", help="A system message of the configuration, by name; or --system-text.")
@click.option("--system-text", help="A system message in your own words.")
@click.option("--only", type=click.Choice(["base", "tuned"]), help="Ask one of the two.")
@click.option("--base", help="A deployment; left out, the base deployment.")
@click.option("--tuned", help="A deployment; left out, production, else the candidate.")
@console.json_option
@click.pass_context
def main(
    ctx: click.Context,
    /,
    *,
    config_path: Path | None,
    environment: str | None,
    prompt: str | None,
    as_json: bool,
    **asked: str | None,
) -> None:
    """Ask base and fine-tuned the same questions; inside, /help lists the commands.

    Example: python scripts/chat.py --prompt "¿Dónde debería hospedarme en Roma?" --system travel
    """
    if ctx.invoked_subcommand is not None:
        return
    from tuneops.commands import chat

    path = config_path or config_files.require_one()
    talk = chat.open_talk(path, environment, **asked)
    if prompt is not None:
        answer(talk, prompt, as_json=as_json)
        return
    default: str | None = talk.first_question
    while question := ask_for_question(default):
        default = None
        if not question.startswith("/"):
            answer(talk, question, as_json=as_json)
        elif not told(talk, question):
            return


def told(talk: "SideBySide", command: str) -> bool:
    """Do a command; false where it ends the conversation. A wrong one is said, and ends nothing."""
    try:
        said = talk.do(command)
    except TuneopsError as error:
        console.report(error)
        return True
    if said is not None:
        console.say(said)
    return said is not None


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


@main.command()
@console.config_option
@console.environment_option
@click.option("--only", type=click.Choice(["base", "tuned"]), help="Ask one of the two.")
@click.option("--base", help="A deployment; left out, the base deployment.")
@click.option("--tuned", help="A deployment; left out, production, else the candidate.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Left out, a free one.")
@click.option(
    "--rows", type=console.Output(), help="Where kept rows go; else out/PRODUCT-rows.jsonl."
)
@click.option("--open", "open_page", is_flag=True, help="Open the page in the browser.")
def serve(*, config_path: Path, environment: str | None, **asked: Any) -> None:
    """A page on this machine: base and fine-tuned side by side, with the checks of each answer.

    Example: python scripts/chat.py serve --open
    """
    from tuneops.commands import chat

    chat.serve(config_path, environment, **asked)


if __name__ == "__main__":
    main()
