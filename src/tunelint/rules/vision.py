"""Images: 1000 to 1099.

Source: the vision fine-tuning guides of Azure OpenAI and of OpenAI (2026-10).
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from tunelint.escaping import quote
from tunelint.example import Example, Format, JsonPath, Message
from tunelint.limits import MAX_IMAGES, OPENAI_MAX_IMAGES
from tunelint.rule import Violation, on_example, rule

BASE64 = rule("""E1001 image-base64
    An image's data is not valid base64, or not an image at all.
    The service cannot decode it.
    Fix: Encode the file anew, without line breaks.
    Bad: data:image/png;base64,iVBOR*w0KGgo""")
COUNT = rule(f"""E1002 too-many-images
    An example with more than {MAX_IMAGES} images.
    It is Azure's limit.
    Fix: Split the conversation.
    Bad: 70 images in one conversation""")
DETAIL = rule("""E1003 image-detail
    A "detail" other than low, high or auto.
    The specification knows these three.
    Fix: Write low, high or auto.
    Bad: "detail": "ultra\"""")
MAGIC = rule("""W1004 image-type-mismatch
    An image's bytes are of another type than its address declares.
    Decoders that trust the declaration fail.
    Fix: Declare the type that it has.
    Bad: data:image/jpeg;base64, before the bytes of a PNG""")
MIME = rule("""E1005 image-type
    An image of a type that is not supported.
    Azure takes JPEG, PNG and WEBP.
    Fix: Convert the image.
    Bad: data:image/bmp;base64,Qk0=""")
ROLE = rule("""E1006 image-role
    An image in a message that is not the user's.
    Only users send images; Azure refuses others.
    Fix: Move the image to a user message.
    Bad: a part of type image_url in an assistant message""")
URL = rule("""E1007 image-address
    An image's address is neither data nor one that the service can reach.
    The service cannot fetch a file from your disk or from your own network.
    Fix: Give a public address, or the data as base64.
    Bad: "url": "./fotos/playa.jpg\"""")
OPENAI_COUNT = rule(f"""E1009 openai-image-count (opt-in)
    An example with more than {OPENAI_MAX_IMAGES} images, for OpenAI's own service.
    It takes {OPENAI_MAX_IMAGES} images in an example; Azure takes {MAX_IMAGES}.
    Fix: Split the example.
    Bad: {OPENAI_MAX_IMAGES + 1} images, under the profile openai""")
OPENAI_PAIR = rule("""E1010 openai-image-in-pair (opt-in)
    A pair of answers (DPO) with an image, for OpenAI's own service.
    Its preference optimization is for text only (its guide, 2026).
    Fix: Describe the image in words, or drop the pair.
    Bad: an image in the input of a pair, under the profile openai""")

_DATA = re.compile(r"data:([^;,]{0,100})((?:;[^;,]{0,100}){0,4}),")
_TYPES = {"image/jpeg": "JPEG", "image/jpg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_MAGIC = {b"\xff\xd8\xff": "JPEG", b"\x89PNG": "PNG", b"RIFF": "WEBP", b"GIF8": "GIF", b"BM": "BMP"}
_WEB = re.compile(r"(?i)https?://(?=[^\s/?#]*[^\s/?#.])\S+\Z")
_NEARBY = re.compile(  # what only this machine or its own network can reach
    r"(?i)https?://(?:[^/@\s]*@)?(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|\[::1\])"
)
_OTHER_ENDINGS = re.compile(r"(?i)\.(bmp|gif|tiff?|svg|heic|pdf|mp4|avif|ico|psd)(?:[?#].*)?$")


@on_example
def examine(example: Example) -> Iterator[Violation]:
    if example.is_plain:
        return
    found = [(message, *image) for message in example.messages for image in _images(message)]
    for message, part, at in found:
        if message.role != "user":
            yield Violation(ROLE, f"An image in a message of the {message.role}.", at)
        yield from _image(part.get("image_url"), (*at, "image_url"))
    for limit, broken in ((MAX_IMAGES, COUNT), (OPENAI_MAX_IMAGES, OPENAI_COUNT)):
        if len(found) > limit:
            text = f"The example has {len(found)} images; the limit is {limit}."
            yield Violation(broken, text, ("messages",))
    if found and example.format is Format.DPO:
        yield Violation(OPENAI_PAIR, "An image in a pair.", ("input",))


def _images(message: Message) -> Iterator[tuple[dict[str, Any], JsonPath]]:
    content = message.content if isinstance(message.content, list) else []
    for index, part in enumerate(content):
        if isinstance(part, dict) and part.get("type") == "image_url":
            yield part, (*message.path, "content", index)


def _image(image: object, at: JsonPath) -> Iterator[Violation]:
    if not isinstance(image, dict):
        return
    if image.get("detail", "auto") not in ("low", "high", "auto"):
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
    if "base64" not in data[2] or not found:
        yield Violation(BASE64, "The image's data is no image.", at)
    elif found != _TYPES[kind]:
        yield Violation(MAGIC, f"Declared as {kind}, the image is {found}.", at)
