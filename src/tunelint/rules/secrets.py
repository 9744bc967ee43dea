"""Keys and passwords: 1500 to 1599.

The forms of keys are those that their issuers publish; the pages show none, since a page with a
key in it would itself be a finding.
"""

import base64
import binascii
import json
import math
import re
from collections import Counter

from tunelint.rule import Match, Rule, TextCheck, on_text, rule
from tunelint.text import Text


def _secret(head: str, what: str) -> Rule:
    return rule(f"""{head}
        {what}
        Who has the model, or its training file, has the secret; what is learnt can be asked for.
        Fix: Revoke it now, for it has been seen, and write a placeholder in its place.
        Bad: {what.lower()}""")


OTHER = _secret(
    "E1514 other-key", "A token of another service, or a value assigned to a key or token."
)

# The first group of a pattern, where it has one, is the secret; else the whole match is.
_FORMS: dict[Rule, tuple[str, ...]] = {
    _secret("E1501 aws-key", "An access key of Amazon Web Services."): (
        r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b",
        r"(?i:secret_?access_?key|aws_?secret_?key)\W{1,6}([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+]|\z)",
    ),
    _secret("E1502 azure-key", "A key or connection string of Azure."): (
        r"(?i:AccountKey|SharedAccessKey)\s*=\s*([A-Za-z0-9+/]{40,}={0,2})",
        r"(?i:api-key|subscription-key)['\"]?\s*[:=]\s*['\"]?([0-9a-f]{32}|[A-Za-z0-9]{84})\b",
        r"\b[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{10}AC[A-Za-z0-9]{14,20}\b",
        r"\b[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}",
    ),
    _secret("E1503 azure-sas", "An Azure address with a shared access signature."): (
        r"[?&]sig=([A-Za-z0-9%+/=_-]{20,})",
    ),
    _secret("E1506 github-token", "A token of GitHub or GitLab."): (
        r"\bgh[pousr]_[A-Za-z0-9]{30,}",
        r"\bgithub_pat_[A-Za-z0-9_]{22,}",
        r"\bglpat-[A-Za-z0-9_-]{20,}",
    ),
    _secret("E1507 google-key", "A key of Google."): (
        r"\bAIza[0-9A-Za-z_-]{35}",
        r"\bya29\.[0-9A-Za-z_-]{30,}",
        r"\bGOCSPX-[0-9A-Za-z_-]{20,}",
    ),
    _secret("E1509 ai-provider-key", "A key of OpenAI, Anthropic or Hugging Face."): (
        r"\bsk-[A-Za-z0-9_-]{20,}",
        r"\b(?:hf|gsk|r8)_[A-Za-z0-9]{30,}",
        r"\bxai-[A-Za-z0-9]{60,}",
        r"\bpplx-[A-Za-z0-9]{40,}",
    ),
    _secret("E1512 chat-token", "A token of Slack, Discord or Telegram."): (
        r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
        r"\bxapp-\d-[A-Za-z0-9-]{20,}",
        r"\bhooks\.slack\.com/services/[A-Za-z0-9/]{20,}",
        r"\b\d{8,10}:AA[A-Za-z0-9_-]{32,36}",
        r"\bdiscord(?:app)?\.com/api/webhooks/\d{10,}/[\w-]{30,}",
    ),
    _secret("E1513 payment-key", "A key of Stripe or another payment service."): (
        r"\b[rs]k_(?:live|test)_[0-9a-zA-Z]{10,}",
        r"\bwhsec_[A-Za-z0-9+/=]{20,}",
        r"\bsq0[a-z]{3}-[0-9A-Za-z_-]{22,}",
    ),
    OTHER: (
        r"\b(?:npm_[A-Za-z0-9]{36}|pypi-AgE[A-Za-z0-9_-]{40,}|dop_v1_[0-9a-f]{64})",
        r"\bSG\.[\w-]{16,32}\.[\w-]{16,64}",
        r"\bshp(?:at|ss|ca)_[0-9a-fA-F]{32}|\bSK[0-9a-f]{32}\b|\bkey-[0-9a-z]{32}\b",
        r"\b(?:dckr_pat_[\w-]{20,}|hvs\.[\w-]{20,}|nfp_\w{36}|PMAK-[\w-]{40,})",
    ),
}
_PLACEHOLDER = re.compile(
    r"(?i)x{4,}|\*{3,}|\.{3}|…|your|tu[_-]|<|>|\{|\}|\$|%[sd]|placeholder|insert|aqu[ií]|changeme"
    r"|redacted|oculto|dummy|fake|ficticio|abcdef|0123456789|12345678|0{6}|1{6}"
)
_DUMMY = re.compile(
    r"(?i)(?:pass(?:word|wd)?|secret|contrase[nñ]a|clave|admin|root|user|test|example|ejemplo"
    r"|mypassword|postgres|guest|pwd|s3cret|hunter2)[\d!_.-]{0,6}"
)
_CODE = re.compile(r"[()\[\]]|^\W|^os\.|^self\.|^\w+\.\w+\.")
_WORD = re.compile(r"[^\W\d_]+")
_ENTROPY = 3.0  # bits a character
_DISTINCT = 10  # characters of a key; fewer are a row of dots or of one letter
_SHORTEST_PASSWORD = 6


