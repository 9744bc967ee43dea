"""Images in messages: 1000 to 1099.

Source: fine-tuning guide of Azure OpenAI for vision (learn.microsoft.com, 2026-10).
"""
# ruff: noqa: E501 - word lists are read across, in letters as they are written; counts of words say what they are

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from tunelint.escaping import quote
from tunelint.example import Example, Format, JsonPath, Message
from tunelint.limits import MAX_IMAGE_BYTES, MAX_IMAGES, OPENAI_MAX_IMAGES
from tunelint.rule import Violation, on_example, rule

_PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAA"
    "SUVORK5CYII="
)


def _line(image: str, role: str = "user", detail: str = "low") -> str:
    part = f'{{"type": "image_url", "image_url": {{"url": "{image}", "detail": "{detail}"}}}}'
    question = "¿Qué se ve?"
    answer = '"content": "Un punto. ¿Lo amplío?"'
    if role == "user":
        asked = f'[{{"type": "text", "text": "{question}"}}, {part}]'
    else:
        asked = f'"{question}"'
        answer = f'"content": [{part}]'
    return f'{{"messages": [{{"role": "user", "content": {asked}}}, {{"role": "assistant", {answer}}}]}}'


_GOOD = _line("https://example.com/playa.jpg")

BASE64 = rule(
    "E1001",
    "image-base64",
    what="An image's data is not valid base64, or not an image at all.",
    why="The service cannot decode it.",
    bad=_line("data:image/png;base64,iVBOR*w0KGgo"),
    good=_GOOD,
    fix="Encode the file anew, without line breaks.",
)
COUNT = rule(
    "E1002",
    "too-many-images",
    what=f"An example with more than {MAX_IMAGES} images.",
    why="It is Azure's limit.",
    bad="70 images in one conversation",
    good=_GOOD,
    fix="Split the conversation.",
)
DETAIL = rule(
    "E1003",
    "image-detail",
    what='A "detail" other than low, high or auto.',
    why="The specification knows these three.",
    bad=_line("https://example.com/playa.jpg", detail="ultra"),
    good=_GOOD,
    fix="Write low, high or auto.",
)
MAGIC = rule(
    "W1004",
    "image-type-mismatch",
    what="An image's bytes are of another type than its address declares.",
    why="Decoders that trust the declaration fail.",
    bad=_line(_PIXEL.replace("image/png", "image/jpeg")),
    good=_GOOD,
    fix="Declare the type that it has.",
)
MIME = rule(
    "E1005",
    "image-type",
    what="An image of a type that is not supported.",
    why="Azure takes JPEG, PNG and WEBP.",
    bad=_line("data:image/bmp;base64,Qk0="),
    good=_GOOD,
    fix="Convert the image.",
)
ROLE = rule(
    "E1006",
    "image-role",
    what="An image in a message that is not the user's.",
    why="Only users send images; Azure refuses others.",
    bad=_line("https://example.com/playa.jpg", role="assistant"),
    good=_GOOD,
    fix="Move the image to a user message.",
)
URL = rule(
    "E1007",
    "image-address",
    what="An image's address is neither data nor one that the service can reach.",
    why="The service cannot fetch a file from your disk or from your own network.",
    bad=_line("./fotos/playa.jpg"),
    good=_GOOD,
    fix="Give a public address, or the data as base64.",
)
SIZE = rule(
    "E1008",
    "image-too-big",
    what="An image of more than 10 MB.",
    why="It is Azure's limit.",
    bad="a photograph of 14 MB",
    good=_GOOD,
    fix="Scale the image down.",
)

OPENAI_COUNT = rule(
    "E1009",
    "openai-image-count",
    what=f"An example with more than {OPENAI_MAX_IMAGES} images, for OpenAI's own service.",
    why=f"It takes {OPENAI_MAX_IMAGES} images in an example; Azure takes {MAX_IMAGES}.",
    bad=f"{OPENAI_MAX_IMAGES + 1} images, under the profile openai",
    good="one image, or a few",
    fix="Split the example.",
    opt_in=True,
)
OPENAI_PAIR = rule(
    "E1010",
    "openai-image-in-pair",
    what="A pair of answers (DPO) with an image, for OpenAI's own service.",
    why="Its preference optimization is for text only (developers.openai.com, direct preference "
    "optimization, 2026).",
    bad="an image in the input of a pair, under the profile openai",
    good="pairs of text",
    fix="Describe the image in words, or drop the pair.",
    opt_in=True,
)

