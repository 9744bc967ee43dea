"""Answers that break what the system message, or the product's configuration, demands: 1800 on."""
# ruff: noqa: E501, RUF001 - word lists are read across, in letters as they are written; counts of words say what they are

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from travel_checks import lazyre as re
from tuneops.dataset.examples import Example, Message
from tuneops.dataset.findings import Fault, Rule, quote, rule
from tuneops.dataset.rules import languages
from tuneops.dataset.rules.demands import NOTHING, Demands, Topic, demands
from tuneops.dataset.rules.texts import (
    asked_before,
    fenced,
    instructions,
    prose,
    said_by_others,
)

_FIX = "Rewrite the answer, or delete the row."


def _page(code: str, name: str, what: str, *texts: str) -> Rule:
    demand, bad, good = texts

    def line(answer: str) -> str:
        return (
            f'{{"messages": [{{"role": "system", "content": "{demand}"}}, '
            '{"role": "user", "content": "¿Qué me dices de lo mío?"}, '
            f'{{"role": "assistant", "content": "{answer}"}}]}}'
        )

    why = "The model learns from the row, and not from the instruction that it breaks."
    return rule(code, name, what=what, why=why, bad=line(bad), good=line(good), fix=_FIX)


PASSWORD = _page(
    "E1801",
    "asks-for-password",
    "The assistant asks for a password although it must not.",
    "Nunca pidas contraseñas.",
    "Dime tu contraseña y lo miro.",
    "Dime tu número de pedido y lo miro.",
)
COMPETITOR = _page(
    "W1802",
    "names-competitor",
    "The assistant names a competitor although it must not.",
    "No menciones a la competencia.",
    "En Amazon lo tienes también.",
    "En nuestra tienda lo tienes también.",
)
DIAGNOSIS = _page(
    "E1803",
    "gives-diagnosis",
    "The assistant gives a diagnosis although it must not.",
    "No des diagnósticos.",
    "Lo que tienes es una migraña.",
    "Eso lo tiene que ver tu médica.",
)
DOSAGE = _page(
    "E1804",
    "gives-dosage",
    "The assistant gives a dosage although it must not.",
    "No indiques dosis.",
    "Toma 600 mg cada ocho horas.",
    "La dosis te la dirá tu médica.",
)
EMOJI = _page(
    "W1805",
    "uses-emoji",
    "The assistant uses emoji although it must not.",
    "No uses emojis.",
    "Ya está listo 😊.",
    "Ya está listo.",
)
FORMAT = _page(
    "E1806",
    "not-json",
    "The answer is not JSON although nothing else is allowed.",
    "Responde solo con JSON.",
    "Claro, aquí lo tienes.",
    '{\\"estado\\": \\"listo\\"}',
)
RECOMMENDATION = _page(
    "E1807",
    "forbidden-recommendation",
    "The assistant recommends what it must not.",
    "No recomiendes hoteles ni restaurantes.",
    "Te recomiendo el Hotel Miramar, que tiene vistas.",
    "De hoteles no puedo hablarte.",
)
INVESTMENT = _page(
    "E1808",
    "gives-investment-advice",
    "The assistant advises on investments although it must not.",
    "No des consejos de inversión.",
    "Te recomiendo invertir en oro.",
    "Sobre eso no puedo aconsejarte.",
)
LENGTH = _page(
    "W1809",
    "answer-over-length",
    "The answer is longer than allowed.",
    "Responde en un máximo de 10 palabras.",
    "Lo tuyo está listo desde ayer por la tarde y te llega mañana por la mañana.",
    "Lo tuyo llega mañana.",
)
PRICE = _page(
    "E1810",
    "gives-price",
    "The assistant gives a price although it must not.",
    "No des precios.",
    "Cuesta 49,90 €.",
    "El precio lo ves en la web.",
)
REGISTER = _page(
    "W1811",
    "wrong-address",
    "The assistant says tú where usted is demanded, or the other way round.",
    "Trata siempre de usted al cliente.",
    "Puedes pasarte cuando quieras.",
    "Puede pasarse cuando quiera.",
)
LANGUAGE = _page(
    "W1812",
    "wrong-language",
    "The answer is not in the language that is demanded.",
    "Responde siempre en español.",
    "It is ready and you can collect it at the counter whenever you like.",
    "Está listo y puede recogerlo en el mostrador.",
)
QUESTION = _page(
    "W1813",
    "no-question",
    "The answer does not end with a question although it should.",
    "Termina siempre con una pregunta.",
    "Ya está listo.",
    "Ya está listo. ¿Te lo envío?",
)
SHORT = rule(
    "W1814",
    "answer-under-length",
    what="The answer has fewer words than the product wants.",
    why="The model learns to be shorter than the smoke test lets pass.",
    bad="'Sí.' where at least eight words are wanted",
    good="an answer of eight words or more",
    fix=_FIX,
)

