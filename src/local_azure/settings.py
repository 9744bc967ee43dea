"""What the service does and how long it takes; GET and PATCH /_local/settings."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from local_azure.roles import Assignment

Listed = Literal["files", "jobs"]


class Settings(BaseModel):
    """Durations are the real service's: divide by `speed` for the time that passes here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    speed: float = Field(1.0, gt=0)
    account_seconds: float = 20.0
    project_seconds: float = 10.0
    deployment_seconds: float = 120.0  # fine-tuned ones; a base model's are ready at once
    ready_seconds: float = 2.0  # chat answers DeploymentNotFound for so long after Succeeded
    group_delete_seconds: float = 60.0
    file_seconds: float = 20.0
    job_minutes: float = 40.0
    token_seconds: int = 3600  # lifetime of an Entra access token, by the wall clock
    strict_training_type: Literal["on", "off"] = "on"  # off: jobs may leave trainingType out
    registered: bool = True  # Microsoft.CognitiveServices in the subscription
    oidc_seconds: int = 600  # lifetime of a GitHub OIDC token, likewise
    oidc_subject: str = "repo:local/tuneops:ref:refs/heads/main"
    quota: dict[str, int] = {}  # limit by usage name, before the catalogue's
    retired: list[str] = []  # "name:version", or "name:version:fineTune|inference" for one date
    # Of the signed-in principal; None: everybody may do all; enforced: role assignments decide.
    roles: list[Assignment] | Literal["enforced"] | None = None
    role_seconds: float = 0.0  # until a role assignment takes effect
    consistency_seconds: float = 0.0  # ARM answers 404 for so long after a creation
    list_lag_seconds: dict[Listed, float] = {}  # lists leave out what was created since
    operation_form: Literal["azure-async-operation", "location", "body"] = "azure-async-operation"
    throttle: bool = False  # refuse what is over ARM's token buckets
    fail_content_check: bool = False  # refuse the training data of jobs
    fail_evaluation: bool = False  # refuse the trained model

    @field_validator("strict_training_type", mode="before")
    @classmethod
    def _switch(cls, value: object) -> object:
        """YAML reads a bare off as false."""
        return {False: "off", True: "on"}.get(value, value) if isinstance(value, bool) else value

    def patched(self, changes: dict[str, Any]) -> "Settings":
        """A checked copy; raises pydantic.ValidationError."""
        return Settings.model_validate({**self.model_dump(), **changes})