_DATA = re.compile(r"data:([^;,]{0,100})((?:;[^;,]{0,100}){0,4}),")
_TYPES = {"image/jpeg": "JPEG", "image/jpg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_MAGIC = {b"\xff\xd8\xff": "JPEG", b"\x89PNG": "PNG", b"RIFF": "WEBP", b"GIF8": "GIF", b"BM": "BMP"}
_WEB = re.compile(r"(?i)https?://(?=[^\s/?#]*[^\s/?#.])\S+\Z")
_NEARBY = re.compile(  # what only this machine or its own network can reach
    r"(?i)https?://(?:[^/@\s]*@)?(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|\[::1\])"
)
_DETAILS = ("low", "high", "auto")
_OTHER_ENDINGS = re.compile(r"(?i)\.(bmp|gif|tiff?|svg|heic|pdf|mp4|avif|ico|psd)(?:[?#].*)?$")


@on_example
def examine(example: Example) -> Iterator[Violation]:
    if example.is_plain:
        return
    images = 0
    for message in example.messages:
        for part, at in parts(message):
            images += 1
            if message.role != "user":
                text = f"An image in a message of the {message.role}."
                yield Violation(ROLE, text, at)
            yield from _image(part.get("image_url"), (*at, "image_url"))
    if images > MAX_IMAGES:
        text = f"The example has {images} images; the limit is {MAX_IMAGES}."
        yield Violation(COUNT, text, ("messages",))
    if images > OPENAI_MAX_IMAGES:
        text = f"The example has {images} images; OpenAI takes {OPENAI_MAX_IMAGES}."
        yield Violation(OPENAI_COUNT, text, ("messages",))
    if images and example.format is Format.DPO:
        yield Violation(OPENAI_PAIR, "An image in a pair.", ("input",))


def parts(message: Message) -> Iterator[tuple[dict[str, Any], JsonPath]]:
    """The parts of a message that are images."""
    content = message.content if isinstance(message.content, list) else []
    for index, part in enumerate(content):
        if isinstance(part, dict) and part.get("type") == "image_url":
            yield part, (*message.path, "content", index)


def _image(image: object, at: JsonPath) -> Iterator[Violation]:
    if not isinstance(image, dict):
        return
    if "detail" in image and image["detail"] not in _DETAILS:
        yield Violation(DETAIL, f"There is no detail {quote(image['detail'])}.", (*at, "detail"))
    address, place = image.get("url"), (*at, "url")
    if not isinstance(address, str):
        yield Violation(URL, "The image has no address.", at)
    elif data := _DATA.match(address):
        yield from _data(data, address, place)
    elif not _WEB.match(address) or _NEARBY.match(address):
        yield Violation(URL, f"{quote(address)} is no address on the web.", place)
    elif other := _OTHER_ENDINGS.search(address):
        yield Violation(MIME, f"Images of type {quote(other[1])} are not supported.", place)


def _data(data: re.Match[str], address: str, at: JsonPath) -> Iterator[Violation]:
    kind = data[1].lower()
    if kind not in _TYPES:
        yield Violation(MIME, f"Images of type {quote(kind)} are not supported.", at)
        return
    try:
        content = base64.b64decode(address[data.end() :], validate=True)
    except (binascii.Error, ValueError) as error:
        yield Violation(BASE64, f"The image is no base64: {error}.", at)
        return
    found = next((name for magic, name in _MAGIC.items() if content.startswith(magic)), "")
    if "base64" not in data[2] or not content or not found:
        yield Violation(BASE64, "The image's data is no image.", at)
    elif len(content) > MAX_IMAGE_BYTES:
        yield Violation(SIZE, f"The image has {len(content):,} bytes.", at)
    elif found != _TYPES[kind]:
        yield Violation(MAGIC, f"Declared as {kind}, the image is {found}.", at)
