"""Answers that are unfinished, careless or wrong: 1900 to 1929.

What can be told from one text alone; `turns` compares an answer with its question,
and `voices` asks who speaks.
"""
# ruff: noqa: E501, PLR2004 - word lists are read across, in letters as they are written; counts of words say what they are

from collections.abc import Iterator
from functools import partial

from travel_checks import lazyre as re
from tuneops.dataset.examples import RESULT_ROLES
from tuneops.dataset.findings import Fault, quote, rule
from tuneops.dataset.rules import tool_facts
from tuneops.dataset.rules.pages import answering
from tuneops.dataset.rules.patterns import detector
from tuneops.dataset.rules.texts import INFORMED, Text, said_by_others

_GOOD = '{"messages": [{"role": "user", "content": "¿Cuánto tarda el envío a Sevilla?"}, {"role": "assistant", "content": "Tarda dos días laborables. ¿Te va bien por la mañana?"}]}'

_bad = partial(answering, _GOOD)

NOTE = rule(
    "W1901",
    "annotator-note",
    what="A note between the people who made the data was left in an answer.",
    why="The model learns to write such notes to users.",
    bad=_bad("Tarda dos días (ojo: revisar con legal)."),
    good=_GOOD,
    fix="Delete the note, and do what it asks for.",
)
LABEL_ERROR = rule(
    "W1905",
    "label-against-text",
    what="A plainly negative text is labelled positive, or the other way round.",
    why="The model learns the wrong label.",
    bad=_GOOD.replace(
        "¿Cuánto tarda el envío a Sevilla?", "Pésimo servicio, llegó roto y nadie responde."
    ).replace("Tarda dos días laborables. ¿Te va bien por la mañana?", "positivo"),
    good=_GOOD.replace(
        "¿Cuánto tarda el envío a Sevilla?", "Pésimo servicio, llegó roto y nadie responde."
    ).replace("Tarda dos días laborables. ¿Te va bien por la mañana?", "negativo"),
    fix="Correct the label.",
)
PLACEHOLDER = rule(
    "W1906",
    "placeholder",
    what="A placeholder was never filled in.",
    why="The model learns to write it.",
    bad=_bad("Hola [INSERTAR NOMBRE], tarda dos días."),
    good=_GOOD,
    fix="Fill it in, or rewrite the sentence.",
)
STALE_DATE = rule(
    "I1907",
    "stale-date",
    what="An answer names today's date.",
    why="It is wrong tomorrow, and the model learns it as a fact.",
    bad=_bad("Hoy es 3 de marzo de 2021; tarda dos días."),
    good=_GOOD,
    fix="Leave the date out, or give it in the system message.",
)
CONTRADICTION = rule(
    "W1909",
    "contradicts-tool",
    what="An answer names another number than the tool returned.",
    why="The model learns to ignore what its tools say.",
    bad="a tool that returns ticket T-4821, and an answer that says T-4812",
    good="an answer with the number of the tool",
    fix="Correct the number.",
)
OFF_TOPIC = rule(
    "I1911",
    "off-topic",
    what="An answer has nothing to do with the assistant's task.",
    why="The model learns to leave its task. Words alone do not tell: only --review finds it.",
    bad="an answer on football in the data of a bank's assistant",
    good="answers on accounts and cards",
    fix="Delete the row, or write an answer that leads back to the task.",
)

