"""The products of this repository, and which of them a change touches."""

from pathlib import Path

import click

from tuneops import console


@click.group(cls=console.Commands)
def main() -> None:
    """A product is a configuration file with the data folder that it names."""


@main.command()
@click.option("--base", default="", help="The commit before; unknown or empty means all products.")
@click.option("--head", default="", help="The commit after.")
@click.option("--product", default="", help="This one, whatever changed.")
@console.json_option
def changed(base: str, head: str, product: str, as_json: bool) -> None:
    """Print the products that changed between two commits; to GitHub, as JSON for a matrix.

    Example: python scripts/ci/products.py changed --product travel
    """
    import json

    from tuneops import github, products
    from tuneops.git import History

    found, history = products.find(), History(Path())
    if product:
        found = [products.named(found, product)]
    elif history.knows(base):
        found = products.touched(found, history.changed_paths(base, head))
    names = [one.name for one in found]
    github.set_outputs(products=json.dumps(names))
    console.emit(names, as_json=as_json, shown="\n".join(names))


if __name__ == "__main__":
    main()
