"""What the service checks before it takes a fine-tuning job, and the document it makes of one."""

import re
import secrets
import shutil
from dataclasses import asdict, dataclass
from math import inf, isfinite
from pathlib import Path

from local_azure import trained_models
from local_azure.catalog import CatalogModel, normalize_region
from local_azure.data_plane import files, jobs
from local_azure.data_plane.grading import checked_grader
from local_azure.data_plane.progress import Job
from local_azure.data_plane.wire import (
    Call,
    Json,
    invalid,
    invalid_value,
    new_id,
    over_quota,
    without_nulls,
    wrong_state,
)
from local_azure.simulated_model.content_checks import HARM_TYPES, training_data_refusal
from local_azure.simulated_model.graders import NOT_RUN, types_in
from local_azure.simulated_model.hyperparameters import Hyperparameters, auto_hyperparameters
from local_azure.simulated_model.training_file import Inspection

SUFFIX = re.compile(r"[A-Za-z0-9_-]{1,40}")  # authoring 2024-10-21
JOBS = 100  # of a resource in total; quotas-limits, 2026-02-17
QUEUED_JOBS = 20  # quotas-limits, 2026-02-17
EXAMPLES = 10  # at least; below it the job does not start (fine-tuning, Azure docs)
TRAINED_TOKENS = 2_000_000_000  # tokens times epochs; quotas-limits, 2026-02-17
INT32 = 2**31
# OpenAI's specification; Azure's own gives no ranges.
EPOCHS, BATCH_SIZE, BETA = 50, 256, 2.0
LOCAL_STEPS = 50_000  # that the small model of this local Azure takes; about a minute
TRAINING_TYPES = {
    "standard": "Standard",
    "globalstandard": "GlobalStandard",
    "1": "GlobalStandard",
    "developer": "DeveloperTier",
    "developertier": "DeveloperTier",
    "datazone": "DataZoneStandard",  # the service's own word is not confirmed
    "datazonestandard": "DataZoneStandard",
}
DEFAULT_TRAINING_TYPES = ("GlobalStandard", "Standard", "DataZoneStandard", "DeveloperTier")
METHODS = ("supervised", "dpo", "reinforcement")
GRADERS = frozenset({"string_check", "text_similarity", "score_model", "multi"})
EFFORTS = ("default", "low", "medium", "high")
COMPUTE_MULTIPLIER = 10.0
AUTO_BETA = 0.1  # the service's own is not published
VISION_MODELS = ("gpt-4o-2024-08-06", "gpt-4.1-2025-04-14")  # fine-tuning-vision, Azure docs
NO_FINE_TUNING = "The specified base model does not support fine-tuning"
UNSET = -1  # how "auto" reads while a job is pending


@dataclass(frozen=True)
class Material:
    file_id: str
    inspection: Inspection


def new_job(call: Call, body: Json) -> Job:
    """Raises AzureError with the first thing that is wrong; links the files' bytes to the job."""
    _require_room(call)
    base = _base_model(call, body)
    training_type = _training_type(call, base, body.get("trainingType"))
    method = _method(base, body)
    training = _material(call, body, "training_file")
    needs_validation = method == "reinforcement" or body.get("validation_file")
    validation = _material(call, body, "validation_file") if needs_validation else None
    requested = _requested(body, method)
    resolved = _resolved(requested, training.inspection)
    _require_feasible(training.inspection, resolved)
    _require_vision(base, training.inspection)
    job = without_nulls(
        {
            "id": new_id("ftjob"),
            "created": call.now,
            "model": _stated_name(base, body["model"]),
            "base": base.base_name,
            "training_type": training_type,
            "training_file": training.file_id,
            "validation_file": validation.file_id if validation else None,
            "suffix": _suffix(body.get("suffix")),
            "seed": _seed(body.get("seed")),
            "method": body.get("method"),
            "beta": _beta(body) if method == "dpo" else None,
            "exploration": _exploration(body) if method == "reinforcement" else None,
            "metadata": body.get("metadata"),
            "integrations": body.get("integrations"),
            "requested": requested,
            "resolved": asdict(resolved),
            "examples": training.inspection.examples,
            "tokens": training.inspection.tokens,
            "minutes": call.state.settings.job_minutes,
            "result_file": new_id("file"),
            "data_error": _data_error(call, method, training, validation),
            "evaluation_harms": _evaluation_harms(call),
        }
    )
    _keep_data(call, job)
    return job