_INTERNAL = r"(?:legal|jur[ií]dico|marketing|compliance|calidad|productos?|riesgos?|contabilidad|rrhh|recursos humanos|soporte|sistemas|ingenier[ií]a|contenidos?|(?:el )?equipo|the team|team|redacci[oó]n|(?:el |la )?editor\w?|(?:el )?jefe|manager|qa\b|pm\b|sme\b|hr\b|it\b|ops\b|supervis\w{1,4}|(?<!un )(?<!una )(?<!tu )(?<!su )abogad\w{1,2}|lawyers|comunicaci[oó]n|negocio|ventas|direcci[oó]n|expert\w?|finanzas|finance|risk|engineering|accounting|tono|tone|redaccion|traducci[oó]n|fuentes?|sources?|datos?|data|statute|cifras?|figures?|fechas?|dates?|deadlines?|plazos?|precios?|prices?|enlaces?|links?|ejemplos?|examples?|terminolog\w{1,2}|wording|estilo|style|formato)"
_EDIT = r"(?:revisar|rev\.|review|comprobar|verificar|verify|confirm(?:ar)?|consultar|check|double[- ]check|validar|validate|preguntar|ask|corregir|fix|actualizar|update|cambiar|reescribir|rewrite|rephrase|reword|soften|suavizar|acortar|shorten|completar|ampliar|alargar|contrastar|a[nñ]adir|quitar|poner|citar|cite|insert(?:ar)?|add|remove|expand|trim|clarify|aclarar|matizar|traducir|enlazar|falta|mirar)(?:l[oae]s?)?"
_ASIDE = re.compile(
    r"[(\[{<*]{1,3}\s*([^()\[\]{}<>*\n]{3,160})[)\]}>*]{1,3}|(?:(?:^|\s)>>+|(?:^|\s)//|(?:^|\s)##?|<--+|[.!?]\s--+)\s?([^\n]{3,160})"
)
_REMARK = re.compile(
    "|".join(
        (
            rf"(?i)^(?:comentario|comment|duda|query|sugerencia|cambio)\s*:\s*\w[^\n]{{0,60}}\b{_EDIT}\b|\b(?:not|un|no|sin) ?(?:verified|checked|confirmed|verificad[oa]|contrastad[oa]|comprobad[oa])\b|,\s{_EDIT}\?$|[?;]\s?{_EDIT}$|,\s(?:cambiar|revisar|corregir|quitar|ampliar|acortar|reescribir|actualizar|comprobar|verificar)(?:l[oa]s?)?$|^(?:check|verify|review|double-check|revisar|comprobar|verificar|validar|contrastar)\b[^\n]{{0,40}}(?:\bw/|\b(?:with|con|if|whether|si|that|que|this|esto)\b)|^(?:esto )?hay que {_EDIT}\b",
            rf"^¿?(?:ojo|atenci[oó]n|nota|note|nb|importante|aviso|todo|[a-z]{{2,3}}(?=:))?\s*[:,!-]?\s*(?:esto |hay que |por favor |please |need to |to |por |a |falta |pendiente(?: de)? |\w{{2,10}} to )?{_EDIT}\b[^?\n]{{0,30}}?\b(?:con|with|por|by|a|si|if|antes|before|este|esta|this|el|la|los|las|the|de|lo)?\s*{_INTERNAL}",
            rf"\b(?:ojo|nota|note)\s*[:,!]\s*(?:hay que |falta |needs? to |to )?(?:{_EDIT}|pendiente|falta|esto no|borrar|delete|remove|quitar|mejorar|improve)\b|\b(?:nota|note|ojo)\s*:[^\n]{{0,40}}\b(?:validar|valide|revisar|revise|comprobar|compruebe|confirmar|confirme|verificar|preguntar|check|confirm|verify|validate|review|ask)\b",
            r"^(?:nota (?:interna|del? (?:revisor|anotador|editor|etiquetador|traductor)|para (?:el |la |los )?(?:revisor|equipo|editor|anotador)\w*|al margen)|internal note|(?:reviewer|annotator|editor|labell?er|qa|translator|revisor\w?|anotador\w?|editora?|traductor\w?|sme)(?:'s)?\s*(?:note|comment|feedback)?\s*:|note to (?:self|reviewer|editor|annotator|the team|team)|comentario (?:interno|del (?:revisor|anotador)))",
            r"^(?:por revisar|pendiente de (?:revis|valid|confirm|aprob)\w*|pendiente:|sin revisar|needs? (?:a |an |more )?(?:\w{2,10} )?(?:review|sign-?off|approval|input|fact|citation|checking|work|source)|to be (?:reviewed|confirmed|checked|completed|added)|not sure (?:if|about) this|no estoy segur[oa] de (?:esto|que esto)|no s[eé] si esto)",
            r"^(?:revisar|review|borrador|draft|wip|tbc|tbd|todo|fixme)\s*(?:$|[:>*-]|\(|(?=[^\n]{0,60}$))",
            r"^(?:fact|source|data)[- ]check|\b(?:no publicar|do not publish|not for publication)\b|^(?:borrador|draft)\b(?![- ]?\d|-\w)",
            r"\bfaltan? (?:\w{2,12} ){0,2}(?:ejemplos?|enlaces?|links?|datos?|fuentes?|im[aá]gen(?:es)?|precios?|tablas?|cifras?)\b|\b(?:missing|needs?|add) (?:an? |the |more )?(?:example|link|source|citation|figure|picture)s?\b(?!\s\w+ to)|\blo (?:meto|añado|pongo|reviso|completo|miro) (?:luego|despu[eé]s|mañana)\b|\b(?:i'll|will) (?:add|fix|finish|check) (?:it |this )?(?:later|tomorrow)\b",
            r"\b(?:tone|tono|wording|redacci[oó]n) (?:is |es |suena |demasiado |muy |too |a bit )|\bsounds? (?:off|weird|too)\b|\bsuena (?:raro|mal|muy)\b",
            r"^(?-i:[A-ZÁÉÍÓÚ][a-záéíóú]{2,11}),\s(?:mira|revisa|comprueba|confirma|[eé]chale|puedes|please|can you|could you|check|look|have a look)\b|^(?-i:[A-Z]{2,3}): \w",
            r"^¿?(?:seguro|segura|sure|correcto|right|de verdad|is this right|es as[ií]|esto (?:es|sigue|est[aá])|is this (?:still|right|ok|true|correct))\b[^?\n]{0,30}\?",
        )
    )
)
_UNPUBLISHED = re.compile(
    r"(?i)^(?:no publicar|do not publish|borrador|draft|fact[- ]check|todo|fixme|nota interna|internal note|nota (?:del?|para el) (?:revisor|anotador|editor)|reviewer|needs? \w+ (?:review|sign-?off|approval)|(?-i:[A-ZÁÉÍÓÚ][a-záéíóú]{2,11}),\s(?:mira|revisa|comprueba|[eé]chale|puedes|please|can you|could you|check|look))\b"
)
_ODD_BRACKETS = ("{{", "<<", "[[", "***")  # that readers do not see
_ORDER = re.compile(
    rf"(?i)^{_EDIT}\b(?=[^\n]{{3,40}}$)|\b(?:cite|add|insert|citar|a[nñ]adir|poner)\b[^\n]{{0,30}}\b(?:act|source|here|aqu[ií])$"
)
_NOTE = re.compile(
    r"\b(?:TODO|FIXME|TBD|TBC|WIP)\b\s*(?:[:(\]-]|\[)|\bFIXME\b|\bTB[DC]\b|(?:^|[.!?]\s|\n)TODO\b|\bTODO (?:add|a[nñ]adir|fix|revisar|check|poner|insert|completar|link)\b|\[(?:CITATION|CITA|SOURCE|FUENTE|REVIEW|REVISAR|CHECK|PENDING|PENDIENTE)\]|\bXXX\b(?! XXX)|<!--|(?:^|\s)<--+\s"
    r"|(?i:\bcitation needed\b)|(?i:(?:^|[\n.!?])[ \t]*(?:nota interna|internal note|nota (?:del|para(?: el)?) (?:revisor|redactor|anotador|editor|corrector|traductor|equipo)|note (?:to|for) (?:the )?(?:reviewer|editor|team|annotator|qa)|reviewer(?:'s)? note|annotator(?:'s)? note|comentario del? (?:revisor|anotador))\s*:)|(?i:(?<!\w)@\w{2,20}[,:]? ¿?(?:revisa|revisar|check|please|puedes|podr[ií]as|le das|mira|qu[eé] (?:opinas|te parece)|can you|could you|thoughts))"
    r"|(?i:\b(?:antes de publicar|before publishing|before (?:we )?(?:release|ship) (?:it|this)|esta respuesta (?:hay que|necesita|deber[ií]a)|this (?:answer|response) (?:needs|should be) (?:to be )?(?:review|rewrit|check)\w*))"
)
_FIELD = r"(?:nombres?|names?|apellidos?|surname|fecha|date|empresa|company|direcci[oó]n|address|tel[eé]fono|phone|e-?mail|correo|enlace|link|url|p[aá]gina|page|web(?:site|page)?|dominio|domain|precio|price|ciudad|city|provincia|calle|street|localidad|producto|product|n[uú]mero|number|importe|amount|cantidad|quantity|cliente|customer|client|pedido|order|usuario|user|hora(?:rio)?|time|pa[ií]s|country|agente|agent|marca|brand|tienda|store|t[ií]tulo|title|cargo|plazo|motivo|asunto|subject|firma|signature|departamento|department|oficina|branch|sucursal|lugar|place|d[ií]as?|mes|months?|cuenta|account|c[oó]digo|code|referencia|reference|producto|servicio|service|curso|course|profesor\w?|m[eé]dic[oa]|doctor|paciente|patient|alumn[oa]|student|hotel|vuelo|flight|matr[ií]cula|saldo|balance|porcentaje|total|documento|document|ubicaci[oó]n|location|persona|person|contacto|contact|equipo|team)"
_FILL = rf"(?:insert(?:ar|e)?|introduc\w{{1,4}}|escrib\w{{1,4}}|complet\w{{1,4}}|rellen\w{{1,4}}|fill(?: in)?|add|añad\w{{1,4}}|poner|pon|enter|your|tu|su|x{{2,}}|placeholder|tbd|pendiente|{_FIELD})"
_WORDS = r"(?:[ _/-](?:de|del|de la|of|the|here|aqu[ií]|el|la|al|[A-Za-zÁ-ú]{2,15})){0,5}"
_CAPITALS = r"(?!(?:ERROR|INFO|AVISO|NOTA|NOTE|WARNING|SPOILER|CTRL|ALT)\b)[A-ZÁÉÍÓÚÑ]{3,20}(?:[ _/][A-ZÁÉÍÓÚÑ]{1,20}){1,5}"
_TALLY = r"(?:€|\$|%|euros?|d[ií]as|horas|d[oó]lares|dollars|days|hours|minutos|minutes)"
_HOLES = re.compile(
    "|".join(
        (
            rf"\[(?i:{_FILL}(?:\Ws)?{_WORDS})\](?![(\[]|:\s*(?:https?:|[<./#]))|\[{_CAPITALS}\](?![(\[]|:\s*(?:https?:|[<./#]))|(?<![\w\])])\((?i:(?:insert\w{{0,2}}|introduc\w{{1,4}}|añad\w{{1,4}}|poner|pon|add|put|fill in|your)(?: [\wáéíóúñ]{{1,15}}){{0,4}}? (?:aqu[ií]|here))\)",
            rf"<(?:{_FILL.upper()}|(?:[A-ZÁÉÍÓÚÑ]{{3,15}}_)*(?:NOMBRE|NAME|FECHA|DATE|EMPRESA|COMPANY|CLIENTE|CUSTOMER|PEDIDO|ORDER|PRODUCTO|PRODUCT|PRECIO|PRICE|NUMERO|NUMBER|EMAIL|URL|CIUDAD|CITY|TELEFONO|PHONE|CODIGO|CÓDIGO|CODE|DIRECCION|DIRECCIÓN|ADDRESS|AGENTE|AGENT))(?:[ _][A-ZÁÉÍÓÚÑ]{{2,15}}){{0,3}}>|<(?i:{_FIELD})(?: (?:[\wáéíóúñ]{{1,15}})){{1,4}}>|<(?i:insert|introduc\w{{1,4}}|your|tu|su|add|añad\w{{1,4}}|enter|fill)[ _-][\w áéíóúñ-]{{2,30}}>|<(?:[Nn]ombre|[Aa]pellidos?|[Ff]echa|[Ii]mporte|[Tt]eléfono|[Dd]irección|[Cc]iudad|[Pp]recio|[Cc]orreo)>",
            r"\{\{\s*[A-Za-z_][\w. ]{0,40}\s*\}\}|\$\{[A-Za-z_][\w.]{0,40}\}",
            rf"(?<![\w\\^}}$])\{{(?i:(?:[a-z]{{1,15}}_)?{_FIELD}(?:_\w{{1,20}})?|(?:first|last|full|user|customer|client|company|product|order|agent)_?(?:name|id|number|email|date))\}}",
            r"(?i:%(?:nombre|name|fecha|date|cliente|customer|usuario|user|producto|product)%)|%(?!USERNAME|COMPUTERNAME|HOMEPATH|TIME%|DATE%)[A-Z_]{0,20}(?:NAME|NOMBRE|FECHA|DATE|CLIENTE|CUSTOMER|EMAIL|PRODUCT|ORDER|PEDIDO|IMPORTE|AMOUNT)[A-Z_]{0,10}%|\*\|[A-Z_]{2,20}\|\*|(?<![\w#])#{1,2}(?:NOMBRE|NAME|FECHA|DATE|CLIENTE|CUSTOMER|PEDIDO|ORDER|IMPORTE|AMOUNT|EMPRESA|COMPANY)#{1,2}",
            r"<(?:nombre|name|cliente|customer|usuario|user|fecha|date|producto|product|empresa|company|pedido|order|agente|agent|ciudad|city)(?:_[a-záéíóúñ]{1,15}){1,4}>|<<\s?[A-Za-záéíóúñ_ ]{3,30}\s?>>|\[(?:First|Last|Full|User|Company|Product|Customer|Client|Order|Agent)(?:Name|Id|ID|Number|Email|Date)\]",
            rf"\[X{{1,3}}\](?=\s?{_TALLY})|:\s(?:dd/mm/(?:aaaa|yyyy|aa|yy)|DD/MM/(?:AAAA|YYYY))\b|(?i:\blorem ipsum\b)|\bX{{4,}}\b|\bXXX(?:[ -]XXX){{1,3}}\b|\bXX+[:/]XX+\b|\bXX+ (?:de|of) (?:XX|[a-z]{{4,10}} (?:de|of) (?:XX|20))|\b(?:d[ií]a|day|las) XX+\b|\bXX(?:[.,]XX)?\s?{_TALLY}|[€$£]\s?X+(?:[.,]X+)?\b|\b(?:las|at|desde|hasta|entre|from|until|between) (?:HH|hh):(?:MM|mm)\b|\b\d?X{{2,}}(?:[ .-]X{{2,}})+\b|@@[A-Za-z_]{{3,25}}@@",
            rf"\b_{{5,}}\b|(?<![_\w])_{{4,}}(?![_\w])|__/__/_{{2,4}}|(?<![_\w])_{{2,}}\s?{_TALLY}|[€$]\s?_{{2,}}|\b(?:Sr|Sra|Dr|Dra|Mr|Mrs|Ms|Dear|Estimad[oa]|Hola)\.?\s(?:\.{{4,}}|…{{2,}}|_{{2,}})",
        )
    )
)
_HOLE_IN_ADDRESS = re.compile(
    rf"(?:www\.|https?://[^\s\[]{{0,60}}|\w@)\[(?i:{_FILL}{_WORDS})\](?!\()"
)
_TEMPLATE = re.compile(
    r"(?i)plantilla|template|borrador|\bdraft|modelo de|formulario|\bform\b|rellenar|fill[- ]in|redact|carta|\bletter\b|e-?mail|correo|mensaje|message|escrib[ea]|write (?:me )?(?:an?|the)|contrato|contract|jinja|handlebars|mustache|liquid|placeholder|marcador|html|c[oó]digo|\bcode\b|variable|script|invitaci|invitation|anuncio|post\b|curr[ií]cul|resume|cover letter|reclamaci|solicitud|huecos|blank|gap|ejercicio|exercise|acta\b|instancia|discurso|speech|anonimi|anonymi|f-string|python|react|vue|docker|yaml"
)
_MONTH = r"(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|primavera|verano|otoño|invierno|spring|summer|autumn|winter|january|february|march|april|may|june|july|august|september|october|november|december)"
_WEEKDAY = r"(?:lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_DATE = rf"(?:\d{{1,2}}(?:st|nd|rd|th)? (?:de |of )?[A-Za-z]{{3,10}}(?: de| del|,)? ?20\d\d|[A-Z][a-z]{{2,8}} \d{{1,2}}(?:st|nd|rd|th)?,? 20\d\d|\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}|20\d\d-\d{{2}}-\d{{2}}|{_MONTH} (?:de |del |of )?20\d\d)"
_NOW = r"(?:hoy(?: es|,)?|ayer,?|mañana,?|estamos (?:a|en)|a fecha de(?: hoy)?,?|today(?: is|'s date is|,)?|yesterday,?|tomorrow,?|as of(?: today)?,?|(?:it is|it's)(?: currently| now)?|we are(?: now)? in|we're(?: now)? in|actualmente,?|currently,?|a d[ií]a de hoy,?|ahora(?: mismo)?,?|right now,?|(?:en|at) (?:este|the present) (?:momento|moment),?|the current date is|la fecha (?:actual|de hoy) es|nos encontramos (?:en|a)|at present,?|presently,?|con fecha(?: de)?|this (?:week|month|morning),?|esta (?:semana|mañana|tarde),?|este mes,?|a d[ií]a)"
_TODAY = re.compile(
    rf"(?i)\b{_NOW}\s+\(?(?:(?:el |on )?{_WEEKDAY},? ?)?(?:el |the |del? |en |in |a )?{_DATE}|(?:^|[.!?\n][ \t]*)A (?-i:{_DATE}),|\b(?:estamos en|we are(?: now)? in|we're(?: now)? in|it(?: i|')s(?: now| currently)|este año|this year,?|actualmente,? en|currently,? in)\s(?:el año |the year )?20\d\d\b"
)
_IDENTIFIER = re.compile(
    r"(?<![\w-])(?:[A-Z]{1,6}[-#]?(?:\d{2,4}-)?\d{3,12}|#\d{3,12}|\d{5,12})(?![\w]|[.,]\d)"
)