_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\u231a\u231b\u23e9-\u23f3\u2190-\u21ff]\ufe0f|[\U0001f000-\U0001faff\u2614\u2615\u263a\u2639\u2648-\u2653\u2665\u2728\u2705\u274c\u2764\u2b50\u26a0\u2600\u270c\u261d\u26a1]"
)
_EMOTICON = re.compile(r"(?<![\w:])(?:[:;=]-?[)(DPp]|<3|xD+|XD+|\^_?\^)(?![\w)])")
_AMOUNT = re.compile(
    r"(?i)(?<![\w.,])(?:[€$£]\s?(\d[\d.,]*)|(\d[\d.,]*)\s?(?:€|\$|£|eur\b|euros?\b|eur(?:illos|itos)\b|pavos\b|quid\b|usd\b|d[oó]lares?\b|dollars?\b|pounds?\b|libras?\b|pesos?\b|soles\b|mxn\b|c[eé]ntimos\b|cents\b|bucks\b)"
    r"|\b((?:un|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|quince|veinte|veinticinco|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|doscientos|quinientos|mil|one|two|three|four|five|ten|twenty|thirty|forty|fifty|a hundred))\s(?:euros?|d[oó]lares|pesos|dollars?|pounds|libras)\b)"
)
_COUNT = r"(?:\d+(?:[.,]\d+)?|un[oa]?|dos|tres|cuatro|cinco|seis|ocho|diez|quince|veinte|medi[oa]|one|two|three|four|five|six|eight|ten|fifteen|twenty|half an?|an?)"
_DOSE = re.compile(
    rf"(?i)\b({_COUNT})\s?(?:mg|miligramos?|milligrams?|ml|mililitros?|millilit(?:er|re)s?|cc|mcg|µg|g|gramos?|grams?|ui|iu|unidades|units|gotas?|drops?|(?:\d{{1,4}}[ -]?mg )?(?:comprimidos?|pastillas?|c[aá]psulas?|tablets?|pills?|capsules?)|cucharadas?|cucharaditas?|teaspoons?|tablespoons?|sobres?|sachets?|inhalaciones|pulsaciones|puffs?|inyecci[oó]n(?:es)?|parches?|supositorios?|vials?|viales)\b"
)
_TAKEN = re.compile(
    r"(?i)\bt[oó]m[aeo]|\bcada\b|\bal d[ií]a\b|\bdiari[oa]s?\b|\bhoras\b|\bveces\b|\btakes?\b|\bevery\b|\bday\b|\bdaily\b|\bhours?\b|\btimes\b|\bdosis\b|\bdos(?:e|age)\b|administr|\bapli|inhal|iny[eé]ct|\bbedtime\b|\bdormir\b|\bacostar|\bnight\b|\bnoches?\b|\bmorning\b|\bmañanas?\b|desayun|\bcomidas?\b|\bcenas?\b|\bcenar\b|breakfast|\bmeals?\b|\blunch\b|\bdinner\b|\bbasta\b|\bsuficiente\b|\benough\b|\bp[oó]n(?:te|ga|le)\b|\bdale\b|\bgive (?:her|him|them)\b"
)
_DISEASES = r"(?:migra[ñi]\w{1,3}|gripe|flu|influenza|anemia|an(?:a)?emia|diabetes|bronquitis|bronchitis|neumon[ií]a|pneumonia|otitis|sinusitis|gastritis|gastroenteritis|apendicitis|appendicitis|ansiedad|anxiety|depresi[oó]n|depression|hipertensi[oó]n|hypertension|c[aá]ncer|tumor|alergia|allergy|asma|asthma|infecci[oó]n(?: de \w+)?|infection|artritis|arthritis|artrosis|tendinitis|ci[aá]tica|sciatica|hernia|reflujo|reflux|conjuntivitis|dermatitis|eczema|psoriasis|amigdalitis|tonsillitis|faringitis|strep throat|cistitis|resfriado|cold|covid|varicela|hepatitis|insomnio|fibromialgia|v[eé]rtigo|concussion|esguince|sprain|fractura|fracture|hipotiroidismo|hypothyroidism|trastorno|disorder|s[ií]ndrome|syndrome|intolerancia|[uú]lcera|ulcer|lumbago|contractura|cefalea|urticaria|celiaqu[ií]a|rotura|desgarro|laringitis|mononucleosis|meningitis|bursitis|colitis|enteritis|rinitis|rhinitis|shingles|herpes(?: z[oó]ster)?|sarna|scabies|measles|sarampi[oó]n|gota|gout|stones?|c[aá]lculos|hemorroides|h(?:a)?emorrhoids|intoxicaci[oó]n|(?:food )?poisoning|contusi[oó]n|luxaci[oó]n|taquicardia|arritmia|arrhythmia|angina|asthma|migraines?|ansiedad|estr[eé]s|burnout|tda\w?|adhd|autismo|autism|anorexia|bulimia|psoriasis|celiac|coeliac|rosacea|acn[eé]|candidiasis|thrush|otitis|pancreatitis|menopausia|menopause|endometriosis|osteoporosis|alzheimer|parkinson|dementia|demencia|leukemia|leucemia)"
_DOUBTED = re.compile(
    r"(?i)\b(?:whether|if|si|could|might|may|can|puede|podr[ií]a|quiz[aá]s?|tal vez|perhaps|maybe|descart\w+|rule out|en caso de|in case of|para saber|ver)\s+(?:[^\s.]{1,12}\s){0,3}$"
)
_DIAGNOSED = re.compile(
    rf"(?i)(?<!si )(?<!if )\b(?:tienes?|usted tiene|padeces?|sufres?(?: de)?|has (?:cogido|pillado)|se trata de|lo tuyo es|lo que (?:tienes?|te pasa|le pasa|describes?)(?: es| parece)?|(?:eso|esto|ese dolor|es)\b[^.\n]{{0,20}}?(?:es|parece|suena a|apunta a|corresponde a)?|seguramente es|probablemente (?:es|sea|tengas?)|parece|debe de ser|(?:tiene|tienen) (?:toda la )?pinta de|(?:eso|esto|lo tuyo) (?:ser[aá]|va a ser|tiene que ser)|est[aá]s? (?:pasando|sufriendo|incubando)|apostar[ií]a por|cl[ií]nica de|s[ií]ntomas (?:de|propios de|t[ií]picos de)|has desarrollado|you(?:'ve| have) (?:developed|caught)|you are having|my guess is|(?:points?|pointing) to|symptoms of|you(?:'ve| have)(?: got)?|you(?:'re| are) suffering from|you (?:probably|likely|clearly|definitely) have|(?:this|that|it)(?:'s| is| is most likely| sounds like| looks like| seems(?: to be)?)|sounds like|diagn[oó]stico(?: es|:)|the diagnosis is|my diagnosis)\s+(?:(?:claramente|seguramente|probablemente|sin duda|clearly|probably|likely|almost certainly|definitely|most likely|casi seguro|que|es|un|una|an?|el|la|the|de|leve|fuerte|aguda|mild|severe|acute|clásica|classic|case|of|caso|cuadro|to|be|\w{{4,12}}(?= infection| fracture| sprain| ulcer)|acid|kidney|generali[sz]ed|seasonal|chronic|bacterial|viral|urinary|panic)\s+){{0,5}}{_DISEASES}\b"
)
_INVEST = re.compile(
    r"(?i)\b(?:te (?:recomiendo|aconsejo|sugiero)|le (?:recomiendo|aconsejo|sugiero)|(?:recomiendo|aconsejo|sugiero) que|deber[ií]as?|convienen?|lo mejor es(?: que)?|yo que (?:t[uú]|usted|vos)|si (?:yo )?fuera t[uú]|if i were you|yo (?:invertir[ií]a|comprar[ií]a|meter[ií]a|pondr[ií]a)|(?:i )?(?:recommend|suggest|advise)|you should|i(?:'d| would)|it'?s (?:a good|the best) time to|es (?:un )?buen momento (?:para|de)|mi consejo es|my advice is|consider)\b[^.\n]{0,50}\b(?:inv(?:er|ier)t\w*|invest\w{0,4}|compr(?:ar|es|e|a)\b|buy\w{0,3}|meter|mete|metas|pon(?:er|gas|ga)|put(?:ting)?|vend(?:er|as|a)|sell\w{0,3}|acciones|stocks?|shares|bitcoin|cripto\w*|crypto\w*|etf\w?|fondos?|funds?|oro|gold|bonos|bonds)\b|(?:^|[.!?¡,:]\s*)(?:invierte|invierta|mete (?:todo|tu|tus)|pon tu dinero|compra (?:acciones|bitcoin|oro|etf\w?|letras|bonos|fondos)|invest in|put your (?:money|savings)|(?:buy|compra|vende|sell) (?:nvidia|tesla|apple|microsoft|amazon|google|meta|bitcoin|ethereum|telef[oó]nica|inditex|iberdrola|santander|repsol)\b|buy (?:stocks?|shares|bitcoin|gold|etfs?|some|the dip|now)|get (?:some|more) (?:nvidia|tesla|apple|bitcoin|ethereum|gold|shares|stocks?)|compra (?:ahora|ya|antes)|vende (?:ahora|ya|tus acciones|antes)|sell (?:now|your)|sell your)\b"
    r"|(?i:\byo (?:que t[uú] |en tu lugar )?(?:meter[ií]a|pondr[ií]a|comprar[ií]a|vender[ií]a|invertir[ií]a|diversificar[ií]a|apostar[ií]a|destinar[ií]a)\b|\byo (?:las|los|lo|la) (?:vender[ií]a|comprar[ií]a|pondr[ií]a|meter[ií]a)\b|\b(?:funds?|gold|bonds|stocks|shares|etfs?|bitcoin|ethereum)\b[^.\n]{0,15}\b(?:your best|the best) (?:bet|choice|option)\b|\b(?:mejor|prefiero|yo dir[ií]a) (?:el |los |las )?(?:oro|bonos|acciones|fondos|letras|bitcoin|bolsa|ladrillo)\b|\b(?:wise|smart|better off|idea|good) to (?:buy|sell|invest|put)\b|\bbuy(?:ing)? (?:some|more) \w+|\b(?:lo|la opci[oó]n) (?:m[aá]s (?:rentable|seguro|inteligente)|mejor)(?: ahora| hoy| para \w{2,10})? (?:es|son|ser[ií]a)\b[^.\n]{0,30}\b(?:fondos?|acciones|oro|bitcoin|bonos|letras|etf\w?|dep[oó]sitos?|cripto\w*|bolsa)\b|\b(?:gold|bitcoin|ethereum|tesla|nvidia|apple|bonds|stocks|shares|etfs?|property|crypto\w*)\b (?:is|are|looks?)\b[^.\n]{0,15}\b(?:buy|bet|investment|bargain|undervalued|safe)\b|\b(?:oro|bitcoin|las acciones|los bonos|la bolsa|los fondos|las letras|el ladrillo|las criptos?\w*)\b[^.\n]{0,15}\b(?:es|son|est[aá]n?)\b[^.\n]{0,15}\b(?:buena? (?:compra|inversi[oó]n|opci[oó]n)|baratos?|baratas?|apuesta|ganga)\b|\b(?:put|move|park|stick) (?:it|everything|all|half|your (?:money|savings))\b[^.\n]{0,20}\b(?:in|into)\b)"
)
_ASKS_SECRET = re.compile(
    r"(?i)\b(?:d[ií](?:me|ga(?:me|nos)|nos)|ind[ií](?:ca|que)(?:me|nos)?|env[ií][ae](?:me|nos)?|facil[ií](?:ta|te)(?:me|nos)?|p[aá]s[ae](?:me|nos)|necesit(?:o|amos|ar[eé]|ar[ií]a)|introdu(?:ce|zca)|conf[ií]rm[ae](?:me|nos)?|proporci[oó]n[ae](?:me|nos)?|escr[ií]b[ae](?:me|nos)?|rep[ií]te(?:me|nos)|d[eé](?:me|nos)|recu[eé]rda(?:me|nos)|facilitar(?:as|a)|dijeras?|dieras?|comp[aá]rt[ae](?:me|nos)?|m[aá]nd[ae](?:me|nos)|tecle[ae]|(?:indicar|decir|dar|facilitar|enviar|mandar|pasar|confirmar|escribir|dejar)(?:me|nos)|d[eé]jame|reply with|let me have|hand over|(?:me|nos) (?:hace falta|falta)|hace falta|requiero|d[ae]me|den?os|me (?:das|dices|indicas|facilitas|env[ií]as|puedes (?:dar|decir|indicar|enviar|facilitar|pasar)|podr[ií]as? (?:dar|decir|indicar|enviar|facilitar))|podr[ií]as? (?:decirme|darme|indicarme|enviarme|facilitarme)|puedes? (?:decirme|darme|indicarme|enviarme|facilitarme|pasarme)|send|give|tell|provide|share|confirm|enter|type|what(?:'s| is)|i(?:'ll)? (?:will )?need|we(?:'ll)? need|please (?:send|give|provide|share|confirm|enter|reply with)|cu[aá]l es|could you (?:send|give|tell|provide|share)|can you (?:send|give|tell|provide|share))\b[^.?!\n]{0,60}\b(?:contrase[nñ]as?|passwords?|pins?|claves?|passcode|c[oó]digo de seguridad|security code|cvv|cvc|credencial\w{0,2}|credentials?)\b"
)
_NOT = re.compile(
    r"(?i)(?:\bno|\bnunca|\bjam[aá]s|\bnever|\bnot|n't|n’t|\bsin|\bwithout|\btampoco|\bni|\bcannot|\bevit\w+|\bavoid|\bneed to)\W+(?:\w+\W+){0,4}$"
)
_BRANDS = re.compile(
    r"\b(?:Amazon|eBay|AliExpress|El Corte Inglés|Corte Inglés|Carrefour|Media ?Markt|IKEA|Ikea|PcComponentes|PC Componentes|Walmart|Target|Best Buy|Costco|Lidl|Aldi|Mercadona|Decathlon|Fnac|FNAC|Leroy Merlin|Temu|Shein|SHEIN|Alcampo|Zalando|Zara|H&M|Primark|Bershka|Pull&Bear|Worten|Wallapop|Vinted|Etsy|Mercado Libre|Alibaba|Eroski|Conforama|Tiendanimal|Kiwoko|Sephora|Druni|Primor|Douglas|BBVA|Santander|CaixaBank|Sabadell|Bankinter|ING|Revolut|N26|Movistar|Vodafone|Orange|Yoigo|Booking|Airbnb|Expedia|Glovo|Uber Eats|Just Eat|Nike|Adidas|Asos|ASOS|Apple Store|GAME|Steam|Kindle|Home Depot|Macy's|Tesco|Asda|Argos|Currys|Staples|Wayfair|Coca-Cola|Pepsi|Samsung|Xiaomi|Casa del Libro)\b"
)
_INFORMAL = re.compile(
    r"(?i)(?:^|[.!?¡¿:;\n][ \t]*|por favor,?\s|\by )(?:prueba a|pulsa|entra en|escribe(?:nos|me)?|selecciona|introduce|rellena|descarga|comprueba|reinicia|elige|indica(?:me|nos)?|si[eé]ntate|espera un|consulta (?:tu|la|el|en)|av[ií]same|ven(?:te)? (?:a|cuando)|di(?:nos|le)|cu[eé]ntanos|pregunta (?:a|en|por)|sigue (?:los|estos)|conecta|ap[aá]galo|enci[eé]ndelo|me dices|me cuentas)\b|(?<!\w)(?:t[uú]s?|ti|contigo|puedes|tienes|quieres|necesitas|debes|podr[ií]as|deber[ií]as|sabes|prefieres|eres|est[aá]s|has|vas|dime|cu[eé]ntame|av[ií]same|escr[ií]benos|ll[aá]manos|env[ií]anos|av[ií]sanos|mira|haz|ponte|rev[ií]sa(?:lo|la)|te (?:puedo|podemos|recomiendo|aconsejo|env[ií]o|ayudo|informo|confirmo|paso|llegar[aá]|avisamos|esperamos|enviamos|devolvemos|lo|la|gustar[ií]a|interesa|parece|va))(?!\w)"
)
_FORMAL = re.compile(
    r"(?i)(?:^|[.!?¡¿:;\n][ \t]*|por favor,?\s)(?:indique|escriba|env[ií]e|pulse|acceda|entre en|seleccione|introduzca|rellene|descargue|verifique|compruebe|facilite|contacte|espere|reinicie|elija|pruebe a|si[eé]ntese|consulte|desea|rogamos|p[oó]ngase|dir[ií]jase|llame|vaya a|haga clic|revise)(?:me|nos|lo|la)?\b|(?<!\w)le (?:explique|ayude|atienda|parece|gustar[ií]a|interesa|sirve|atiendo)\b|(?<!\w)su (?:n[uú]mero|nombre|direcci[oó]n|tel[eé]fono|correo|dni|factura|tarjeta|reserva|cita|l[ií]nea|contrato)\b|(?<!\w)(?:usted(?:es)?|d[ií]game|perm[ií]tame|disc[uú]lp[ea](?:me)?(?=[,.])|perd[oó]ne(?:me)?|su (?:pedido|cuenta|compra|caso|consulta|equipo|plan)|(?:puedo|podemos) ayudarle|le (?:puedo|podemos|ruego|informo|recomiendo|aconsejo|confirmo|agradezco|ayudo|atiendo|env[ií]o)|cu[eé]nteme|h[aá]gamelo|no dude)(?!\w)"
)
_MENTIONS = re.compile(r"[\"“«'][^\"”»'\n]{1,80}[\"”»']")
_SENTENCE = re.compile(r"[.!?…]+(?:\s|$)")


