"""The fine-tuned models and checkpoints of an account, by the names under which they deploy."""

from typing import NamedTuple

from local_azure.store import Store

_KIND = "trained_model"


class TrainedModel(NamedTuple):
    """`name` is a model's name or a checkpoint's id; `job` trained it from `base`."""

    name: str
    base: str
    job: str


def publish(store: Store, account_id: str, model: TrainedModel) -> None:
    store.put(_KIND, account_id, model.name, model._asdict())


def withdraw(store: Store, account_id: str, job: str) -> None:
    """All models of a job."""
    for model in listed(store, account_id):
        if model.job == job:
            store.delete(_KIND, account_id, model.name)


def find(store: Store, account_id: str, name: str) -> TrainedModel | None:
    found = store.get(_KIND, account_id, name)
    return TrainedModel(**found) if found is not None and found["name"] == name else None


def listed(store: Store, account_id: str) -> list[TrainedModel]:
    return [TrainedModel(**found) for found in store.list(_KIND, account_id)]