@detector(
    rf"(?i)(?:[(\[{{<*]|//|>>|#|<--| --)[(\[{{*#<-]*\s*¿?(?:[\pL'.]+[:,!-]?\s*){{0,4}}(?:{_EDIT}|ojo|atenci|importante|aviso|pendiente|falta|internal|annot|editor|label|qa:|translator|traductor|comentario|sin revis|needs?\b|to be |not sure|no estoy|no s[eé]|borrador|draft|wip\b|tb[cd]\b|todo\b|fixme|fact[- ]|source|no publicar|do not publish|nota\b|note\b|revisor|reviewer|sme\b|tone |tono |sounds? |suena |missing|segur[oa]|sure\?|comment|duda:|query|sugerencia|not verif|not check|not confirm|unverif|unconfirm|no verif|sin verif|sin contrast|hay que|esto hay|correcto|right\?|de verdad|esto (?:es|sigue|est)|is this|lo (?:meto|añado|pongo|reviso)|i'll |will )|[(\[{{<*][A-Z]{{2,3}}: |[(\[{{<*][A-ZÁÉÍÓÚ]\pL+, (?:mira|revisa|comprueba|confirma|[eé]chale|puedes|please|can you|could you|check|look|have)|[?;] ?{_EDIT}[)\]]|, (?:cambiar|revisar|corregir|quitar|ampliar|acortar|reescribir|actualizar|comprobar|verificar)(?:l[oa]s?)?[)\]]|(?-i:\[(?:CITATION|CITA|SOURCE|FUENTE|REVIEW|REVISAR|CHECK|PENDING|PENDIENTE)\])|(?:nota (?:interna|del|para)|note (?:to|for)|internal note|(?:reviewer|annotator)(?:'s)? note|comentario del|citation needed|@\w+[,:]? ¿?(?:revis|check|please|puedes|podr|le das|mira|qu[eé]|can|could|thoughts)|antes de publicar|before publishing|before (?:we )?(?:release|ship)|esta respuesta|this (?:answer|response))|, (?:update|check|confirm|verify|fix|revisar|confirmar|actualizar|verificar)\?|(?-i:\b(?:TODO|FIXME|TBD|TBC|WIP|XXX)\b|<!--|<--)",
    "assistant",
)
def notes(text: Text) -> Iterator[Fault]:
    found = _NOTE.search(text.prose) or next(_remarks(text.prose), None)
    if found:
        yield text.fault(NOTE, f"A note was left in the answer: {quote(found[0].strip())}.")