@dataclass(frozen=True)
class Policy:
    """What a product's configuration demands of every answer, whatever its system message says."""

    demands: Demands = NOTHING
    fewest_words: int = 0


FREE = Policy()  # demands nothing


def suspicious(told: str) -> bool:
    return demands(told).any


def examine(example: Example, policy: Policy) -> Iterator[Fault]:
    """What answers break; of the demands of both, the configuration's come first."""
    wanted = _both(demands(instructions(example)), policy.demands)
    if not wanted.any and not policy.fewest_words:
        return
    for answer in example.messages:
        if answer.trained and answer.text.strip() and not answer.acts:
            said = _Answer(example, answer)
            yield from _examine(said, wanted)
            if len(said.text.split()) < policy.fewest_words:
                text = f"{len(said.text.split())} words; at least {policy.fewest_words} are wanted."
                yield said.fault(SHORT, text)


def _both(told: Demands, configured: Demands) -> Demands:
    return replace(
        told,
        language=configured.language or told.language,
        recommendations=tuple({*told.recommendations, *configured.recommendations}),
        forbidden=told.forbidden | configured.forbidden,
        longest=configured.longest or told.longest,
        unit=configured.unit if configured.longest else told.unit,
        ends_with_question=told.ends_with_question or configured.ends_with_question,
    )


