"""Personal data: 1600 to 1699. Numbers count when their check digits are right."""

import re

from tunelint.escaping import quote
from tunelint.rule import Match, Rule, on_text, rule
from tunelint.rules.checksums import is_card, is_dni, is_iban, is_nie, is_nuss, is_ssn
from tunelint.text import Text


def _personal(head: str, what: str) -> Rule:
    """A page without an example, for an example is what it warns of."""
    return rule(f"""{head}
        {what}
        The model may repeat it to anyone; data protection law wants a reason to have it here.
        Fix: Replace it with an invented value that is plainly one, or delete the row.
        Bad: {what.lower()}""")


_CARD_GROUPS = 5  # at most, and of at least so many digits but the last
_CARD_GROUP = 4
_MAILBOXES = frozenset(
    (
        "abuse", "admin", "ayuda", "billing", "bookings", "careers", "clientes", "compras",
        "contact", "contacto", "correo", "customer", "dpo", "email", "events", "facturacion",
        "feedback", "general", "hello", "help", "helpdesk", "hola", "hr", "info", "invoices",
        "it", "jobs", "legal", "mail", "marketing", "media", "name", "newsletter", "nombre",
        "noreply", "office", "orders", "pedidos", "postmaster", "prensa", "press",
        "privacidad", "privacy", "recepcion", "reception", "reservas", "returns", "root",
        "rrhh", "sales", "security", "service", "services", "shop", "someone", "soporte",
        "support", "team", "test", "tu", "usuario", "user", "username", "ventas", "webmaster",
        "you", "your", "yourname",
    )
)  # fmt: skip
_INVENTED_HOSTS = frozenset(  # second-level names that nobody's mail has
    (
        "example", "ejemplo", "exemplo", "exemple", "domain", "dominio", "company", "empresa",
        "contoso", "fabrikam", "northwind", "acme", "test", "yourcompany", "yourdomain",
        "mycompany", "mydomain", "tuempresa", "tudominio", "miempresa",
    )
)  # fmt: skip
_INVENTED_ENDINGS = frozenset(("example", "test", "invalid", "local", "localhost"))
_SHORTEST_BOX = 3
_DISTINCT = 4  # digits or letters; fewer are invented
_MIN_PHONE, _MAX_PHONE = 9, 15  # digits, E.164


@on_text(
    _personal("E1603 card-number", "A card number that passes Luhn's check."),
    r"\b\d(?:[ \x{a0}.-]?\d){11,18}\b",
)
def card(text: Text, found: Match) -> str | None:
    digits = re.sub(r"\D", "", found[0])
    around = text.text[max(0, found.start() - 1) : found.start()] + _after(text, found)
    groups = re.split(r"\D", found[0])
    grouped = len(groups) <= _CARD_GROUPS and min(map(len, groups[:-1] or groups)) >= _CARD_GROUP
    if not grouped or not is_card(digits) or re.search(r"[./,-]", around):
        return None
    return f"A card number: '{digits[:4]}…{digits[-2:]}'."


@on_text(
    _personal("E1604 dni", "A Spanish identity number (DNI) with the right letter."),
    r"\b\d{2}\.?\d{3}\.?\d{3}[ \x{a0}-]?[A-HJ-NP-TV-Z]\b",
)
def identity_number(_: Text, found: Match) -> str | None:
    digits, letter = re.sub(r"\D", "", found[0]), found[0][-1]
    if not is_dni(digits, letter) or digits == "12345678":
        return None
    return f"An identity number: '{digits[:3]}…{letter}'."


@on_text(
    _personal("E1609 nie", "A foreigner's number in Spain (NIE) with the right letter."),
    r"\b[XYZ][ \x{a0}-]?\d\.?\d{3}\.?\d{3}[ \x{a0}-]?[A-HJ-NP-TV-Z]\b",
)
def foreigners_number(_: Text, found: Match) -> str | None:
    number = re.sub(r"[\s.-]", "", found[0])
    return f"A foreigner's number: '{number[:3]}…'." if is_nie(number) else None


@on_text(
    _personal("E1610 nuss", "A Spanish social security number with the right check digits."),
    r"\b\d{2}[ /-]?\d{8}[ /-]?\d{2}\b",
)
def social_security(text: Text, found: Match) -> str | None:
    digits = re.sub(r"\D", "", found[0])
    if not re.search(r"(?i)seguridad social|nuss|\bnaf\b|afiliaci", text.text):
        return None
    return f"A social security number: '{digits[:2]}…{digits[-2:]}'." if is_nuss(digits) else None