def _remarks(prose: str) -> Iterator[re.Match[str]]:
    """What stands in brackets or behind a mark, and speaks to who writes the data."""
    for found in _ASIDE.finditer(prose):
        said = (found[1] or found[2]).strip()
        mark = found[0].lstrip()
        plain = mark[:1] in "#/" or (mark[:1] == "*" and mark[:3] != "***")
        if plain and not _UNPUBLISHED.search(said):
            continue  # a heading, a comment in code, or words in bold
        link = prose[found.end() : found.end() + 1] == "("
        ordered = found[0].startswith(_ODD_BRACKETS) and _ORDER.search(said) and not link
        if ordered or _REMARK.search(said):
            yield found


@detector(
    rf"\[(?i:{_FILL})|\[[A-ZÁÉÍÓÚÑ]{{3,20}}[ _/][A-ZÁÉÍÓÚÑ]|\((?i:insert|introduc|añad|poner |pon |add |put |fill in |your )|<[A-ZÁÉÍÓÚÑ_ ]{{3,40}}>|<(?i:{_FIELD})[ >]|<(?i:insert|introd|your|tu|su|add|añad|enter|fill)[ _-]|\{{\{{|\$\{{|\{{(?i:(?:[a-z]{{1,15}}_)?(?:{_FIELD}|first|last|full)_?)|(?i:%(?:nombre|name|fecha|date|cliente|customer|usuario|user|producto|product)%)|%[A-Z_]{{4,40}}%|\*\|[A-Z]|#(?:NOMBRE|NAME|FECHA|DATE|CLIENTE|CUSTOMER|PEDIDO|ORDER|IMPORTE|AMOUNT|EMPRESA|COMPANY)#|<[a-z]+_[a-z_]+>|<<|\[(?:First|Last|Full|User|Company|Product|Customer|Client|Order|Agent|X)|(?i:dd/mm/|\bhh:mm)|(?i:lorem ipsum)|\bX{{2,}}\b|[0-9€$£] ?XX|@@[A-Za-z]|_{{4,}}|__/__|_{{2,}} ?{_TALLY}|[€$] ?__|\b(?:Sr|Sra|Dr|Dra|Mr|Mrs|Ms|Dear|Estimad[oa]|Hola)\.? (?:\.{{4}}|……|__)",
    "assistant",
    "system",
    "user",
)
def placeholders(text: Text) -> Iterator[Fault]:
    for found in _HOLES.finditer(text.prose):
        if text.role == "user" and found[0][:2] not in ("{{", "${"):
            continue
        if text.rejected or _TEMPLATE.search(said_by_others(text.example)):
            return
        yield text.fault(PLACEHOLDER, f"Never filled in: {quote(found[0])}.")
        return
    found_in = _HOLE_IN_ADDRESS.search(text.text) if text.is_answer else None
    if found_in and not _TEMPLATE.search(said_by_others(text.example)):
        yield text.fault(PLACEHOLDER, f"Never filled in: {quote(found_in[0])}.")


