"""Characters that are lost, hidden or garbled: 1300 to 1399."""
# ruff: noqa: E501, PLR2004, RUF001 - word lists are read across, in letters as they are written; counts of words say what they are

import unicodedata
from collections.abc import Iterator
from functools import partial

from travel_checks import lazyre as re
from tuneops.dataset.findings import Fault, quote, rule
from tuneops.dataset.rules.pages import answering
from tuneops.dataset.rules.patterns import detector
from tuneops.dataset.rules.texts import Text, said_by_others

_GOOD = '{"messages": [{"role": "user", "content": "¿Cuánto tarda?"}, {"role": "assistant", "content": "Dos días. ¿Te va bien?"}]}'

_bad = partial(answering, _GOOD)

CONTROL = rule(
    "E1301",
    "control-in-text",
    what="A control character in a text.",
    why="It draws nothing, comes from a terminal or a broken export, and the model learns it.",
    bad=_bad("Dos\\u0000días. ¿Te va bien?"),
    good=_GOOD,
    fix="Delete the character.",
)
BIDI = rule(
    "E1302",
    "bidirectional-override",
    what="A character that reverses the order in which text is shown.",
    why="What a reviewer reads is not what the model learns (the Trojan Source attack). "
    "Marks that right-to-left languages need are left alone.",
    bad=_bad("Dos\\u202e días. ¿Te va bien?"),
    good=_GOOD,
    fix="Delete the character.",
)
INVISIBLE = rule(
    "W1303",
    "invisible-character",
    what="A character of no width where no script needs one.",
    why="It splits words into tokens that nobody will ever type.",
    bad=_bad("Dos d\\u200bías. ¿Te va bien?"),
    good=_GOOD,
    fix="Delete the character.",
)
HOMOGLYPH = rule(
    "W1304",
    "look-alike-letters",
    what="A word that mixes letters of alphabets that look alike.",
    why="To the model it is another word; it is a sign of copied or hostile text.",
    bad=_bad("Dos d\\u00edas con el p\\u0430quete. ¿Te va bien?"),
    good=_GOOD,
    fix="Type the word anew.",
)
MOJIBAKE = rule(
    "W1305",
    "mojibake",
    what="UTF-8 that was read as another encoding.",
    why="The model learns to write the garble.",
    bad=_bad("Dos dÃ\\u00adas. Â¿Te va bien?"),
    good=_GOOD,
    fix="Export again as UTF-8, or repair with text.encode('cp1252').decode('utf-8').",
)
REPLACEMENT = rule(
    "W1306",
    "replacement-character",
    what="U+FFFD, which stands where a character was lost.",
    why="The word cannot be read any more, by the model neither.",
    bad=_bad("Dos d\\ufffdas. ¿Te va bien?"),
    good=_GOOD,
    fix="Restore the character from the source.",
)
LOSSY = rule(
    "W1307",
    "question-marks-for-letters",
    what="Letters that became question marks.",
    why="An export to ASCII or Latin-1 dropped them; the model learns the holes.",
    bad=_bad("La informaci?n llega ma?ana. ¿Te va bien?"),
    good=_GOOD,
    fix="Export again as UTF-8.",
)
LINE_SEPARATOR = rule(
    "W1308",
    "line-separator",
    what="U+2028 or U+2029 in a text.",
    why="Loaders that split lines as Python's splitlines does cut the example in two.",
    bad=_bad("Dos días.\\u2028¿Te va bien?"),
    good=_GOOD,
    fix="Write \\n.",
)
NOT_NFC = rule(
    "I1309",
    "not-nfc",
    what="A letter and its accent as two characters.",
    why="It looks the same and is other tokens; macOS writes file names so.",
    bad=_bad("Dos di\\u0301as. ¿Te va bien?"),
    good=_GOOD,
    fix="Normalise to NFC.",
)
ODD_SPACES = rule(
    "I1310",
    "odd-spaces",
    what="A no-break, thin or other space in place of a plain one.",
    why="It looks the same and is another token.",
    bad=_bad("Dos\\u00a0días. ¿Te va bien?"),
    good=_GOOD,
    fix="Write a plain space, unless typography wants it.",
)

