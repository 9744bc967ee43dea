"""Several products in one account: whatever is done in whatever order, each keeps to its own.

A random world: people release, roll back and retire, runs die or are interrupted at any request,
and somebody who may write deployments, but not release, swaps models and tags. After each step
production of each product serves nothing, or a model that its own job trained and that passed.
"""

import random
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("Windows cannot fork", allow_module_level=True)

from tests import attack
from tests.end_to_end import pipeline, sweep
from tests.end_to_end.desk import Desk
from tests.end_to_end.pipeline import Cut, run_forked, start_script
from tests.local_azure.conftest import LocalAzure
from tuneops import config as configuration
from tuneops.smoke.verdict import Outcome

pytestmark = pytest.mark.attack

GROUP = "rg-world"
ACCOUNT = "tuneops-of-everybody"
STEPS = attack.examples(8)
SEED = 20261201


@dataclass
class Product:
    """``models`` are what the jobs of its contents trained, ``passed`` those that passed."""

    name: str
    contents: list[Path]
    models: list[str] = field(default_factory=list)
    passed: set[str] = field(default_factory=set)

    @property
    def candidate(self) -> str:
        return f"{self.name}-candidate"

    @property
    def names(self) -> set[str]:
        return {self.name, self.candidate}


@dataclass
class World:
    desk: Desk
    folder: Path
    patch: pytest.MonkeyPatch
    products: list[Product]
    random: random.Random

    def deployments(self) -> dict[str, Any]:
        """By name, as Azure tells them."""
        account = self.desk.account(GROUP)
        found = self.desk.azure.cognitive().deployments.list(GROUP, account)
        return {each.name: each.as_dict() for each in found}

    def step(self) -> str:
        """Do something; what it was."""
        product = self.random.choice(self.products)
        content = self.random.choice(product.contents)
        self.patch.setenv("TUNEOPS_CONFIG", str(content))
        self.patch.setenv("SWEEP_FOLDER", str(self.folder / product.name))
        alone = (self.candidate, self.compare, self.promote, self.rollback, self.retire, self.swap)
        action = self.random.choice([*alone, self.promote, self.release])
        return f"{product.name} {content.name}: {action.__name__} {action(product) or ''}"

    def candidate(self, _product: Product) -> str:
        return str(self.desk.run("deploy", "candidate").code)

    def compare(self, product: Product) -> str:
        """A smoke test of what the candidate serves, with any outcome."""
        outcome = self.random.choice([Outcome.PASS, Outcome.PASS, *Outcome])
        before = model(self.deployments().get(product.candidate))
        code, _ = run_forked(lambda: _record(outcome), self.folder / "log")
        if outcome is Outcome.PASS and before is not None:
            product.passed.add(before)
        return f"{outcome} {code}"

    def promote(self, product: Product) -> str:
        """Undisturbed, or with a signal at any request."""
        number = self.random.choice((None, signal.SIGINT, signal.SIGTERM, signal.SIGKILL))
        at, after = self.random.randint(1, 45), self.random.random() < 0.5
        cut = Cut(at, after=after, number=number) if number else None
        record = str(self.folder / product.name / f"run-{GROUP}.json")
        command = ("deploy", "promote", "--run", record)
        return (
            f"{number} {at}: {start_script(self.folder / 'promote', *command, cut=cut).wait().code}"
        )

    def rollback(self, _product: Product) -> str:
        return str(self.desk.run("deploy", "rollback").code)

    def retire(self, _product: Product) -> str:
        return str(self.desk.run("deploy", "retire", "--yes").code)

    def release(self, product: Product) -> str:
        """Everything in order, so that production serves something most of the time."""
        steps = (self.candidate, self.compare, self.promote)
        return ", ".join(str(step(product)) for step in steps)

    def swap(self, product: Product) -> str:
        """Another model under the candidate's name, of any product, with any candidate's tags."""
        found = self.deployments()
        candidates = [found[name] for each in self.products for name in each.names & set(found)]
        if product.candidate not in found:
            return "nothing"
        tags = self.random.choice(candidates)["tags"]
        models = [name for each in self.products for name in each.models]
        self.desk.delete(GROUP, product.candidate)
        self.desk.put(GROUP, product.candidate, self.random.choice(models), tags)
        return "swapped"

    def problems(self, before: dict[str, Any], touched: str) -> list[str]:
        now = self.deployments()
        wrong = [
            f"{product.name} serves {model(now[product.name])}"
            for product in self.products
            if product.name in now
            and model(now[product.name]) not in product.passed & set(product.models)
        ]
        others = {
            name for product in self.products if product.name != touched for name in product.names
        }
        changed = [name for name in others if before.get(name) != now.get(name)]
        return [*wrong, *(f"{name} was changed by {touched}" for name in changed)]


def model(deployment: Any) -> str | None:  # noqa: ANN401 - JSON
    return str(deployment["properties"]["model"]["name"]) if deployment else None


def _record(outcome: Outcome) -> None:
    pipeline.record_pass(outcome=outcome)


@pytest.fixture(scope="module")
def world(quick_server: LocalAzure, folder: Path, patch: pytest.MonkeyPatch) -> World:
    for name, value in sweep.environment(quick_server, folder).items():
        patch.setenv(name, value)
    patch.setenv("AZURE_RESOURCE_GROUP", GROUP)
    desk = Desk(quick_server, folder)
    products = []
    for name in ("law", "tienda"):
        (folder / name).mkdir(exist_ok=True)
        contents = [
            sweep.another_product(folder, name, without=number, account=ACCOUNT)
            for number in range(2)
        ]
        products.append(Product(name, contents))
        for content in contents:
            patch.setenv("TUNEOPS_CONFIG", str(content))
            desk.train()
            products[-1].models.append(desk.done("fine_tune", "status")["fine_tuned_model"])
    return World(desk, folder, patch, products, random.Random(SEED))  # noqa: S311 - no secret


@pytest.mark.timeout(7200)
def test_in_a_random_world_each_product_serves_only_what_its_own_job_trained_and_passed(
    world: World, quick_azure: LocalAzure, record_property: Callable[[str, object], None]
) -> None:
    world.patch.setenv("AZURE_RESOURCE_GROUP", GROUP)
    assert quick_azure.process.poll() is None
    record_property("sweep", f"{STEPS} steps of two products")
    history: list[str] = []
    for _ in range(STEPS):
        before = world.deployments()
        history.append(world.step())
        problems = world.problems(before, history[-1].partition(" ")[0])
        assert not problems, "\n".join([*history, *problems])
    assert configuration.load(world.products[0].contents[0]).product == "law"