@detector(
    rf"(?i)\b{_NOW}\s+\(?(?:(?:el|on|the|del?|en|in|a|año|year|{_WEEKDAY}),?\s)*(?:[0-9]|{_MONTH})|\ba [0-9]{{1,2}} de [a-z]+ de 20[0-9][0-9],|\b(?:este año|this year|el año|the year),? 20[0-9]",
    "assistant",
)
def stale_dates(text: Text) -> Iterator[Fault]:
    found = _TODAY.search(text.text)
    if found and not any(
        year in said_by_others(text.example) for year in re.findall(r"\d{4}", found[0])
    ):
        yield text.fault(STALE_DATE, f"Today's date in an answer: {quote(found[0])}.")


@detector(
    r"[A-Z][A-Z]?[A-Z]?[A-Z]?[-#]?[0-9]{3}|#[0-9]{3}|\b[0-9]{5,12}\b|[0-9] ?(?:[€$£º°]|euros?|d[oó]lares|dollars|grados|degrees)|[€$£] ?[0-9]|[0-9]{3} [0-9]{3}"
    r"|(?i)\b(?:quedan|tenemos|hay|disponemos de|have|are) [0-9]|[0-9]{1,2} de [a-z]|(?:january|february|march|april|may|june|july|august|september|october|november|december) [0-9]"
    r"|cancel|anulad|entregad|delivered|enviad|en camino|en reparto|shipped|transit|on its way|pendiente|preparaci|pending|processing|devuelt|returned|rechazad|rejected|denied|denegad|aprobad|approved|acept",
    INFORMED,
)
def contradictions(text: Text) -> Iterator[Fault]:
    results = "\n".join(one.text for one in text.example.messages if one.role in RESULT_ROLES)
    if not results or not text.is_answer:
        return
    others = (one for one in text.example.messages if one.role not in (*RESULT_ROLES, "assistant"))
    asked = "\n".join(one.text for one in others)
    asked += "".join(str(one.calls) for one in text.example.messages)
    if stated := next(tool_facts.contradictions(results, asked, text.text), ""):
        yield text.fault(CONTRADICTION, f"The tool returned something else than {quote(stated)}.")
        return
    given = asked + results
    returned = set(_IDENTIFIER.findall(results))
    for found in _IDENTIFIER.finditer(text.text):
        shape = _shape(found[0])
        if found[0] not in given and any(_shape(one) == shape for one in returned):
            yield text.fault(CONTRADICTION, f"No tool returned {quote(found[0])}.")
            return


