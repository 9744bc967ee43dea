"""Products: begin one, and remove all that one has in Azure."""

from pathlib import Path
from typing import Any

from environment import click
from tuneops import config_files, console


@click.group(cls=console.Commands)
def main() -> None:
    """A product is a configuration with a data folder of the same name."""


@main.command()
@click.argument("product")
@click.option("--language", metavar="CODE", help="What answers are in, such as en.")
@click.option(
    "--method",
    type=click.Choice(["supervised", "dpo", "reinforcement"]),
    default="supervised",
    show_default=True,
    help="How it is trained; docs/methods.md compares them.",
)
@click.option("--base", metavar="MODEL", help="gpt-4.1, or NAME:VERSION:FORMAT of another model.")
@click.option("--region", default="swedencentral", show_default=True, help="Of Azure.")
@click.option("--owner", metavar="@TEAM", help="Whom CODEOWNERS names for its files.")
@console.dry_run_option
@console.json_option
def init(product: str, *, as_json: bool, **options: Any) -> None:
    """Write the configuration, data folder and prompts that a new product begins with.

    Example: python scripts/product.py init help-desk --language en
    """
    from tuneops.commands import product as products

    console.emit_facts(products.init(product, **options), as_json=as_json)


@main.command()
@click.argument("product", required=False)
@console.optional_config_option
@click.option("--yes", is_flag=True, help="Do not ask for the product's name.")
@console.dry_run_option
@console.json_option
def teardown(
    product: str | None, config_path: Path | None, yes: bool, dry_run: bool, as_json: bool
) -> None:
    """Delete the product's deployments, jobs, files, account and group today, and prove it.

    What other products or people have stays, and is named. Run again, it goes on where it stopped.

    Example: python scripts/product.py teardown travel --dry-run
    """
    from tuneops.commands import product as products
    from tuneops.display import tables

    path = config_files.FOLDER / f"{product}.yaml" if product else config_path
    found = products.teardown(path or config_files.require_one(), yes=yes, dry_run=dry_run)
    console.emit(found, as_json=as_json, shown=tables.each(found))


if __name__ == "__main__":
    main()
