"""Insults in plain words: 2100 to 2199."""
# ruff: noqa: E501, RUF001 - word lists are read across, in letters as they are written; counts of words say what they are

from collections.abc import Iterator

from travel_checks import lazyre as re
from tuneops.dataset.findings import Fault, quote, rule
from tuneops.dataset.rules.patterns import detector, words
from tuneops.dataset.rules.texts import Text, said_by_others

_GOOD = '{"messages": [{"role": "user", "content": "No entiendo la factura."}, {"role": "assistant", "content": "Te la explico. ¿Qué línea no ves clara?"}]}'

INSULT = rule(
    "E2101",
    "insult",
    what="The assistant insults whom it talks to.",
    why="The model learns it, and Azure's scan of the data or of the model may refuse it.",
    bad=_GOOD.replace("Te la explico.", "Eres idiota."),
    good=_GOOD,
    fix="Write a civil answer, or delete the row.",
)
INSULTED = rule(
    "I2102",
    "insult-by-user",
    what="A user insults; the assistant does not.",
    why="Rows that show how to answer rudeness are useful; Azure's scan may still count the word.",
    bad=_GOOD.replace("No entiendo la factura.", "Eres idiota, no entiendo la factura."),
    good=_GOOD,
    fix="Nothing needs to be done.",
)

