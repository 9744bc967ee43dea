"""Which files a product is trained, validated and smoke-tested with."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from tuneops.config_types import DataPath, Section, plain_path


class Source(Section):
    """A file of training rows: each row ``weight`` times, or a drawn sample of ``take`` rows."""

    file: DataPath
    weight: int = Field(1, ge=1, le=20)
    take: int | None = Field(None, ge=1)


class Split(Section):
    """The share of training rows that is held out for validation, drawn by ``seed``."""

    split: float = Field(gt=0, le=0.5)
    seed: int = 1


def _sources(given: Any) -> Any:  # noqa: ANN401 - whatever the YAML holds
    """A file, or a list of files; each alone or with a weight."""
    if isinstance(given, str | Path):
        return [{"file": plain_path(Path(given))}]
    listed = given if isinstance(given, list | tuple) else [given]
    return [{"file": one} if isinstance(one, str | Path) else one for one in listed]


Sources = Annotated[
    tuple[Source, ...],
    BeforeValidator(_sources, json_schema_input_type=str | list[str | Source]),
    Field(min_length=1),
]


class DataFiles(Section):
    """Files of the product's own folder, ``data/<product>/``; ``seed`` orders several sources."""

    training: Sources
    validation: DataPath | Split
    smoke_prompts: DataPath
    seed: int = 1

    @property
    def training_files(self) -> tuple[Path, ...]:
        return tuple(source.file for source in self.training)

    @property
    def validation_file(self) -> Path | None:
        """None where the rows are split off the training files."""
        return None if isinstance(self.validation, Split) else self.validation

    @property
    def rows(self) -> tuple[Path, ...]:
        """The files that a model is made of, those of training first."""
        held_out = self.validation_file
        return (*self.training_files, *([held_out] if held_out else []))

    @property
    def files(self) -> tuple[Path, ...]:
        return (*self.rows, self.smoke_prompts)