def _require_room(call: Call) -> None:
    jobs.settle(call.plane, call.scope)
    if call.state.store.count("job", call.scope) >= JOBS:
        raise over_quota(f"The resource already has {JOBS} fine-tuning jobs, the most it can have.")
    waiting = [job for job in jobs.opened(call.state.store, call.scope) if "segments" not in job]
    if len(waiting) >= QUEUED_JOBS:
        raise over_quota(f"{QUEUED_JOBS} fine-tuning jobs are already waiting in the queue.")


def _base_model(call: Call, body: Json) -> CatalogModel:
    """The catalogue's model, or that from which an earlier job of the account started."""
    name = body.get("model")
    if not isinstance(name, str) or not name:
        raise invalid_value("model", "is missing.")
    earlier = trained_models.find(call.state.store, call.scope, name)
    base = call.state.catalog.base_model(earlier.base if earlier else name)
    if base is None or base.retired("fineTune") or (earlier and base.format != "OpenAI"):
        raise invalid(NO_FINE_TUNING)
    return base


def _stated_name(base: CatalogModel, name: str) -> str:
    """With the date that it was asked for without; whether Azure does so is not confirmed."""
    return base.base_name if name.lower() in (base.name.lower(), base.base_name.lower()) else name


def _training_type(call: Call, base: CatalogModel, asked: object) -> str:
    """Without a training type the service says that the model cannot be fine-tuned.

    The setting that lets it be left out takes the first that the region offers.
    """
    offered = base.training_types(normalize_region(call.account["location"]))
    if asked is None and call.state.settings.strict_training_type == "off":
        asked = next((name for name in DEFAULT_TRAINING_TYPES if name in offered), None)
    if asked is None or not offered:
        raise invalid(NO_FINE_TUNING)
    training_type = TRAINING_TYPES.get(str(asked).lower())
    if training_type is None or training_type not in offered:
        raise invalid(f"{NO_FINE_TUNING} with {training_type or asked} TrainingType")
    return training_type


def _method(base: CatalogModel, body: Json) -> str:
    method = body.get("method") or {"type": "supervised"}
    name = method.get("type") if isinstance(method, dict) else None
    if name not in METHODS:
        raise invalid(f"The method's type must be one of {', '.join(METHODS)} here.")
    if name not in base.methods:
        raise invalid(f"{NO_FINE_TUNING} with the method {name}.")
    return str(name)


def _material(call: Call, body: Json, key: str) -> Material:
    file_id = body.get(key)
    if not isinstance(file_id, str) or not file_id:
        raise invalid_value(f"{key}", "is missing.")
    file = call.state.store.get("file", call.scope, file_id)
    if file is None or file["purpose"] != "fine-tune":
        raise invalid_value(f"{key}", f"there is no file '{file_id}' for fine-tuning.")
    status, _ = files.status(call, file)
    known = files.inspection(call, file)
    if status != "processed" or known is None:
        raise wrong_state(f"'{key}': the file '{file_id}' is {status}, not processed.")
    return Material(file_id, known)


def _suffix(suffix: object) -> str | None:
    if suffix is None:
        return None
    if not isinstance(suffix, str) or not SUFFIX.fullmatch(suffix):
        raise invalid_value("suffix", "must be 1 to 40 characters of a-z, A-Z, 0-9, - and _.")
    return suffix


def _seed(seed: object) -> int:
    if seed is None:
        return secrets.randbelow(INT32)
    if not isinstance(seed, int) or isinstance(seed, bool) or not -INT32 <= seed < INT32:
        raise invalid_value("seed", "must be a 32-bit integer.")
    return seed


def _requested(body: Json, method: str) -> Json:
    """As the pending job shows them: a number for each, -1 for "auto"."""
    stated = _stated(body, method)
    return {
        "n_epochs": _whole(stated, "n_epochs", EPOCHS),
        "batch_size": _whole(stated, "batch_size", BATCH_SIZE),
        "learning_rate_multiplier": _positive(stated, "learning_rate_multiplier"),
    }


def _options(body: Json, method: str) -> Json:
    options = (body.get("method") or {}).get(method) or {}
    if not isinstance(options, dict):
        raise invalid(f"The method's '{method}' must be an object.")
    return options


def _stated(body: Json, method: str) -> Json:
    stated = _options(body, method).get("hyperparameters") or body.get("hyperparameters") or {}
    if not isinstance(stated, dict):
        raise invalid_value("hyperparameters", "must be an object.")
    return stated


