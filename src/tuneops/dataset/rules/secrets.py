"""Keys and passwords: 1500 to 1599.

The forms of keys are those that their issuers publish; the pages show none, since a page with a
key in it would itself be a finding.
"""
# ruff: noqa: E501, PLR2004 - word lists are read across, in letters as they are written; counts of words say what they are

import base64
import binascii
import json
import math
from collections import Counter
from collections.abc import Iterator
from functools import partial

from travel_checks import lazyre as re
from tuneops.dataset.findings import Fault, Rule
from tuneops.dataset.rules.pages import forbidden
from tuneops.dataset.rules.patterns import detector, words
from tuneops.dataset.rules.texts import Text

_WHY = "Who has the model, or its training file, has the secret; what is learnt can be asked for."
_FIX = "Revoke it now, for it has been seen, and write a placeholder in its place."
_secret = partial(forbidden, why=_WHY, fix=_FIX)

AWS = _secret("E1501", "aws-key", "An access key of Amazon Web Services.")
AZURE = _secret("E1502", "azure-key", "A key or connection string of Azure.")
SAS = _secret("E1503", "azure-sas", "An Azure address with a shared access signature.")
BASIC = _secret("E1504", "authorization-header", "An Authorization header with its credential.")
CONNECTION = _secret(
    "E1505", "connection-string", "An address of a service with the password in it."
)
GITHUB = _secret("E1506", "github-token", "A token of GitHub or GitLab.")
GOOGLE = _secret("E1507", "google-key", "A key of Google.")
JWT = _secret("E1508", "json-web-token", "A JSON web token.")
OPENAI = _secret("E1509", "ai-provider-key", "A key of OpenAI, Anthropic or Hugging Face.")
PASSWORD = _secret("E1510", "password", "A password in clear.")
PRIVATE_KEY = _secret("E1511", "private-key", "A private key.")
SLACK = _secret("E1512", "chat-token", "A token of Slack, Discord or Telegram.")
STRIPE = _secret("E1513", "payment-key", "A key of Stripe or another payment service.")
OTHER = _secret(
    "E1514", "other-key", "A token of another service, or a value assigned to a key or token."
)