@detector(
    r"[0-2]?[0-9]:[0-5][0-9]|(?i)(?:disponib|availab|in_?stock|hay_?stock|libre|abiert|open)[a-z_]*\"\s*:\s*(?:true|false)|\"(?:error|exception)\"\s*:|not found|no encontrad|timed? ?out|\b(?:404|500|503)\b|(?:nota|grade|score|mark|punt[a-z]*)\"\s*:|(?-i:\"(?:[A-Z]{1,2}[0-9]{1,2}|[0-9]{1,2}[A-Z])\")",
    *RESULT_ROLES,
)
def denied(text: Text) -> Iterator[Fault]:
    """Whether the answer right after the only result denies it."""
    messages = text.example.messages
    results = [one for one in messages if one.role in RESULT_ROLES]
    if len(results) != 1 or results[0].index + 1 >= len(messages):
        return
    answer = messages[results[0].index + 1]
    asked = "\n".join(one.text for one in messages if one.role not in (*RESULT_ROLES, "assistant"))
    stated = next(tool_facts.denials(text.text, asked, answer.text), "")
    if stated and answer.role == "assistant" and not answer.acts:
        said = f"The tool returned something else than {quote(stated)}."
        yield Fault(CONTRADICTION, said, (*answer.at, "content"))


def _shape(identifier: str) -> str:
    return re.sub(r"\d", "9", identifier)