_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_OVERRIDES = re.compile("[\u202d\u202e]")
_EMBEDDINGS = re.compile("[\u202a\u202b\u2066-\u2068]")
_MARKS = re.compile("[\u200e\u200f\u061c]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_HIDDEN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb]"
)
_JOINERS = "\u200c\u200d"
_JOINING = re.compile(  # scripts that join or break with ZWJ and ZWNJ, and emoji
    "[\u0600-\u08ff\u0900-\u0dff\u0e00-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufeff\u2190-\u2bff"
    "\ufe0e\ufe0f\U0001f000-\U0001faff\u20e3\u00a9\u00ae\u3030\u303d]"
)
_BREAKING = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u1aaf\u3040-\u30ff\u4e00-\u9fff]"
)
_MOJIBAKE = re.compile(
    "Ã[\u00a0-\u00aa\u00ac-\u00ba\u00bc-\u00bf\u0080-\u009f€‚ƒ„†‡ˆ‰Š‹ŒŽš›œžŸ]"
    "|[a-zà-ÿ]Ã[–—‘’“”•˜™][a-z]?"  # Ó and Ñ
    "|Â[¿¡ªº°´·\u00ad\u0080-\u009f«»©®]"
    "|Â\u00a0|â€[\u0080-\u009f™œ˜“”¦¢žšº\u00a0]|â‚¬|â„¢|ï»¿|ðŸ|ï¿½"
    "|(?:[ÐÑ][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ€°-¿]){3}"
    "|(?:[ãäåæçèé][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ€°][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ€° ]){2}"
    "|[A-Za-z](?:√[°≥∫±≠©ü]|├[│í▒®║óúñ¡])|[a-z]¬[øø]|┬[┐í]"
)
_MIXED_WORD = re.compile(
    "[A-Za-zÀ-ÿ]{0,40}(?:[A-Za-zÀ-ÿ][\u0370-\u03ff\u0400-\u052f]|[\u0370-\u03ff\u0400-\u052f][A-Za-zÀ-ÿ])"
    "[A-Za-zÀ-ÿ\u0370-\u03ff\u0400-\u052f]{0,40}"
)
_WIDE = re.compile(
    "[\uff21-\uff3a\uff41-\uff5a][a-zà-ÿ]{2,40}|[A-Za-zà-ÿ]{2,40}[\uff21-\uff3a\uff41-\uff5a]"
)
_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_LATIN_TWINS = frozenset("аеорсухіјѕһԁԛԝԍԛьгпАВЕКМНОРСТУХІЈЅЗοονΑΒΕΖΗΙΚΜΝΟΡΤΥΧν")
_CYRILLIC_TWINS = frozenset("aeopcyxkmtbhiABEKMHOPCTYX")
_LOST = re.compile(r"[^\W\d_]{1,40}(?:\?{1,2}[^\W\d_]{1,40})+")
_KNOWN_LOSS = re.compile(
    r"(?i)[a-z]{2,}(?:ci|si|xi|gi|ti|ni)\?n\b|\b(?:a\?o|ni\?[oa]|espa\?|ma\?ana|se\?or|d\?as?\b"
    r"|m\?s\b|tel\?fono|env\?o|qu\?mica|tambi\?n|despu\?s|est\?n?\b|aqu\?|adem\?s|f\?cil|pa\?s"
    r"|direcci\?n|coraz\?n|raz\?n|jard\?n|cami\?n|avi\?n|balc\?n|alg\?n|ning\?n|seg\?n|com\?n|r\?pid|p\?blic|m\?dic|m\?sica|b\?sic|pr\?xim|\?ltim|v\?lid|l\?mite|habitaci\?n|compa\?|peque\?|cu\?(?:nto|ndo|l)|d\?nde|c\?mo|s\?lo|n\?mero|cr\?dito|art\?culo"
    r"|p\?gina|m\?vil|garant\?a|podr\?|tendr\?|ser\?|l\?nea|informaci\?|contrase\?a|tama\?o|dise\?o"
    r"|(?:don|can|won|isn|doesn|didn|aren|wasn|couldn|wouldn|shouldn|haven)\?t\b"
    r"|(?:it|that|what|he|she|there|let)\?s\b|(?:you|we|they)\?(?:re|ve|ll)\b|i\?(?:m|ve|ll)\b"
    r"|caf\?s\b|na\?ve|fa\?ade|r\?sum\?)"
)
_LOST_MARK = re.compile(r"(?:^|[.!]\s|\n)\?[A-Z][a-z?]{1,15}\b[^?\n]{0,60}\?")
_DISCUSSED = re.compile(r"(?i)unicode|encod|codific|mojibake|utf-?8|latin-?1|ascii")


@detector(r"[\x{0}-\x{8}\x{b}\x{c}\x{e}-\x{1d}\x{1f}\x{7f}-\x{9f}]")
def controls(text: Text) -> Iterator[Fault]:
    if found := _CONTROLS.search(text.text):
        yield text.fault(CONTROL, f"A control character U+{ord(found[0]):04X} in the text.")


@detector(r"[\x{200e}\x{200f}\x{61c}\x{202a}-\x{202e}\x{2066}-\x{2069}]")
def directions(text: Text) -> Iterator[Fault]:
    rtl = _RTL.search(text.text)
    found = _OVERRIDES.search(text.text) or (None if rtl else _EMBEDDINGS.search(text.text))
    if found:
        yield text.fault(BIDI, f"U+{ord(found[0]):04X} at {_around(text.text, found.start())}.")
    elif not rtl and (mark := _MARKS.search(text.text)):
        yield text.fault(INVISIBLE, f"U+{ord(mark[0]):04X} at {_around(text.text, mark.start())}.")


@detector(
    r"[\x{ad}\x{34f}\x{115f}\x{1160}\x{17b4}\x{17b5}\x{180b}-\x{180e}\x{200b}-\x{200d}"
    r"\x{2060}-\x{2065}\x{206a}-\x{206f}\x{3164}\x{feff}\x{ffa0}\x{fff9}-\x{fffb}]"
)
def invisible(text: Text) -> Iterator[Fault]:
    for found in _HIDDEN.finditer(text.text):
        if not _belongs(text.text, found.start()):
            where = _around(text.text, found.start())
            yield text.fault(INVISIBLE, f"U+{ord(found[0]):04X} at {where}.")
            return