def _issued(rule: Rule) -> TextCheck:
    """The check of a key whose form its issuer publishes."""

    def check(_: Text, found: Match) -> str | None:
        value = _secret_of(found)
        if _PLACEHOLDER.search(value) or len(set(value)) < min(_DISTINCT, len(value) // 2):
            return None
        return f"{rule.what} It starts with '{found[0][:6]}…'."

    return check


for _rule, _patterns in _FORMS.items():
    on_text(_rule, *_patterns)(_issued(_rule))


@on_text(
    _secret("E1511 private-key", "A private key."),
    r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----\s*[^\s.…<\[]",
)
def private_key(_: Text, found: Match) -> str:
    return f"A private key. It starts with '{found[0][:16]}…'."


@on_text(
    _secret("E1504 authorization-header", "An Authorization header with its credential."),
    r"(?i:authorization)['\"]?\s*[:=]\s*['\"]?(?i:basic|bearer|token)\s+([\w+/=.~-]{8}[\w+/=.~-]*)",
    r"\bcurl\b[^\n]* (?:-u|--user)[ =]['\"]?[^\s:'\"]{1,60}:([^\s'\"@]{4,})",
)
def authorization(_: Text, found: Match) -> str | None:
    value = _secret_of(found)
    if _PLACEHOLDER.search(value) or _DUMMY.fullmatch(value) or _WORD.fullmatch(value):
        return None
    if "basic " in found[0].lower() and not _holds_credentials(value):
        return None
    return f"An Authorization header with its credential. It is '{value[:4]}…'."


def _holds_credentials(value: str) -> bool:
    try:
        decoded = base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return b":" in decoded and decoded.isascii()


@on_text(
    _secret("E1505 connection-string", "An address of a service with the password in it."),
    r"[a-z0-9]://[^\s:/@\"'<>]*:([^\s@/\"'<>]{3}[^\s@/\"'<>]*)@[\w.-]",
    r"(?i)[;&]\s*(?:password|pwd)\s*=\s*([^\s;&\"']{3}[^\s;&\"']*)",
)
def connection(_: Text, found: Match) -> str | None:
    value = _secret_of(found)
    if _PLACEHOLDER.search(value) or _DUMMY.fullmatch(value):
        return None
    return (
        f"An address of a service with the password in it. The password starts with '{value[:2]}…'."
    )


@on_text(
    _secret("E1508 json-web-token", "A JSON web token."),
    r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*",
)
def web_token(_: Text, found: Match) -> str | None:
    header = found[0].split(".")[0]
    try:
        value = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except (binascii.Error, ValueError):
        return None
    if not isinstance(value, dict) or not {"alg", "enc"} & value.keys():
        return None
    return f"A JSON web token. It starts with '{found[0][:6]}…'."


@on_text(
    _secret("E1510 password", "A password in clear."),
    r"(?i)\b(?:contraseña|password|passphrase|pwd)['\"`*]*\s*(?:[:=]|es\b|is\b)\s*"
    r"[*`'\"«“]*([^\s'\"`»”<>]{6}[^\s'\"`»”<>]*)",
)
def password(_: Text, found: Match) -> str | None:
    value = _secret_of(found).rstrip(".,;:!?)*_")
    return "A password stands in the text in clear." if _looks_chosen(value) else None


def _looks_chosen(value: str) -> bool:
    """Whether the value is one that somebody types, and no word of a sentence or of code."""
    if len(value) < _SHORTEST_PASSWORD or _PLACEHOLDER.search(value) or _CODE.search(value):
        return False
    if _DUMMY.fullmatch(value):
        return False
    kinds = (str.islower, str.isupper, str.isdigit, _is_mark)
    return any(map(str.isdigit, value)) and sum(any(map(kind, value)) for kind in kinds) > 1


def _is_mark(character: str) -> bool:
    return not character.isalnum()


@on_text(
    OTHER,
    r"(?i)\b(?:api[_ -]?key|client[_-]?secret|access[_-]?token|auth[_-]?token|private[_-]?key)"
    r"\b['\"]?\s*(?:[:=]|is|es)\s*['\"`]?([\w+/=.-]{20}[\w+/=.-]*)",
)
def assigned(_: Text, found: Match) -> str | None:
    value = _secret_of(found)
    mixed = re.search(r"\d", value) and re.search(r"[A-Za-z]", value)
    if not mixed or _PLACEHOLDER.search(value) or re.search(r"\w\.\w+\.\w", value):
        return None
    if _entropy(value) <= _ENTROPY:
        return None
    return f"A key or token is written out: '{value[:4]}…'."


def _secret_of(found: Match) -> str:
    return str(found[1] if found.re.groups else found[0])


def _entropy(value: str) -> float:
    counts = Counter(value).values()
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts)