def _beta(body: Json) -> float:
    beta = _positive(_stated(body, "dpo"), "beta", BETA)
    return AUTO_BETA if beta == UNSET else beta


def _exploration(body: Json) -> Json:
    """What a reinforcement states beside the rest; what is automatic is left out."""
    grader = checked_grader(_options(body, "reinforcement").get("grader"))
    if unfit := types_in(grader) - GRADERS:
        reason = f" {NOT_RUN}" if "python" in unfit else ""
        raise invalid(f"A grader of the type {min(unfit)} cannot train here.{reason}")
    stated = _stated(body, "reinforcement")
    if stated.get("reasoning_effort", "default") not in EFFORTS:
        raise invalid_value("reasoning_effort", f"must be one of {', '.join(EFFORTS)}.")
    found = {
        "compute_multiplier": _positive(stated, "compute_multiplier", COMPUTE_MULTIPLIER),
        "eval_interval": _whole(stated, "eval_interval", INT32),
        "eval_samples": _whole(stated, "eval_samples", INT32),
    }
    return {name: value for name, value in found.items() if value != UNSET}


def _whole(stated: Json, name: str, most: int) -> int:
    value = stated.get(name)
    if value in (None, "auto", UNSET):
        return UNSET
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise invalid(f"The hyperparameter '{name}' must be a whole number to {most}, or auto.")
    return value


def _positive(stated: Json, name: str, most: float = inf) -> float | int:
    value = stated.get(name)
    if value in (None, "auto", UNSET):
        return UNSET
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise invalid(f"The hyperparameter '{name}' must be a number, or auto.")
    if not isfinite(value) or not 0 < value <= most:
        bound = "positive" if most == inf else f"positive and at most {most}"
        raise invalid(f"The hyperparameter '{name}' must be {bound}.")
    return value


def _resolved(requested: Json, training: Inspection) -> Hyperparameters:
    auto = asdict(auto_hyperparameters(training.examples))
    chosen = {name: auto[name] if value == UNSET else value for name, value in requested.items()}
    return Hyperparameters(**chosen)


def _require_feasible(training: Inspection, chosen: Hyperparameters) -> None:
    if training.tokens * chosen.n_epochs > TRAINED_TOKENS:
        raise invalid(f"Training tokens times epochs are more than {TRAINED_TOKENS}.")
    if chosen.steps(training.examples) > LOCAL_STEPS:
        raise invalid(f"The local Azure trains {LOCAL_STEPS} steps at most: enlarge batch_size.")


def _require_vision(base: CatalogModel, training: Inspection) -> None:
    if training.images and base.base_name not in VISION_MODELS:
        raise invalid(f"The model {base.base_name} cannot be fine-tuned with images.")


def _data_error(
    call: Call, method: str, training: Material, validation: Material | None
) -> str | None:
    """Why preprocessing is going to fail."""
    found = _training_error(call, training.inspection)
    files = (("training", training), ("validation", validation))
    wrong = (_form_error(method, name, file.inspection) for name, file in files if file)
    return found or next((error for error in wrong if error), None)


def _training_error(call: Call, training: Inspection) -> str | None:
    """The content check's words are the service's."""
    harms = training.harm_types
    if call.state.settings.fail_content_check:
        harms = harms or tuple(harm for harm in HARM_TYPES if harm != "sexual")
    if harms:
        return training_data_refusal(harms)
    if training.examples < EXAMPLES:
        return (
            f"The training file has {training.examples} examples; at least {EXAMPLES} are needed."
        )
    return None


def _form_error(method: str, name: str, file: Inspection) -> str | None:
    preferences = file.examples if method == "dpo" else 0
    if file.preferences != preferences:
        return f"The {name} file does not hold examples for the method {method}."
    unanswered = file.examples if method == "reinforcement" else 0
    if file.unanswered != unanswered:
        who = "user" if unanswered else "assistant"
        return f"The last message of each {name} example must be from the {who}."
    return None


def _evaluation_harms(call: Call) -> list[str] | None:
    return ["violence", "self_harm"] if call.state.settings.fail_evaluation else None


def _keep_data(call: Call, job: Job) -> None:
    store = call.state.store
    _link(store.blob(job["training_file"]), jobs.training_data(store, job))
    if "validation_file" in job:
        _link(store.blob(job["validation_file"]), jobs.validation_data(store, job))


def _link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)