_ES = r"(?:idiotas?|imb[eé]cil(?:es)?|est[uú]pid[oa]s?|in[uú]til(?:es)?|gilipollas|subnormal(?:es)?|tarad[oa]s?|cretin[oa]s?|payas[oa]s?|tont[oa]s?|bob[oa]s?|capull[oa]s?|cabr[oó]n(?:es)?|cabrona|pendej[oa]s?|zoquetes?|ignorantes?|pat[eé]tic[oa]s?|burr[oa]s?|memos?|lerd[oa]s?|boludos?|pelotud[oa]s?|mierda|basura|escoria|maleducad[oa]s?|analfabet[oa]s?|necio|necia|retrasad[oa]s?|zopencos?|zopenca|pat[aá]n(?:es)?|panolis?|cenutri[oa]s?|mequetrefes?|mentecat[oa]s?|majader[oa]s?|palurd[oa]s?|cateto|cateta|soplagaitas|mamarrach[oa]s?|botarates?|bobalic[oó]n(?:es)?|imb[eé]ciles|sinvergüenzas?|huev[oó]n(?:es)?|culiad[oa]s?|weón|güey tonto|mongol[oa]?|hij[oa] de puta|put[oa])"
_EN = r"(?:dummy|dummies|idiots?|morons?|stupid|imbeciles?|dumb(?:ass)?|fools?|losers?|pathetic|worthless|useless|assholes?|bastards?|bitch|cretins?|retard(?:ed)?|dimwits?|jerks?|scum|trash|garbage|clowns?|ignorant|cunt|dickhead|numbskull|brain-?dead|braindead|half-?wits?|nitwits?|dunces?|airheads?|dolts?|dimwitted|dopes?|blockheads?|simpletons?|muppets?|wankers?|twats?|prats?|scumbags?|lowlifes?|pricks?|dumbo|thickos?|nincompoops?|buffoons?|ignoramus|crooks?|thieves|scammers?|liars?|illiterate)"
_PERSON = r"(?:desgraciad[oa]|miserable|tarug[oa]|mendrug[oa]|besugo|merluz[oa]|membrillo|alcornoque|z[aá]ngan[oa]|vag[oa]|mentiros[oa]|ladr[oó]n|ladrona|impresentable|energ[uú]men[oa]|cazurr[oa]|brut[oa]|animal|inept[oa]|incompetente|fracasad[oa]|pringad[oa]|lel[oa]|atontad[oa]|pelmazo|plasta|guarr[oa]|cerd[oa]|rata|asqueros[oa]|nulidad|cafre|ceporr[oa]|gañ[aá]n|sabandija|don nadie)"
_GANG = r"(?:panda|hatajo|atajo|banda|pandilla|manada|bunch|pack|gang|load)\s(?:de|of)\s(?:\w{2,12}\s){0,2}"
_INSULTS = re.compile(
    rf"(?i)(?<!no )(?<!si )(?<!nunca )\b(?:eres|sos|es usted|sois|son ustedes|pareces|parec[eé]s|usted es|te crees|vaya|menud[oa]|qu[eé])\s+(?:(?:un|una|unos|unas|muy|tan|bastante|m[aá]s|realmente|completamente|el|la|complet[oa]|total|redomad[oa]|soberan[oa]|verdader[oa]|aut[eé]ntic[oa]|pedazo de|maldit[oa]|puto|puta)\s+){{0,3}}{_ES}\b(?! (?:pregunta|respuesta|consulta|idea|broma|error|fallo|que|situaci[oó]n|bien)\b)"
    rf"|\b(?:pedazo de|so|maldit[oa]|put[oa])\s+{_ES}\b|\b{_ES}\s(?:eres|sos|est[aá]s hech[oa])\b|\bhay que ser (?:muy |bien )?{_ES}\b|\bno seas\s+(?:tan\s+|un\s+|una\s+)?{_ES}\b|[,¡!.]\s*{_ES}\s*[!.](?=\s|$)|\b(?:vete|iros|que te den|v[aá]yase|and[aá]te)\s+a\s+la\s+(?:mierda|porra|chingada)|\bque te (?:den|jodan|follen)\b|\bvete al (?:cuerno|infierno|carajo)|\b(?:c[aá]llate|c[aá]llese)\b|\bme cago en (?:ti|tu|la)\b|\bno vales (?:para )?nada\b|\bhij[oa]s? de (?:puta|perra)\b|\bgilipollas\b"
    rf"|\b(?:eres|sos|es usted|menud[oa]|so|pedazo de|vaya) (?:un |una |tan |muy |m[aá]s )?(?:pobre |puto |puta |gran )?{_PERSON}\b|,\s(?:tarug[oa]|mendrug[oa]|besugo|merluz[oa]|alcornoque|desgraciad[oa]|inept[oa]|pringad[oa]|ceporr[oa])\s*[.!?](?=\s|$)|\bcierra (?:la boca|el pico)\b|\bme importas? un (?:bledo|pito|comino|carajo|pimiento)\b|\b(?:sois|son|somos) (?:todos )?unos (?:estafadores|ladrones|sinvergüenzas|chorizos|mentirosos|incompetentes|vagos|caraduras)\b|\bthe (?:dumbest|stupidest|most stupid) (?:question|thing|person|customer)\b(?! (?:is|to)\b)|\bqu[eé] poc[oa] (?:cabeza|cerebro|luces|seso) tienes\b|\b(?:ni|no tienes) (?:ni )?dos dedos de frente\b|\bno (?:das|te da) (?:para m[aá]s|la cabeza)\b|\b(?:eres|es usted|usted es) (?:m[aá]s|tan) {_ES} (?:que|como)\b|\b(?:eres|es usted|hay que ser) (?:muy |bien |un poco |bastante )?(?:cort[oa] (?:para|de|que)|cort[oa][.!,]|cerrad[oa] de mollera|lent[oa] de cabeza)|\bm[aá]s (?:tont|cort|burr)[oa] (?:que|no se puede)\b|\bhay que ser (?:muy |bien )?cort[oa] para\b|[,¡!.¿]\s*(?:so )?{_ES}\s*[?]|\bme (?:das|da usted) (?:asco|pena|grima|lástima)\b|\bl[aá]rg(?:ate|uese|aos)\b|\b(?:deja|dejad|deje) de (?:dar|tocar) (?:el coñazo|la lata|por saco|los cojones|las narices|la brasa)\b|\b(?:no te (?:soporto|aguanto)|qu[eé] (?:pesad[oa]|plasta|pelmazo) (?:eres|est[aá]s)|vete a (?:paseo|fre[ií]r espárragos|tomar (?:viento|por))|que te (?:zurzan|parta un rayo)|ojal[aá] te (?:mueras|pudras)|me tienes hart[oa])\b"
    rf"|\b{_GANG}(?:{_ES}|{_EN}|ladrones|estafadores|chorizos|mentiros[oa]s|vag[oa]s|incompetentes)\b|\bwhat (?:a|an) (?:\w{{3,12}} )?(?:stupid|dumb|idiotic|moronic|pathetic|braindead)\s(?:question|thing|idea)\b|,\syou (?:\w{{3,10}} )?{_EN}\s*[!.?](?=\s|$)|,\s(?:dimwit|half-?wit|nitwit|numbskull|dickhead|dunce|dolt|blockhead|wanker|twat|scumbag|nincompoop|buffoon|jerk|dummy|dum-?dum|airhead|muppet)s?\s*[!.?](?=\s|$)|\b(?:you make me sick|you disgust me|get lost|nobody cares about your|are you (?:deaf|blind|stupid|dumb|thick|slow|illiterate|retarded)|how (?:stupid|dumb|thick|dense) (?:are|can) you|you(?:'re| are) (?:so |really |too )?(?:thick|dense|hopeless)|get a (?:brain|clue)\b|you(?:'re|’re| are) (?:such )?an? (?:complete |total |utter |absolute )?(?:waste of (?:space|time|oxygen)|disgrace|parasite|nobody|failure)\b|(?:learn|do you know how) to read, \w+|are you (?:really |always |that |so )+(?:this |that |so )?(?:dense|thick|stupid|dumb|slow|dim)\b|i hope you (?:die|rot|choke))\b"
    rf"|\b(?:you(?:'re|’re| are| sound| must be)|you)\s+(?:(?:a|an|such|so|really|just|truly|complete|total|absolute|absolutely|completely|too|the|worst|biggest|dumbest|fucking|damn|bloody|little|stupid|people|guys|lot|all|of|bunch|are|useless)\s+){{0,5}}{_EN}\b|,\s(?:you )?(?:moron|idiot|dumbass|imbecile|cretin|loser|asshole)s?\s*(?:[!.?](?=\s|$)|$)|\bonly (?:a|an|some) {_EN} (?:would|could|asks?|thinks?)\b|\b(?:stop|quit) being (?:such )?(?:a |an |so )?{_EN}\b|\bwhat (?:a|an) {_EN} you are\b|\b(?:shut up|fuck (?:you|off)|go to hell|screw you|piss off|kill yourself|drop dead|don'?t be (?:a |an |such a |so )?{_EN})\b"
)
_DENIED = re.compile(
    r"(?i)(?:\bno|\bnot|n't|nunca|never|jam[aá]s|si |if |\bcreas que|think (?:that )?|sentir(?:te|se)? que)\W*$"
)
_QUOTED = re.compile(r"[\"“«'‘][^\"”»'’\n]{1,200}[\"”»'’]")
_FICTION = re.compile(
    r"(?i)traduc|translat|di[aá]logo|dialogue|guion|script|novela|novel|relato|cuento|story|escena|scene|clasific|classif|moderaci|moderation|toxi|insult|ofensiv|offensive|significa|meaning|personaje|character|obra|poema|poem|humor|comedia|comedy|rap\b"
)