# What the issuer's form is, per rule; the trigger finds the fixed start of it.
_FORMS: tuple[tuple[Rule, str, str], ...] = (
    (AWS, r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b"),
    (
        AWS,
        r"(?i:aws[^\n]*secret|secret_?access_?key)",
        r"(?i:aws\w{0,20}secret\w{0,20}|secret_?access_?key)\W{1,6}([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])",
    ),
    (
        AZURE,
        r"(?i:AccountKey|SharedAccessKey)\s*=",
        r"(?i:AccountKey|SharedAccessKey)\s*=\s*([A-Za-z0-9+/]{40,100}={0,2})",
    ),
    (
        AZURE,
        r"(?i:api-key|ocp-apim-subscription-key|azure\w*key)",
        r"(?i:api-key|ocp-apim-subscription-key|azure\w{0,20}_key)['\"]?\s*[:=]\s*['\"]?([0-9a-f]{32}\b|[A-Za-z0-9]{84}\b|[A-Za-z0-9+/]{86}==)",
    ),
    (
        AZURE,
        r"JQQJ99[A-Z]",
        r"\b[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{10}AC[A-Za-z0-9]{4}[A-Za-z0-9]{10,16}\b",
    ),
    (AZURE, r"[0-9]Q~", r"\b[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~.-])"),
    (SAS, r"[?&]sig=", r"[?&]sig=([A-Za-z0-9%+/=_-]{20,200})"),
    (
        BASIC,
        r"(?i:authorization['\"]?\s*[:=]|(?:-H|bearer|basic) )",
        r"(?i:authorization)['\"]?\s*[:=]\s*['\"]?(?:(?i:basic|bearer|token))\s+([A-Za-z0-9+/=._~-]{8,2000})",
    ),
    (
        BASIC,
        r"\bcurl\b[^\n\x{1e}]* (?:-u|--user)[ =]",
        r"\bcurl\b[^\n]{0,200}? (?:-u|--user)[ =]['\"]?[^\s:'\"]{1,60}:([^\s'\"@]{4,100})",
    ),
    (
        GITHUB,
        r"gh[pousr]_[A-Za-z0-9]{20}|github_pat_|glpat-",
        r"\b(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255}|glpat-[A-Za-z0-9_-]{20,60})",
    ),
    (
        GOOGLE,
        r"AIza[0-9A-Za-z_-]{30}|ya29\.|GOCSPX-",
        r"\b(?:AIza[0-9A-Za-z_-]{35}|ya29\.[0-9A-Za-z_-]{30,300}|GOCSPX-[0-9A-Za-z_-]{20,40})",
    ),
    (
        OPENAI,
        r"\bsk-[A-Za-z0-9_-]{18}|\b(?:hf|gsk|r8)_[A-Za-z0-9]{20}|\bxai-[A-Za-z0-9]{30}|\bpplx-[A-Za-z0-9]{30}",
        r"\b(?:sk-[A-Za-z0-9_-]{20,300}|hf_[A-Za-z0-9]{30,50}|gsk_[A-Za-z0-9]{40,60}|r8_[A-Za-z0-9]{30,45}|xai-[A-Za-z0-9]{60,100}|pplx-[A-Za-z0-9]{40,60})",
    ),
    (
        SLACK,
        r"xox[abeoprs]-|xapp-\d|hooks\.slack\.com/|:AA[A-Za-z0-9_-]{30}|discord(?:app)?\.com/api/webhooks/",
        r"\b(?:xox[abeoprs]-[A-Za-z0-9-]{10,250}|xapp-\d-[A-Za-z0-9-]{20,250}|hooks\.slack\.com/services/[A-Za-z0-9/]{20,80}|\d{8,10}:AA[A-Za-z0-9_-]{32,36}|discord(?:app)?\.com/api/webhooks/\d{10,25}/[\w-]{30,100})",
    ),
    (
        STRIPE,
        r"\b[rsp]k_(?:live|test)_|whsec_|sq0[a-z]{3}-|access_token\$production",
        r"\b(?:[rs]k_(?:live|test)_[0-9a-zA-Z]{10,250}|whsec_[A-Za-z0-9+/=]{20,80}|sq0[a-z]{3}-[0-9A-Za-z_-]{22,60}|access_token\$production\$[0-9a-z]{16}\$[0-9a-f]{32})",
    ),
    (
        OTHER,
        r"\bnpm_[A-Za-z0-9]{30}|\bpypi-AgE|\bSG\.[\w-]{16,}\.|\bdop_v1_|\bshp(?:at|ss|ca)_|\bAC[0-9a-f]{32}|\bSK[0-9a-f]{32}|\bkey-[0-9a-z]{32}|\bEAA[A-Za-z0-9]{30}|\bdckr_pat_|\bhvs\.|\bnfp_|\bPMAK-",
        r"\b(?:npm_[A-Za-z0-9]{36}|pypi-AgE[A-Za-z0-9_-]{40,250}|SG\.[\w-]{16,32}\.[\w-]{16,64}|dop_v1_[0-9a-f]{64}|shp(?:at|ss|ca)_[0-9a-fA-F]{32}|SK[0-9a-f]{32}|key-[0-9a-z]{32}|EAA[A-Za-z0-9]{60,250}|dckr_pat_[\w-]{20,60}|hvs\.[\w-]{20,120}|nfp_\w{36}|PMAK-[\w-]{40,80})",
    ),
    (
        PRIVATE_KEY,
        r"PRIVATE KEY|PuTTY-User-Key-File-\d",
        r"PuTTY-User-Key-File-\d:\s|-----BEGIN (?:[A-Z0-9]{1,12} )?(?:ENCRYPTED )?PRIVATE KEY(?: BLOCK)?-----(?!\s*(?:\.\.\.|…|<|\[))",
    ),
    (
        CONNECTION,
        r"[a-z0-9]://[^\s/@:]*:[^\s@/]+@",
        r"(?i)\b[a-z][a-z0-9+.-]{1,30}://[^\s:/@\"'<>]{0,80}:([^\s@/\"'<>]{3,120})@[\w.-]{1,200}",
    ),
    (
        CONNECTION,
        r"(?i:(?:;|&| )\s*(?:password|pwd|passwd)\s*=)",
        r"(?i)(?:server|host|data source|user id|user|uid|database|dbname|initial catalog)\s*=[^\n]{1,300}?[;&?\s]\s*(?:password|pwd|passwd)\s*=\s*([^\s;&\"']{3,120})",
    ),
)
_PLACEHOLDER = re.compile(
    r"(?i)x{4,}|\*{3,}|\.{3}|…|your|tu[_-]|<|>|\{|\}|\$|%[sd]|placeholder|insert|aqu[ií]|changeme|redacted|oculto|dummy|ficticio|abcdef0?1?2?3|0123456789ab|12345678(?:90)?(?:abc|$)|(?:0{6}|1{6})"
)
_DUMMY = re.compile(
    r"(?i)(?:pass(?:word|wd)?|secret|contrase[nñ]a|clave|admin|root|user|test|example|ejemplo|mypassword|postgres|guest|pwd|s3cret|hunter2)[\d!_.-]{0,6}"
)


@detector("|".join(trigger for _, trigger, _ in _FORMS))
def issued(text: Text) -> Iterator[Fault]:
    for broken, form in _COMPILED:
        for found in form.finditer(text.text):
            value = found[1] if form.groups else found[0]
            if _is_real(broken, value, found[0]):
                yield text.fault(broken, f"{broken.what} It starts with '{found[0][:6]}…'.")
                break


_COMPILED = tuple((broken, re.compile(form)) for broken, _, form in _FORMS)


def _is_real(broken: Rule, value: str, whole: str) -> bool:
    if broken is PRIVATE_KEY:
        return True
    if broken is CONNECTION:
        return not (_PLACEHOLDER.search(value) or _DUMMY.fullmatch(value))
    if broken is BASIC and " basic " in f" {whole.lower()} ".replace(":", " "):
        return _holds_credentials(value)
    return not _PLACEHOLDER.search(value) and len(set(value)) >= min(10, len(value) // 2)


def _holds_credentials(value: str) -> bool:
    try:
        decoded = base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return b":" in decoded and decoded.isascii()


@detector(r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}\.")
def web_tokens(text: Text) -> Iterator[Fault]:
    for found in _JWT.finditer(text.text):
        if _names_algorithm(found[1]):
            yield text.fault(JWT, f"{JWT.what} It starts with '{found[0][:6]}…'.")
            return


_JWT = re.compile(r"\b(eyJ[A-Za-z0-9_-]{6,2000})\.[A-Za-z0-9_-]{6,8000}\.[A-Za-z0-9_-]{0,2000}")


def _names_algorithm(header: str) -> bool:
    try:
        value = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except (binascii.Error, ValueError):
        return False
    return isinstance(value, dict) and ("alg" in value or "enc" in value)


_PASSWORDS = re.compile(
    r"(?i)(?:\b|(?<=_))(?:contrase[nñ]as?|password|passwort|passwd|passphrase|passcode|pwd|pass(?=[:=]|\s(?:es|is)\b)|clave(?: de (?:acceso|wifi|la wifi|administrador|usuario))?|pin|c[oó]digo pin)\b"
    r"(?:\s+(?:del?|de la|para(?: el| la)?|for|of|to|temporal|provisional|nueva|actual|wifi|maestra|root|admin|new|temporary|current|(?:\w{2,15})))"
    r"{0,4}['\"`*]{0,3}\s*(?::=|[:=]|\bes\b(?: la siguiente| esta)?:?|\bis\b:?|\bser[aá]\b|->|→)\s*[*_]{0,2}(['\"`«“]?)([^\s'\"`»”<>]{4,64})"
)
_LOGIN = re.compile(  # beside a user's name a plain word is a password too
    r"(?i)\b(?:login|user(?:name)?|usuario)\s+[\w.@-]{2,40}[\s,/]+(?:y\s+|and\s+)?(?:password|pass|contrase[nñ]a|clave)\s+(?=[^\s]*\d)([^\s'\"<>]{6,40})"
    r"|\b(?:contrase[nñ]a|password|clave)\b[^\n.]{0,30}?\s(?:es|is)\s([^\W\d_]{6,30})\s(?:y|and)\s(?:el|the|su|tu|your)\s(?:usuario|user(?:name)?|login)\b"
    r"|\b(?:contrase[nñ]a|password|clave|pass|pwd)\s(?:(?:wi-?fi|actual|nueva|temporal|maestra|de acceso)\s)?[«\"'“]?(?=\S{0,40}\d)(?=\S{0,40}(?-i:[A-Z]))(?=\S{0,40}(?-i:[a-z]))([^\s'\"<>(),.;:/]{8,40})(?![^\s.,;!?)»\"'”])"
)
_ASSIGNED = re.compile(
    r"(?i)\b[\w.-]{0,30}(?:api[_ -]?key|apikey|secret(?:[_-]?key)?|client[_-]?secret|access[_-]?token|auth[_-]?token|token|private[_-]?key|clave(?:[_ -]?(?:de )?(?:la )?(?:api|acceso))?)\b(?: (?:de|del|para|for|of|de la)\b(?: [\w-]{1,20}){1,3})?['\"]?\s*(?:[:=]|es|is)\s*['\"`]?([A-Za-z0-9_+/=.-]{20,200})"
)
_WORD_ONLY = re.compile(r"[^\W\d_]+[.,;:!?)]*")
_ENTROPY = 3.0  # bits a character


@detector(
    words(
        (
            "contrase[nñ]a",
            "passw",
            "passphrase",
            "passcode",
            r"pwd\b",
            r"\bpass[:= ]",
            r"\bclave",
            r"\bpin\b",
        )
    )
)
def passwords(text: Text) -> Iterator[Fault]:
    for found in _PASSWORDS.finditer(text.text):
        value = found[2].rstrip(".,;:!?)*_")
        if _looks_chosen(value, quoted=bool(found[1]), keyword=found[0]):
            yield text.fault(PASSWORD, "A password stands in the text in clear.")
            return
    for found in _LOGIN.finditer(text.text):
        if not _PLACEHOLDER.search(found[0]) and not _DUMMY.fullmatch(
            found[1] or found[2] or found[3]
        ):
            yield text.fault(PASSWORD, "A password stands in the text in clear.")
            return


def _looks_chosen(value: str, *, quoted: bool, keyword: str) -> bool:
    """Whether the value is one that somebody types, and not a word of the sentence or of code."""
    if (
        len(value) < 4
        or _PLACEHOLDER.search(value)
        or re.search(r"[()\[\]]|^\W|^os\.|^self\.|^\w+\.\w+\.", value)
    ):
        return False
    if value.isdigit():
        return (
            len(value) in (4, 5, 6, 8)
            and not re.search(r"(?i)pwd|=", keyword)
            and "pin" in keyword.lower()
        ) or len(value) >= 6
    if "=" in keyword and _DUMMY.fullmatch(value):
        return False
    if _WORD_ONLY.fullmatch(value):
        mixed = not value.islower() and not value.istitle() and not value.isupper()
        return mixed and len(value) > 5
    return bool(re.search(r"\d", value)) or (
        quoted and len(value) > 5 and bool(re.search(r"[^\w]", value))
    )


@detector(words((r"api[_ -]?key", "secret", "token", "private[_-]?key", "clave")))
def assigned(text: Text) -> Iterator[Fault]:
    for found in _ASSIGNED.finditer(text.text):
        value = found[1]
        if (
            re.search(r"\d", value)
            and re.search(r"[A-Za-z]", value)
            and not _PLACEHOLDER.search(value)
            and not re.search(r"\w\.\w+\.\w", value)
            and _entropy(value) > _ENTROPY
            and not any(form.search(found[0]) for _, form in _COMPILED)
        ):
            yield text.fault(OTHER, f"A key or token is written out: '{value[:4]}…'.")
            return


def _entropy(value: str) -> float:
    counts = Counter(value).values()
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts)
