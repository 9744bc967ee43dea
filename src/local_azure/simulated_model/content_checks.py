"""Stands in for the service's content safety: marker phrases trigger it, nothing else does.

`[[local-azure:rai:violence]]` (or hate_fairness, self_harm, sexual) in a training file fails the
job's data check; `[[local-azure:filter]]` in a prompt trips the content filter.
"""

import re
from typing import Any

HARM_TYPES = ("hate_fairness", "self_harm", "sexual", "violence")
FILTER_MARKER = "[[local-azure:filter]]"
_RAI_MARKER = re.compile(rf"\[\[local-azure:rai:({'|'.join(HARM_TYPES)})\]\]")

_CATEGORIES = ("hate", "self_harm", "sexual", "violence")
_SAFE = {"filtered": False, "severity": "safe"}
_UNDETECTED = {"filtered": False, "detected": False}

Results = dict[str, dict[str, Any]]


def harm_types(text: str) -> set[str]:
    return set(_RAI_MARKER.findall(text))


def trips_filter(text: str) -> bool:
    return FILTER_MARKER in text


def prompt_results(*, filtered: bool = False) -> Results:
    results = {category: dict(_SAFE) for category in _CATEGORIES}
    if filtered:
        results["violence"] = {"filtered": True, "severity": "high"}
    return {**results, "jailbreak": dict(_UNDETECTED)}


def completion_results() -> Results:
    return {
        **{category: dict(_SAFE) for category in _CATEGORIES},
        "protected_material_code": dict(_UNDETECTED),
        "protected_material_text": dict(_UNDETECTED),
    }


def training_data_refusal(found: tuple[str, ...]) -> str:
    """The service's message for a training file that fails its content check."""
    return (
        f"The provided training data failed RAI checks for harm types: [{', '.join(found)}]. "
        "Please fix the data and try again."
    )


def evaluation_refusal(found: tuple[str, ...]) -> str:
    """The service's message for a trained model that fails its safety evaluation."""
    names = ", ".join(name.replace("_", " ").title() for name in found)
    return (
        "This model is unable to be deployed. Model evaluation identified that this fine tuned "
        f"model scores above acceptable thresholds for [{names}]. "
        "Please review your training data set and resubmit the job."
    )