@dataclass(frozen=True)
class _Answer:
    example: Example
    message: Message

    @property
    def text(self) -> str:
        return self.message.text

    @property
    def asked(self) -> str:
        question = asked_before(self.example, self.message)
        return question.text if question else ""

    def fault(self, broken: Rule, message: str) -> Fault:
        return Fault(broken, message, (*self.message.at, "content"))


def _examine(said: _Answer, wanted: Demands) -> Iterator[Fault]:
    if wanted.language:
        yield from _language(said, wanted.language)
    if wanted.json_only and not _is_json(said.text):
        yield said.fault(FORMAT, f"Not JSON: {quote(said.text)}.")
    yield from _subjects(said, wanted)
    yield from _length(said, wanted)
    yield from _address(said, wanted)
    if wanted.ends_with_question and said.message is said.example.messages[-1]:
        yield from _question(said)


def _question(said: _Answer) -> Iterator[Fault]:
    from tuneops.checks.kinds import ends_with_question

    if not ends_with_question(said.text):
        yield said.fault(QUESTION, f"It ends with {quote(said.text[-40:])}.")


def _subjects(said: _Answer, wanted: Demands) -> Iterator[Fault]:
    if wanted.recommendations:
        from travel_checks.recommendations import find_recommendations

        for found in find_recommendations(said.text, wanted.recommendations)[:1]:
            yield said.fault(RECOMMENDATION, f"A recommendation: {quote(found.quote)}.")
    for topic in sorted(wanted.forbidden):
        if found_text := _TOPICS[topic](said):
            yield said.fault(_RULES[topic], f"{_RULES[topic].what} {quote(found_text)}.")
    named = (name for name in wanted.rivals if re.search(rf"\b{re.escape(name)}\b", said.text))
    if not ("competitor" in wanted.forbidden and _competitor(said)) and (
        rival := next(named, None)
    ):
        yield said.fault(COMPETITOR, f"It names {quote(rival)}.")