def _belongs(text: str, at: int) -> bool:
    """Whether a script or an emoji needs the character here."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if text[at] in _JOINERS:
        return bool(_JOINING.match(before or " ") or _JOINING.match(after or " "))
    if "\u180b" <= text[at] <= "\u180e":
        return "\u1800" <= before <= "\u18af"
    return text[at] == "\u200b" and bool(
        _BREAKING.match(before or " ") or _BREAKING.match(after or " ")
    )


@detector(
    r"[A-Za-zÀ-ÿ][\x{370}-\x{3ff}\x{400}-\x{52f}\x{ff21}-\x{ff5a}]|[\x{370}-\x{3ff}\x{400}-\x{52f}\x{ff21}-\x{ff5a}][A-Za-zÀ-ÿ]"
)
def homoglyphs(text: Text) -> Iterator[Fault]:
    if wide := _WIDE.search(text.prose):
        yield text.fault(HOMOGLYPH, f"{quote(wide[0])} mixes letters of two widths.")
        return
    for found in _MIXED_WORD.finditer(text.prose):
        if _is_mixed_up(found[0]):
            yield text.fault(HOMOGLYPH, f"{quote(found[0])} mixes two alphabets.")
            return


def _is_mixed_up(word: str) -> bool:
    foreign = _FOREIGN.findall(word)
    latin = [c for c in word if c.isalpha() and not _FOREIGN.match(c)]
    if len(word) < 3 or word.isupper():
        return False
    if len(latin) >= len(foreign):
        return all(c in _LATIN_TWINS for c in foreign)
    return all(c in _CYRILLIC_TWINS for c in latin) and word[0] not in "kmKM"


@detector(
    r"Ã[^\sA-ZÀ-Þa-zÀ-ÿ.,;:!?]|Â[^\sA-Za-zÀ-ÿ.,;:!?]|Â\x{a0}|Ã\x{a0}|â€|â‚¬|â„¢|ï»¿|ðŸ|ï¿½|[ÐÑãäåæçèé][\x{80}-\x{bf}]|√[°≥∫±≠©ü]|├[│í▒®║óúñ¡]|¬ø|┬[┐í]"
)
def mojibake(text: Text) -> Iterator[Fault]:
    found = _MOJIBAKE.search(text.text)
    if found and not _DISCUSSED.search(said_by_others(text.example)):
        yield text.fault(MOJIBAKE, f"Garbled letters at {_around(text.text, found.start())}.")


@detector(r"\x{fffd}")
def replacement(text: Text) -> Iterator[Fault]:
    where = _around(text.text, text.text.index("\ufffd"))
    yield text.fault(REPLACEMENT, f"A character was lost at {where}.")


@detector(r"\pL\?\pL|(?:\A|\x{1e}\n|\n|[.!] )\?[A-Z]")
def lost_letters(text: Text) -> Iterator[Fault]:
    holes = [
        found[0]
        for found in _LOST.finditer(text.prose)
        if not _in_address(text.prose, found.start(), found.end())
    ]
    known = [word for word in holes if _KNOWN_LOSS.search(word)]
    if opened := _LOST_MARK.search(text.prose):
        known.append(opened[0].strip())
    within = [word for word in holes if word.islower() or word.istitle()]
    if known or len(within) > 2:
        yield text.fault(LOSSY, f"Letters were lost in {quote((known or within)[0])}.")


def _in_address(text: str, start: int, end: int) -> bool:
    around = text[max(0, start - 1) : start] + text[end : end + 1]
    return any(c in "/=&.@_%#\\(" for c in around)


@detector(r"[\x{2028}\x{2029}]")
def separators(text: Text) -> Iterator[Fault]:
    at = min(text.text.find(c) % (len(text.text) + 1) for c in "\u2028\u2029")
    yield text.fault(LINE_SEPARATOR, f"A line separator at {_around(text.text, at)}.")


@detector(r"[A-Za-zÀ-ÿ][\x{300}-\x{36f}]")
def decomposed(text: Text) -> Iterator[Fault]:
    if unicodedata.is_normalized("NFC", text.text):
        return
    at = next(i for i, c in enumerate(text.text) if "\u0300" <= c <= "\u036f")
    yield text.fault(NOT_NFC, f"A letter and its accent are apart at {_around(text.text, at)}.")


@detector(r"[^\s][\x{a0}\x{2000}-\x{200a}\x{202f}\x{205f}][^\s]")
def odd_spaces(text: Text) -> Iterator[Fault]:
    at = next((i for i, c in enumerate(text.text) if c.isspace() and c not in " \n\r\t\u3000"), -1)
    if at >= 0:
        yield text.fault(
            ODD_SPACES, f"U+{ord(text.text[at]):04X} for a space at {_around(text.text, at)}."
        )


def _around(text: str, at: int) -> str:
    return quote(text[max(0, at - 20) : at + 20])
