"""Answers that somebody has written down: rules that go before what the model itself would say."""

import json
from fnmatch import fnmatchcase
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from local_azure.simulated_model.training_file import Message, text_of


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Match(_Strict):
    """All that is stated must hold; names may have wildcards, and nothing here has a case."""

    deployment: str = "*"
    model: str = "*"
    words: list[str] = []  # each stands somewhere in the messages

    def holds(self, deployment: str, model: str, prompt: str) -> bool:
        return (
            fnmatchcase(deployment.lower(), self.deployment.lower())
            and fnmatchcase(model.lower(), self.model.lower())
            and all(word.lower() in prompt for word in self.words)
        )


class ScriptedTool(_Strict):
    name: str
    arguments: dict[str, Any] = {}


class ScriptedUsage(_Strict):
    prompt_tokens: int = Field(ge=0)
    completion_tokens: int = Field(ge=0)


class Rule(_Strict):
    """One of text, json and tool; `times` null is for ever."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    match: Match = Match()
    text: str | None = None
    value: Any = Field(None, alias="json")
    tool: ScriptedTool | None = None
    usage: ScriptedUsage | None = None
    times: int | None = Field(None, ge=1)
    used: int = 0

    @model_validator(mode="after")
    def _one_answer(self) -> "Rule":
        given = [name for name in ("text", "value", "tool") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("a rule has one of text, json and tool")
        return self

    @property
    def answer(self) -> str:
        """Of a rule without a tool."""
        return json.dumps(self.value, ensure_ascii=False) if self.text is None else self.text


RULES = TypeAdapter(list[Rule])


class Script:
    """The rules in order; the first that holds answers."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def find(self, deployment: str, model: str, messages: list[Message]) -> Rule | None:
        if not self.rules:
            return None
        prompt = "\n".join(map(text_of, messages)).lower()
        for rule in self.rules:
            spent = rule.times is not None and rule.used >= rule.times
            if not spent and rule.match.holds(deployment, model, prompt):
                rule.used += 1
                return rule
        return None
