"""Create or connect what a product stands on in Azure."""

from datetime import timedelta
from pathlib import Path

from environment import click
from tuneops import console


class Span(click.ParamType[timedelta]):
    """A duration such as 36h."""

    name = "duration"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        from tuneops.config_types import parse_duration

        try:
            return parse_duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.group(cls=console.Commands)
def main() -> None:
    """Resource group, Foundry account, project and base deployment of a product."""


@main.command()
@console.config_option
@console.environment_option
@click.option("--expires-in", type=Span(), help="Clean-up may delete the group after this time.")
@click.option("--keys", is_flag=True, help="A new account takes keys too, as labs want.")
@console.dry_run_option
@console.json_option
def create(
    *,
    config_path: Path,
    environment: str | None,
    expires_in: timedelta | None,
    keys: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Create what is missing; run it as often as you like.

    Example: python scripts/provision.py create --config config/travel.yaml
    """
    from tuneops import config as configuration
    from tuneops.azure.cloud import connect
    from tuneops.commands.next_command import after
    from tuneops.display import tables
    from tuneops.provision import create as creation

    config = configuration.load(config_path, environment)
    session = connect(config.azure.subscription)
    if dry_run:
        missing = creation.missing(config, session)
        facts: dict[str, object] = {"would_create": missing}
    else:
        voice = creation.Voice(console.say, console.warn)
        place = creation.provision(config, session, voice, expires_after=expires_in, keys=keys)
        facts = place.facts() | after(config_path, "check")
    console.emit(facts, as_json=as_json, shown=tables.facts(facts))


@main.command()
@console.optional_config_option
@click.option("--model", help="Left out, the configured base model.")
@console.json_option
def regions(config_path: Path | None, model: str | None, as_json: bool) -> None:
    """Say which regions train and deploy a model now, and what quota is left there.

    Example: python scripts/provision.py regions --model gpt-4.1
    """
    from tuneops.commands import provision

    facts, shown = provision.regions(config_path, model)
    console.emit(facts, as_json=as_json, shown=shown)


@main.command()
@console.config_option
@console.environment_option
@console.json_option
def show(config_path: Path, environment: str | None, as_json: bool) -> None:
    """Print what exists, and which models the region fine-tunes.

    Example: python scripts/provision.py show --json
    """
    from tuneops import config as configuration
    from tuneops.azure.cloud import connect
    from tuneops.display import tables
    from tuneops.provision import inventory

    config = configuration.load(config_path, environment)
    found = inventory.take(config, connect(config.azure.subscription))
    console.emit(found.facts(), as_json=as_json, shown=tables.facts(found.summary()))


if __name__ == "__main__":
    main()