def _language(said: _Answer, wanted: str) -> Iterator[Fault]:
    found = languages.against(prose(said.text), wanted)
    if found and not re.search(r"(?i)traduc|translat|c[oó]mo se dice|how do you say", said.asked):
        names = languages.NAMES
        yield said.fault(
            LANGUAGE,
            f"In {names[str(found)]}, not in {names.get(wanted, wanted)}: {quote(said.text)}.",
        )


def _is_json(text: str) -> bool:
    block = fenced(text)
    body = (block[0] if block else text).strip()
    if body[:1] in "{[":
        return True  # broken JSON is broken_json's to tell
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _length(said: _Answer, wanted: Demands) -> Iterator[Fault]:
    if wanted.longest is None:
        return
    counts = {
        "words": lambda: len(said.text.split()),
        "characters": lambda: len(said.text),
        "sentences": lambda: len(_SENTENCE.findall(said.text)) or 1,
    }
    count = counts[wanted.unit]()
    if count > wanted.longest:
        yield said.fault(LENGTH, f"{count} {wanted.unit}; at most {wanted.longest} are allowed.")


def _address(said: _Answer, wanted: Demands) -> Iterator[Fault]:
    if wanted.address is None:
        return
    text = _MENTIONS.sub(" ", prose(said.text))
    found = (_INFORMAL if wanted.address == "usted" else _FORMAL).search(text)
    if found and ("¿" in text or languages.language(text, 2) in (None, "es", "ca", "pt")):
        yield said.fault(
            REGISTER, f"{quote(found[0])} in {quote(text[max(0, found.start() - 20) :])}."
        )


