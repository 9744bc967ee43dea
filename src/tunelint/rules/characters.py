"""Characters that are lost, hidden or garbled: 1300 to 1319, and hidden text, 1701."""

import re

from tunelint.escaping import quote
from tunelint.rule import Match, on_text
from tunelint.text import Text, quote_around

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_JOINERS = "\u200c\u200d"
_JOINING = re.compile(  # scripts that join or break with ZWJ and ZWNJ, and emoji
    "[\u0600-\u08ff\u0900-\u0dff\u0e00-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufeff\u2190-\u2bff"
    "\ufe0e\ufe0f\U0001f000-\U0001faff\u20e3\u00a9\u00ae\u3030\u303d]"
)
_BREAKING = re.compile(  # scripts without spaces
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u1aaf\u3040-\u30ff\u4e00-\u9fff]"
)
_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_LATIN_TWINS = frozenset("аеорсухіјѕһԁԛԝԍԛьгпАВЕКМНОРСТУХІЈЅЗοονΑΒΕΖΗΙΚΜΝΟΡΤΥΧν")
_FOREIGN_TWINS = frozenset("aeopcyxkmtbhiABEKMHOPCTYX")  # Latin letters that look Cyrillic
_SHORTEST_WORD = 3
_BLACK_FLAG = "\U0001f3f4"  # tags after it draw the flags of England, Scotland and Wales
_ABOUT_ENCODINGS = re.compile(r"(?i)unicode|encod|codific|mojibake|utf-?8|latin-?1|ascii")


@on_text("E1301 control-in-text", r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{9f}]")
def control(_: Text, found: Match) -> str:
    r"""A control character in a text.

    It draws nothing, comes from a terminal or a broken export, and the model learns it.
    Fix: Delete the character.
    Bad: Dos\u0000días.
    """
    return f"A control character U+{ord(found[0]):04X} in the text."


@on_text("E1302 bidirectional-override", r"[\x{202a}\x{202b}\x{202d}\x{202e}\x{2066}-\x{2068}]")
def bidirectional(text: Text, found: Match) -> str | None:
    r"""A character that reverses the order in which text is shown.

    What a reviewer reads is not what the model learns (the Trojan Source attack). Marks that
    right-to-left languages need are left alone.
    Fix: Delete the character.
    Bad: Dos\u202e días.
    """
    if found[0] not in "\u202d\u202e" and _RIGHT_TO_LEFT.search(text.text):
        return None
    return f"U+{ord(found[0]):04X} at {quote_around(text.text, found.start())}."


@on_text(
    "W1303 invisible-character",
    r"[\x{ad}\x{34f}\x{115f}\x{1160}\x{17b4}\x{17b5}\x{180b}-\x{180e}\x{200b}-\x{200f}]",
    r"[\x{61c}\x{2060}-\x{2065}\x{206a}-\x{206f}\x{3164}\x{feff}\x{ffa0}\x{fff9}-\x{fffb}]",
)
def invisible(text: Text, found: Match) -> str | None:
    r"""A character of no width where no script needs one.

    It splits words into tokens that nobody will ever type.
    Fix: Delete the character.
    Bad: Dos d\u200bías.
    """
    if _belongs(text.text, found.start()):
        return None
    return f"U+{ord(found[0]):04X} at {quote_around(text.text, found.start())}."


def _belongs(text: str, at: int) -> bool:
    """Whether a script or an emoji needs the character here."""
    before, character, after = text[at - 1 : at], text[at], text[at + 1 : at + 2]
    if character in "\u200e\u200f\u061c":
        return bool(_RIGHT_TO_LEFT.search(text))
    if character in _JOINERS:
        return bool(_JOINING.match(before or " ") or _JOINING.match(after or " "))
    if "\u180b" <= character <= "\u180e":
        return "\u1800" <= before <= "\u18af"
    neighbours = _BREAKING.match(before or " ") or _BREAKING.match(after or " ")
    return character == "\u200b" and bool(neighbours)


@on_text("E1701 hidden-text", r"[\x{e0001}\x{e0020}-\x{e007e}]+")
def hidden(text: Text, found: Match) -> str | None:
    r"""Text written in characters that nobody sees.

    Unicode tags can spell an instruction that a reviewer does not see and the model learns.
    Fix: Delete the invisible characters, and ask where the row comes from.
    Bad: Hola\udb40\udc48\udb40\udc69.
    """
    if text.text[found.start() - 1 : found.start()] == _BLACK_FLAG:
        return None
    spelt = "".join(chr(ord(character) - 0xE0000) for character in found[0])
    return f"Hidden text says {quote(spelt)}."


@on_text(
    "W1304 look-alike-letters",
    r"[A-Za-zÀ-ÿ]+[\x{370}-\x{52f}][A-Za-zÀ-ÿ\x{370}-\x{52f}]*",
    r"[\x{370}-\x{52f}]+[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ\x{370}-\x{52f}]*",
)
def homoglyph(_: Text, found: Match) -> str | None:
    r"""A word that mixes letters of alphabets that look alike.

    To the model it is another word; it is a sign of copied or hostile text.
    Fix: Type the word anew.
    Bad: Dos días con el p\u0430quete.
    """
    return f"{quote(found[0])} mixes two alphabets." if _is_mixed_up(found[0]) else None