@on_text(
    _personal("E1607 iban", "A bank account number (IBAN) with the right check digits."),
    r"\b[A-Z]{2}[ -]?\d{2}(?:[ -]?[A-Z0-9]){11,28}\b",
)
def account(_: Text, found: Match) -> str | None:
    number = re.sub(r"[ -]", "", found[0])
    for length in range(15, len(number) + 1):
        if is_iban(number[:length]) and len(set(number)) > _DISTINCT:
            return f"An account number: '{number[:4]}…{number[length - 2 : length]}'."
    return None


@on_text(
    _personal("E1614 ssn", "A US social security number."),
    r"\b\d{3}-\d{2}-\d{4}\b",
    r"(?i)\b(?:ssn|social security)\D{0,25}\d{3} ?\d{2} ?\d{4}\b",
)
def us_number(text: Text, found: Match) -> str | None:
    digits = re.sub(r"\D", "", found[0])
    if re.search(r"[\w-]", _after(text, found)) or not is_ssn(digits[:3], digits[3:5], digits[5:]):
        return None
    return f"A social security number: '{digits[:3]}-…'."


@on_text(
    _personal("W1605 e-mail-address (opt-in)", "A person's e-mail address."),
    r"\b[A-Za-z0-9][A-Za-z0-9._%+-]*@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,18}\b",
)
def mail(text: Text, found: Match) -> str | None:
    box, _, host = found[0].partition("@")
    before = text.text[max(0, found.start() - 60) : found.start()]
    if re.search(r"://\S*$", before) or not _is_persons(box.lower(), host.lower()):
        return None
    return f"An e-mail address: {quote(box[:3] + '…@' + host)}."


def _is_persons(box: str, host: str) -> bool:
    labels = host.split(".")
    if labels[-1] in _INVENTED_ENDINGS or _INVENTED_HOSTS.intersection(labels[-3:-1]):
        return False
    plain = re.sub(r"[\W\d_]", "", box)
    return len(plain) >= _SHORTEST_BOX and re.split(r"[\W\d_]", box)[0] not in _MAILBOXES


@on_text(
    _personal("W1612 phone-number (opt-in)", "A person's telephone number."),
    r"(?:\+|\b00)[1-9]\d{0,2}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d(?:[ .-]?\d){6,11}\b",
    r"(?i)\b(?:m[oó]vil|mobile|cell|tel[eé]fono|phone|whatsapp)\b\W{1,4}\d(?:[ .()-]{0,2}\d){8,12}",
)
def phone(_: Text, found: Match) -> str | None:
    digits = re.sub(r"\D", "", found[0])
    if not _MIN_PHONE <= len(digits) <= _MAX_PHONE or len(set(digits)) < _DISTINCT:
        return None
    if "555" in digits or digits[-6:] in "01234567890":
        return None
    return f"A telephone number: '{digits[:4]}…'."


@on_text(
    _personal("W1602 date-of-birth (opt-in)", "A person's date of birth."),
    r"(?i)\b(?:fecha de nacimiento|date of birth|birth ?date|dob)\b\W{1,6}\d+[/.-]\d+[/.-]\d+",
    r"(?i)\b(?:fecha de nacimiento|date of birth)\b\W{1,6}\d\d?(?: de)? [a-z]+(?: de)? \d{4}",
    r"(?i)\b(?:nací el|i was born on) (?:[a-z]+ )?\d\d?,?(?: de [a-z]+ de)? \d{4}\b",
)
def birth(_: Text, found: Match) -> str:
    return f"A date of birth: {quote(found[0])}."


@on_text(
    _personal("W1611 passport-number", "A passport number."),
    r"(?i)\b(?:pasaporte|passport)\b[^\n\d;]{0,30}\b([A-Z]{1,3}\d{6,8}|\d{9})\b",
)
def passport(_: Text, found: Match) -> str | None:
    number = str(found[1])
    return f"A passport number: '{number[:3]}…'." if len(set(number)) >= _DISTINCT else None


def _after(text: Text, found: Match) -> str:
    return text.text[found.end() : found.end() + 1]
