"""The openai SDK with its strict response validation: it raises where an answer is not as typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest

from tests.local_azure.data_plane.conftest import API_VERSION, tienda

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_azure.data_plane.conftest import Service

QUESTION: Any = [{"role": "user", "content": "¿Qué veo en Roma?"}]


@pytest.fixture(params=["v1", "dated"])
def strict(service: Service, request: pytest.FixtureRequest) -> Iterator[openai.OpenAI]:
    endpoint = f"{service.azure.url}/accounts/{service.account}/"
    key = service.v1.api_key
    made = (
        openai.OpenAI(
            base_url=f"{endpoint}openai/v1/", api_key=key, _strict_response_validation=True
        )
        if request.param == "v1"
        else openai.AzureOpenAI(
            azure_endpoint=endpoint,
            api_version=API_VERSION,
            api_key=key,
            _strict_response_validation=True,
        )
    )
    with made:
        yield made


def test_files_and_chat(service: Service, strict: openai.OpenAI) -> None:
    """What is uploaded, listed, read, deleted, said."""
    service.deploy("chat", "gpt-4o:2024-08-06")
    file = strict.files.retrieve(service.upload(tienda()))
    assert file.status == "processed"
    assert [one.id for one in strict.files.list().data] == [file.id]
    reply = strict.chat.completions.create(model="chat", messages=QUESTION, n=2)
    assert len(reply.choices) == 2
    assert strict.files.delete(file.id).deleted


def test_models(service: Service) -> None:
    """On v1 alone: Azure's own form of a model, on the dated surface, is not OpenAI's."""
    strict = service.v1.with_options(_extra_kwargs={"_strict_response_validation": True})
    assert strict._strict_response_validation
    assert strict.models.retrieve("gpt-4o-2024-08-06") in list(strict.models.list())


def test_a_job_its_events_and_its_checkpoints(service: Service, strict: openai.OpenAI) -> None:
    """A job that has ended, with pages of what it did."""
    trained = service.train(tienda(), suffix="ft-tienda")
    jobs = strict.fine_tuning.jobs
    if not isinstance(strict, openai.AzureOpenAI):  # Azure's dated jobs have no organization_id
        assert jobs.retrieve(trained.id).fine_tuned_model == trained.fine_tuned_model
        assert [one.id for one in jobs.list()] == [trained.id]
    events = list(jobs.list_events(trained.id, limit=4))
    assert len({event.id for event in events}) == len(events) > 10
    assert len(list(jobs.checkpoints.list(trained.id, limit=2))) == 3
