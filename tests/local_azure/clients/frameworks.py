"""langchain-openai, litellm, instructor and azure-ai-ml against the local Azure."""

from __future__ import annotations

import os
import sys
from typing import Any

import instructor  # type: ignore[import-not-found]
import litellm  # type: ignore[import-not-found]
import openai
from azure.ai.ml import MLClient  # type: ignore[import-untyped,import-not-found,unused-ignore]
from azure.ai.ml.entities import Workspace  # type: ignore[import-untyped,import-not-found,unused-ignore]
from azure.identity import DefaultAzureCredential
from langchain_openai import (  # type: ignore[import-not-found]
    AzureChatOpenAI,
    AzureOpenAIEmbeddings,
    ChatOpenAI,
)
from pydantic import BaseModel
from steps import ACCOUNT, GROUP, REGION, Ground, run  # type: ignore[import-not-found]

ground = Ground(DefaultAzureCredential().get_token("https://management.azure.com/.default").token)
endpoint = f"{ground.url}/accounts/{ACCOUNT}"
DATED = "2024-10-21"


class Place(BaseModel):
    name: str
    visitors: int


def langchain_chats_and_streams() -> None:
    chat = AzureChatOpenAI(
        azure_endpoint=endpoint, api_key=ground.key, api_version=DATED, azure_deployment="gpt-4o"
    )
    assert chat.invoke("Hello").content
    assert "".join(str(piece.content) for piece in chat.stream("Hello"))


def langchain_asks_by_responses() -> None:
    chat = ChatOpenAI(
        base_url=ground.v1, api_key=ground.key, model="gpt-4o", use_responses_api=True
    )
    assert chat.invoke("Hello").content


def langchain_gets_structured_output() -> None:
    chat = ChatOpenAI(base_url=ground.v1, api_key=ground.key, model="gpt-4o")
    assert isinstance(chat.with_structured_output(Place).invoke("A place"), Place)


def langchain_embeds() -> None:
    embed = AzureOpenAIEmbeddings(
        azure_endpoint=endpoint, api_key=ground.key, api_version=DATED, azure_deployment="embed",
        check_embedding_ctx_length=False,
    )  # fmt: skip
    assert len(embed.embed_query("Hello")) == 1536


def litellm_chats_and_streams() -> None:
    how: dict[str, Any] = {"api_base": endpoint, "api_key": ground.key, "api_version": DATED}
    messages = [{"role": "user", "content": "Hello"}]
    found = litellm.completion("azure/gpt-4o", messages=messages, **how)
    assert found.choices[0].message.content
    assert list(litellm.completion("azure/gpt-4o", messages=messages, stream=True, **how))


def litellm_embeds() -> None:
    how: dict[str, Any] = {"api_base": endpoint, "api_key": ground.key, "api_version": DATED}
    assert litellm.embedding("azure/embed", input=["Hello"], **how).data


def instructor_parses(mode: instructor.Mode) -> None:
    plain = openai.OpenAI(base_url=ground.v1, api_key=ground.key)
    client = instructor.from_openai(plain, mode=mode)
    messages: Any = [{"role": "user", "content": "A place"}]
    assert isinstance(
        client.chat.completions.create(
            model="gpt-4o", response_model=Place, messages=messages, max_retries=0
        ),
        Place,
    )


def instructor_by_tools() -> None:
    instructor_parses(instructor.Mode.TOOLS)


def instructor_by_json_mode() -> None:
    instructor_parses(instructor.Mode.JSON)


def instructor_by_json_in_markdown() -> None:
    instructor_parses(instructor.Mode.MD_JSON)


def machine_learning() -> Any:  # noqa: ANN401
    subscription = os.environ["AZURE_SUBSCRIPTION_ID"]
    return MLClient(DefaultAzureCredential(), subscription, GROUP, cloud="LocalAzure").workspaces


def azure_ai_ml_makes_a_workspace() -> None:
    made = machine_learning().begin_create(Workspace(name="lab", location=REGION)).result()
    assert made.storage_account
    assert [one.name for one in machine_learning().list()] == ["lab"]


def azure_ai_ml_deletes_it_and_what_it_stands_on() -> None:
    machine_learning().begin_delete("lab", delete_dependent_resources=True).result()
    assert list(machine_learning().list()) == []


if __name__ == "__main__":
    sys.exit(
        run(
            [
                langchain_chats_and_streams,
                langchain_asks_by_responses,
                langchain_gets_structured_output,
                langchain_embeds,
                litellm_chats_and_streams,
                litellm_embeds,
                instructor_by_tools,
                instructor_by_json_mode,
                instructor_by_json_in_markdown,
                azure_ai_ml_makes_a_workspace,
                azure_ai_ml_deletes_it_and_what_it_stands_on,
            ]
        )
    )
