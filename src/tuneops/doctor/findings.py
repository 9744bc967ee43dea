"""What doctor says about one thing."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class DoctorFinding:
    level: Level
    about: str
    message: str
    remedy: str = ""

    def facts(self) -> dict[str, str]:
        return asdict(self)


def ok(about: str, message: str) -> DoctorFinding:
    return DoctorFinding(Level.OK, about, message)


def warning(about: str, message: str, remedy: str) -> DoctorFinding:
    return DoctorFinding(Level.WARNING, about, message, remedy)


def error(about: str, message: str, remedy: str) -> DoctorFinding:
    return DoctorFinding(Level.ERROR, about, message, remedy)