_BAD = re.compile(
    r"(?i)\b(?:asco|horror|perd[ií]|rayad[oa]s?|verg[uü]enza|tardaron|fr[ií][oa]s?|borde|antip[aá]tic[oa]s?|se rompi[oó]|colgaron|no apareci[oó]|plantad[oa]|mentira|broke\b|mal\b|malos?|malas?|desagradables?|incompetentes?|impresentables?|ruidos[oa]|incómod[oa]|sucios|chapuza|caro|car[ií]simo|aver[ií]ad[oa]|error(?:es)?|se cierra sola|esper(?:é|ando|as)|insultant\w|deplorable|nefast[oa]|abandonad[oa]|arrepient\w|outages?|crash\w{0,3}|bugs?|dreadful|appalling|nightmare|regret|unhelpful|overpriced|cracked|missing|ignored|unacceptable|disaster|joke|muert[oa]|tarde|lent[oa]|sucio|sucia|maltrat\w{1,4}|groser[oa]|fraude|engañ\w{1,4}|queja|reclam\w{1,6}|devolver|dirty|slow|late|dead|fraud|cold|ruined|p[eé]sim[oa]|horribles?|terribles?|asqueros[oa]|fatal|lament\w{3,6}|decepci\w{2,9}|decepcionad[oa]|rot[oa]|estafa|timo|malísim[oa]|vergonzos[oa]|no funciona|no sirve|nadie responde|jam[aá]s volver|no vuelvo|no volver[eé]|no lo recomiendo|odio|peor|basura|desastre|inservible|defectuos[oa]|caro y malo|tarde y mal|awful|worst|horrid|disgusting|broken|useless|waste|terrible|hate|disappoint\w{2,5}|rude|never again|refund|scam|poor quality|stopped working|doesn'?t work|does not work|avoid)\b"
)
_FINE = re.compile(
    r"(?i)\b(?:excelentes?|simp[aá]tic[oa]s?|limpi[oa]s?|r[aá]pid[oa]s|lovely|best\b|buy again|come back|return again|good value|encantador\w{0,2}|atent[oa]s?|calma|profesional(?:es)?|impresionante|sobresaliente|inmejorable|agradable|brillante|mil gracias|chapeau|diez|joya|placer|stunning|brilliant|outstanding|gorgeous|pleasant|helpful|impressed|early|thank you|beautiful|spotless|smooth|genial(?:es)?|perfect[oa]|encant\w{2,4}|maravill\w{2,5}|fant[aá]stic[oa]|estupend[oa]|recomiendo|buenísim[oa]|satisfech[oa]|content[oa]|feliz|amor|mejor|rápid[oa]|repetir[eé]|volver[eé]|seguro que s[ií]|gracias|puntual(?:es)?|amables?|deliciosa?|riquísim[oa]|delicious|friendly|impecable|increíble|excellent|great|perfect|love(?:d|ly)?|amazing|wonderful|fantastic|awesome|best|happy|recommend|delighted|superb|flawless)\b"
)
_NEGATED_GOOD = re.compile(
    r"(?i)\bno (?:lo |la |los )?(?:recomiendo|recomendar\w{0,2})|\b(?:not|never|wouldn'?t|don'?t) (?:recommend|happy|great)|\bno (?:estoy|qued[eé]) (?:content|satisf|feliz)\w*|\bnada (?:content|satisf|buen|recom)\w*"
)
_PLAIN = re.compile(
    r"(?i)\b(?:p[eé]sim|horribl|asco\b|asqueros|verg[uü]enza|horror|nefast|deplorable|chapuza|estafa|decepcionad|malísim|lamentable|odio|fatal|basura|awful|worst|horrid|disgusting|scam|terrible|useless|appalling|dreadful|nightmare|delighted|stunning|outstanding|brilliant|inmejorable|encant|maravill|fant[aá]stic|excelent|perfect|buenísim|increíbl|amazing|wonderful|awesome|flawless|superb|excellent|love)"
)
_FRAME = r"(?i)\W*(?:(?:sentimiento|sentiment|etiqueta|label|clase|class|polaridad)\W{1,6}(?:es\s|is\s)?)?"
_POSITIVE = re.compile(_FRAME + r"(?:positiv[oae]|pos|positive|satisfech[oa]|contento)\W*")
_NEGATIVE = re.compile(_FRAME + r"(?:negativ[oae]|neg|negative|insatisfech[oa]|descontento)\W*")