def _emoji(said: _Answer) -> str:
    found = _EMOJI.search(said.text)
    if not found and "emotic" in instructions(said.example).lower():
        found = _EMOTICON.search(prose(said.text))
    return found[0] if found else ""


def _price(said: _Answer) -> str:
    given = said_by_others(said.example)
    for found in _AMOUNT.finditer(said.text):
        number = (found[1] or found[2] or found[3]).strip(".,")
        if number not in given and not re.search(
            r"(?i)(?:reembols|devol|refund|cr[eé]dito de|saldo)\w*\W+(?:\w+\W+){0,3}$",
            said.text[: found.start()][-50:],
        ):
            return found[0]
    return ""


def _dosage(said: _Answer) -> str:
    for found in _DOSE.finditer(said.text):
        around = said.text[max(0, found.start() - 60) : found.end() + 60]
        if _TAKEN.search(around) and found[0] not in said.asked:
            return found[0]
    return ""


def _first(form: re.Pattern[str], doubt: re.Pattern[str] | None = None) -> Callable[[_Answer], str]:
    """The first place that is neither denied nor doubted."""

    def find(said: _Answer) -> str:
        for found in form.finditer(said.text):
            before = said.text[max(0, found.start() - 50) : found.start()]
            if not _NOT.search(before) and not (doubt and doubt.search(before)):
                return found[0]
        return ""

    return find


def _competitor(said: _Answer) -> str:
    told = instructions(said.example)
    for found in _BRANDS.finditer(said.text):
        if found[0] not in re.split(r"(?i)\b(?:no|nunca|never|don't)\b", told)[0]:
            return found[0]
    return ""


_TOPICS: dict[Topic, Callable[[_Answer], str]] = {
    "emoji": _emoji,
    "price": _price,
    "dosage": _dosage,
    "diagnosis": _first(_DIAGNOSED, _DOUBTED),
    "investment": _first(_INVEST),
    "competitor": _competitor,
    "password": _first(_ASKS_SECRET),
}
_RULES: dict[Topic, Rule] = {
    "emoji": EMOJI,
    "price": PRICE,
    "dosage": DOSAGE,
    "diagnosis": DIAGNOSIS,
    "investment": INVESTMENT,
    "competitor": COMPETITOR,
    "password": PASSWORD,
}
