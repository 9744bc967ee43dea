"""What a resource that takes time to make is doing now, worked out from when its work began."""

from typing import Any

from local_azure.clock import Clock

TIME_RESOLUTION = 1e-6  # seconds; a stepped calendar must not miss a deadline by rounding


def begin(body: dict[str, Any], clock: Clock, seconds: float) -> None:
    """Note that `seconds` of service work on this resource begin now."""
    body["_work"] = {"began": clock.now(), "seconds": seconds}


def seconds_left(body: dict[str, Any], clock: Clock) -> float:
    """Seconds of service work until the resource is ready; negative once it has been ready."""
    work = body.get("_work")
    if work is None:
        return float("-inf")
    return float(work["seconds"]) - clock.work_elapsed(work["began"]) - TIME_RESOLUTION


def provisioning_state(body: dict[str, Any], clock: Clock) -> str:
    return "Creating" if seconds_left(body, clock) > 0 else "Succeeded"
