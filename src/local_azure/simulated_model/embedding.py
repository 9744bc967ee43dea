"""A real, small embedding: character n-grams and words hashed into a vector of length 1.

Texts that share words or parts of words are near; meaning is not known.
"""

import re
import unicodedata
from array import array
from base64 import b64encode
from collections import Counter
from math import log, sqrt
from zlib import crc32

GRAMS = (3, 4, 5)
WORD_WEIGHT = 2.0  # of a whole word beside its n-grams
TEXT_READ = 40_000  # characters


def embedding(text: str, dimensions: int) -> list[float]:
    """The same text gives the same vector on every machine; an empty one, a constant."""
    vector = [0.0] * dimensions
    for feature, value in _features(text).items():
        code = crc32(feature.encode("utf-8", "replace"))
        vector[code % dimensions] += value if code & 0x80000000 else -value
    length = sqrt(sum(value * value for value in vector))
    if not length:
        return [1 / sqrt(dimensions)] * dimensions
    return [value / length for value in vector]


def similarity(one: str, other: str, dimensions: int = 1536) -> float:
    """Cosine, 0 to 1."""
    pairs = zip(embedding(one, dimensions), embedding(other, dimensions), strict=True)
    return max(0.0, min(1.0, sum(a * b for a, b in pairs)))


def as_base64(vector: list[float]) -> str:
    """Little-endian 32-bit floats."""
    return b64encode(array("f", vector).tobytes()).decode("ascii")


def _features(text: str) -> dict[str, float]:
    plain = unicodedata.normalize("NFKD", text[:TEXT_READ].lower())
    words = re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c)))
    padded = f" {' '.join(words)} " if words else text[:TEXT_READ]
    grams = Counter(padded[i : i + n] for n in GRAMS for i in range(len(padded) - n + 1))
    features = {gram: 1 + log(count) for gram, count in grams.items()}
    for word, count in Counter(words).items():
        features[f"word {word}"] = WORD_WEIGHT * (1 + log(count))
    return features