def _is_mixed_up(word: str) -> bool:
    foreign = _FOREIGN.findall(word)
    latin = [c for c in word if c.isalpha() and not _FOREIGN.match(c)]
    if len(word) < _SHORTEST_WORD or word.isupper():
        return False
    if len(latin) >= len(foreign):
        return all(c in _LATIN_TWINS for c in foreign)
    return all(c in _FOREIGN_TWINS for c in latin) and word[0] not in "kmKM"


@on_text(
    "W1305 mojibake",
    r"Ã[\x{80}-\x{aa}\x{ac}-\x{ba}\x{bc}-\x{bf}\x{152}-\x{192}\x{2c6}€\x{201a}„†‡‰]|[a-zà-ÿ]Ã[\x{2013}-\x{2022}\x{2dc}™]",
    r"Â[¿¡ªº°\x{b4}·\x{ad}\x{80}-\x{9f}«»©®\x{a0}]",
    r"â€[\x{80}-\x{a0}™œ\x{2dc}“”¦¢žšº]|â\x{201a}¬|â„¢|ï»¿|ðŸ|ï¿½|├[¿áí®│║▒ñúó]",
    r"(?:[ÐÑ][\x{80}-\x{bf}\x{152}-\x{192}\x{2c6}\x{2dc}\x{2013}-\x{203a}€™]){3}",
    r"(?:[ãäåæçèé][\x{80}-\x{bf}\x{152}-\x{192}\x{2c6}\x{2dc}\x{2013}-\x{203a}€™]{2}){2}",
)
def mojibake(text: Text, found: Match) -> str | None:
    """UTF-8 that was read as another encoding.

    The model learns to write the garble.
    Fix: Export again as UTF-8.
    Bad: Es cafÃ© con leche.
    """
    if _ABOUT_ENCODINGS.search(text.text):
        return None
    return f"Garbled letters at {quote_around(text.text, found.start())}."


@on_text("W1306 replacement-character", r"\x{fffd}")
def replacement(text: Text, found: Match) -> str:
    r"""U+FFFD, which stands where a character was lost.

    The word cannot be read any more, by the model neither.
    Fix: Restore the character from the source.
    Bad: Dos d\ufffdas.
    """
    return f"A character was lost at {quote_around(text.text, found.start())}."


@on_text(
    "W1307 question-marks-for-letters",
    r"(?i)[a-z](?:ci|si|gi)\?n\b|\b(?:ma\?ana|se\?or|ni\?[oa]|espa\?|tambi\?n|adem\?s|despu\?s)",
    r"(?i)\b(?:d\?as\b|m\?s\b|pa\?s\b|aqu\?\b|tel\?fono|env\?o|m\?vil|n\?mero|contrase\?a|a\?os\b)",
    r"(?i)\b(?:don|can|won|isn|doesn|didn|aren|wasn|couldn|wouldn)\?t\b|\b(?:you|we|they)\?re\b",
)
def lossy(text: Text, found: Match) -> str | None:
    """Letters that became question marks.

    An export to ASCII dropped them; the model learns the holes.
    Fix: Export again as UTF-8.
    Bad: La informaci?n llega ma?ana.
    """
    around = text.text[max(0, found.start() - 1) : found.start()]
    return None if around in "/=&" and around else f"Letters were lost in {quote(found[0])}."


@on_text("W1308 line-separator", r"[\x{2028}\x{2029}]")
def line_separator(text: Text, found: Match) -> str:
    r"""U+2028 or U+2029 in a text.

    Loaders that split lines as Python's splitlines does cut the example in two.
    Fix: Write \n.
    Bad: Dos días.\u2028¿Te va bien?
    """
    return f"A line separator at {quote_around(text.text, found.start())}."


@on_text(
    "I1309 not-nfc", r"[A-Za-zÀ-ÿ][\x{300}-\x{304}\x{306}-\x{308}\x{30a}\x{30c}\x{327}\x{328}]"
)
def decomposed(text: Text, found: Match) -> str:
    r"""A letter and its accent as two characters.

    It looks the same and is other tokens; macOS writes file names so.
    Fix: Normalise to NFC.
    Bad: Dos di\u0301as.
    """
    return f"A letter and its accent are apart at {quote_around(text.text, found.start())}."


@on_text("I1310 odd-spaces (opt-in)", r"[^\s][\x{a0}\x{2000}-\x{200a}\x{202f}\x{205f}][^\s]")
def odd_space(text: Text, found: Match) -> str:
    r"""A no-break, thin or other space in place of a plain one.

    It looks the same and is another token.
    Fix: Write a plain space, unless typography wants it.
    Bad: Dos\u00a0días.
    """
    return f"U+{ord(found[0][1]):04X} for a space at {quote_around(text.text, found.start())}."