@detector(
    r"(?i)(?:\A|\x{1e}\n)[^\w\n]*(?:\w+[^\w\n]+(?:es |is )?)?(?:positiv[oae]?|negativ[oae]?|pos|neg)[^\w\n]*(?:\z|\n\x{1e})",
    "assistant",
)
def labels(text: Text) -> Iterator[Fault]:
    asked = [one.text for one in text.example.messages if one.role == "user"]
    if not asked or text.rejected:
        return
    bad = len(set(_BAD.findall(asked[-1].lower()))) + len(_NEGATED_GOOD.findall(asked[-1]))
    good = len(set(_FINE.findall(_NEGATED_GOOD.sub(" ", asked[-1]).lower())))
    if (_POSITIVE.fullmatch(text.text) and bad > good and (bad > 1 or _utter(_BAD, asked[-1]))) or (
        _NEGATIVE.fullmatch(text.text) and good > bad and (good > 1 or _utter(_FINE, asked[-1]))
    ):
        yield text.fault(LABEL_ERROR, f"{quote(text.text)} for {quote(asked[-1])}.")


def _utter(judgement: re.Pattern[str], asked: str) -> bool:
    """Whether the only word of judgement in a short text leaves no doubt."""
    found = judgement.search(_NEGATED_GOOD.sub(" ", asked))
    return bool(found and len(asked.split()) < 20 and _PLAIN.search(asked))
