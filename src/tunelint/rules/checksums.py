"""Identity, card and account numbers that carry check digits."""

import re

_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "BR": 29, "CH": 21, "CR": 22, "CY": 28,
    "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22,
    "GI": 23, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27,
    "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28,
    "PT": 25, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TR": 26,
}  # fmt: skip
_CARDS = re.compile(
    r"4\d{12}(?:\d{3})?(?:\d{3})?|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"
    r"|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|6(?:011|4[4-9]\d|5\d\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}"
    r"|(?:5018|5020|5038|5893|6304|6759|676[1-3])\d{8,15}|62\d{14,17}"
)
_SEVEN_DIGITS = 10**7
_SIXTY = 66  # provinces of Spain's social security, special ones included


def is_dni(digits: str, letter: str) -> bool:
    return len(digits) == 8 and _DNI_LETTERS[int(digits) % 23] == letter.upper()  # noqa: PLR2004


def is_nie(text: str) -> bool:
    prefix, digits, letter = text[0].upper(), text[1:-1], text[-1]
    return is_dni(str("XYZ".index(prefix)) + digits, letter)


def is_nuss(digits: str) -> bool:
    """A number of Spanish social security: province, serial and two check digits."""
    province, serial, check = int(digits[:2]), int(digits[2:10]), int(digits[10:])
    if not 1 <= province <= _SIXTY:
        return False
    base = province * _SEVEN_DIGITS + serial if serial < _SEVEN_DIGITS else int(digits[:10])
    return base % 97 == check


def is_iban(text: str) -> bool:
    """Letters and digits without spaces."""
    if len(text) != _IBAN_LENGTHS.get(text[:2].upper()):
        return False
    turned = text[4:] + text[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def is_card(digits: str) -> bool:
    """Luhn's check, the issuer's range and length."""
    if not _CARDS.fullmatch(digits) or len(set(digits)) == 1:
        return False
    doubled = [int(c) * (1 + i % 2) for i, c in enumerate(reversed(digits))]
    return sum(number - 9 * (number > 9) for number in doubled) % 10 == 0  # noqa: PLR2004


def is_ssn(area: str, group: str, serial: str) -> bool:
    """The structure of a US social security number."""
    return (
        area not in {"000", "666"} and area[0] != "9" and group != "00" and serial != "0000"
    ) and (area, group, serial) not in {("123", "45", "6789"), ("078", "05", "1120")}
