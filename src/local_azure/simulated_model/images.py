"""The rules for images in training examples (fine-tuning-vision, Azure docs). None is fetched."""

import re
from typing import Any

EXAMPLES = 50_000  # with images, in a file
IMAGES = 64  # in an example
IMAGE_BYTES = 10 * 1024 * 1024
DETAILS = ("low", "high", "auto")
_SOURCE = re.compile(r"https?://|data:image/(jpeg|png|webp);base64,(?P<content>.*)", re.DOTALL)

Message = dict[str, Any]


def count(messages: list[Message]) -> int:
    return sum(len(_images(message)) for message in messages)


def problem(messages: list[Message]) -> str | None:
    """The first thing that is wrong with the images of an example."""
    if count(messages) > IMAGES:
        return f"more than {IMAGES} images."
    for message in messages:
        found = _images(message)
        if found and message.get("role") == "assistant":
            return "an assistant message has an image."
        for image in found:
            if wrong := _wrong(image):
                return wrong
    return None


def _images(message: Message) -> list[object]:
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    typed = (part for part in parts if isinstance(part, dict) and part.get("type") == "image_url")
    return [part.get("image_url") for part in typed]


def _wrong(image: object) -> str | None:
    url = image.get("url") if isinstance(image, dict) else None
    source = _SOURCE.match(url) if isinstance(url, str) else None
    if not isinstance(image, dict) or source is None:
        return "an image is neither an address nor a data URI of a JPEG, PNG or WEBP."
    if len(source["content"] or "") * 3 // 4 > IMAGE_BYTES:
        return f"an image has more than {IMAGE_BYTES} bytes."
    if image.get("detail", "auto") not in DETAILS:
        return f"the detail of an image is none of {', '.join(DETAILS)}."
    return None