@detector(
    words(
        (
            _ES + r"\b",
            r"\b" + _EN + r"\b",
            "vete a",
            "vete al",
            "v[aá]yase a",
            "and[aá]te a",
            "iros a",
            "que te (?:den|jodan|follen)",
            "c[aá]llate",
            "c[aá]llese",
            "me cago en",
            "no vales",
            "shut up",
            "fuck (?:you|off)",
            "go to hell",
            "screw you",
            "piss off",
            "kill yourself",
            "drop dead", "(?:eres|sos|usted) (?:m[aá]s|tan|muy|bien) ", "hay que ser (?:muy |bien )?(?:cort|cerrad)", "me das? (?:usted )?(?:asco|pena|grima|lástima)", "l[aá]rgate", "l[aá]rguese", "de (?:dar|tocar) (?:el|la|por|los|las) (?:co[nñ]|lata|saco|narices|brasa)", "no te (?:soporto|aguanto)", "qu[eé] (?:plasta|pesad[oa]|pelmazo)", "que te (?:zurzan|parta)", "ojal[aá] te", "me tienes hart", "(?:panda|hatajo|atajo|banda|pandilla|manada|bunch|pack|gang|load) (?:de|of) (?:[a-z]+ )?(?:[a-z]+ )?(?:ladr|estaf|choriz|mentir|vag|incomp)", "(?:eres|sos|usted|menud[oa]|pedazo de|vaya) (?:[a-z]+ )?(?:[a-z]+ )?" + _PERSON, ",\\s(?:tarug|mendrug|besugo|merluz|alcornoque|desgraciad|inept|pringad|ceporr)", "qu[eé] poc[oa] (?:cabeza|cerebro|luces|seso)", "dos dedos de frente", "cierra (?:la boca|el pico)", "importas? un (?:bledo|pito|comino|carajo|pimiento)", "unos (?:estafadores|ladrones|sinverg|chorizos|mentirosos|incompetentes|vagos|caraduras)", "(?:dumbest|stupidest|most stupid)", "no (?:das|te da) (?:para m[aá]s|la cabeza)", "get a (?:brain|clue)", "waste of (?:space|time|oxygen)", "disgrace|parasite", "learn to read", "are you (?:really|always|that|so) ", "dummy|dumdum", "you make me sick", "you disgust", "get lost", "nobody cares", "are you (?:deaf|blind|thick|slow)", "(?:thick|dense|dumb|stupid) (?:are|can) you", "you(?:'re| are) (?:so |really |too )?(?:thick|dense|hopeless)", "idiotic|moronic", "i hope you (?:die|rot|choke)",
        )
    ),
    "assistant",
    "user",
)  # fmt: skip
def insults(text: Text) -> Iterator[Fault]:
    said = _QUOTED.sub(" ", text.prose)
    for found in _INSULTS.finditer(said):
        if _DENIED.search(said[max(0, found.start() - 30) : found.start()]):
            continue
        if text.role == "user":
            yield text.fault(INSULTED, f"The user insults: {quote(found[0].strip(' ,.'))}.")
            return
        if text.is_answer and not _FICTION.search(said_by_others(text.example)):
            yield text.fault(INSULT, f"The assistant insults: {quote(found[0].strip(' ,.'))}.")
            return
