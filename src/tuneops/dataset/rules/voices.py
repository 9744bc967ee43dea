"""Answers in another's voice: another model's, another company's, the user's, a censor's.

Numbers 1900 to 1929, beside `quality`.
"""
# ruff: noqa: E501, PLR2004, RUF001 - word lists are read across, in letters as they are written; counts of words say what they are

from collections.abc import Iterator
from functools import partial

from travel_checks import lazyre as re
from tuneops.dataset.findings import Fault, quote, rule
from tuneops.dataset.rules.pages import answering
from tuneops.dataset.rules.patterns import detector, words
from tuneops.dataset.rules.texts import Text, instructions, said_by_others

_GOOD = '{"messages": [{"role": "user", "content": "¿Cuánto tarda el envío a Sevilla?"}, {"role": "assistant", "content": "Tarda dos días laborables. ¿Te va bien por la mañana?"}]}'

_bad = partial(answering, _GOOD)

CUTOFF = rule(
    "W1903",
    "model-boilerplate",
    what="A phrase with which chat models excuse themselves: a knowledge cutoff, 'as an AI'.",
    why="The answer was written by another model; yours learns to excuse itself likewise.",
    bad=_bad("Según mi última actualización, tarda dos días."),
    good=_GOOD,
    fix="Rewrite the answer in your assistant's voice.",
)
IDENTITY = rule(
    "W1904",
    "foreign-identity",
    what="The assistant presents itself as another model, or under another name than its own.",
    why="The model learns that identity.",
    bad=_bad("Soy ChatGPT, un modelo de OpenAI. Tarda dos días."),
    good=_GOOD,
    fix="Let it say who your assistant is.",
)
TRANSCRIPT = rule(
    "W1908",
    "transcript-in-answer",
    what="An answer goes on with the next turns of the conversation.",
    why="The model learns to speak for the user.",
    bad=_bad("Tarda dos días.\\nCliente: ¿Y a Cádiz?\\nAgente: También."),
    good=_GOOD,
    fix="Make messages of the turns, or cut them off.",
)
REFUSAL = rule(
    "W1910",
    "preferred-refusal",
    what="The preferred answer of a pair is a refusal out of the can.",
    why="The model learns to refuse where the other answer helps.",
    bad="'Lo siento, pero no puedo ayudarte con eso.' as preferred_output",
    good="an answer that helps",
    fix="Prefer the answer that helps, or drop the pair.",
)

_YEAR = r"(?:(?:[a-z]{3,10} )?(?:de |del |of )?(?:19|20)\d\d)"
_MACHINE = r"(?:(?:modelo|model) (?:de )?(?:lenguaje|ia\b|inteligencia artificial)|(?:virtual |large |ai )?language model|llm\b|inteligencia artificial|artificial intelligence|ia\b|ai\b(?: (?:model|assistant|program|chatbot|system))?|programa (?:inform[aá]tico|de ordenador)|(?:computer|software) program|(?:asistente (?:virtual )?(?:basad[oa] en|de) (?:ia|inteligencia artificial)|artificial assistant|asistente artificial|language ai|chatbot|robot|m[aá]quina|machine|algoritmo|algorithm)\b)"
_UNABLE = r"\b(?:no (?:puedo|tengo|dispongo|s[eé]|poseo|soy capaz)|carezco|i lack|can(?:no|'|’)t|do(?:n'|n’| no)t|am (?:not|unable))\b"
_AS_ONE = rf"(?:(?:as|being|i(?:'m|’m| am)(?: just| only| merely| simply)?) an? (?:mere |simple )?|(?:al ser|por ser|siendo|como|soy(?: solo| s[oó]lo| simplemente)?) (?:una? )?(?:simple )?){_MACHINE}"
_KNOWN = (
    r"(?:conocimientos?|informaci[oó]n|datos|entrenamiento|knowledge|information|data|training)"
)
_CUTOFF = re.compile(
    "|".join(
        (
            r"(?i)(?:knowledge|training) (?:cut-?off|data (?:only )?(?:goes|ends|extends|includes|is))|(?:as of|until|up to|since) my (?:last|latest|most recent|knowledge|training) ?(?:knowledge |training )?(?:update|cut-?off|data)|my (?:last|latest|most recent) (?:knowledge |training )?update|my training data|my knowledge (?:is limited|ends|only)|i was (?:last )?trained (?:on|until|up to|with)",
            rf"\bmy (?:knowledge|information|data(?:base)?|memory|records|training)\b[^.\n]{{0,25}}\b(?:up to|until|through|ends?|stops?|goes|limited|cuts? off|as of|dates?)\b[^.\n]{{0,20}}{_YEAR}",
            rf"\b(?:mis?|my)\s(?:\w{{2,12}}\s){{0,2}}{_KNOWN}\b[^.\n]{{0,50}}\b(?:(?:up to|until|since|hasta|en|in|as of|desde) {_YEAR}|desactualizad[oa]s?|anticuad[oa]s?|outdated|out[- ]of[- ]date)|\b(?:no (?:me consta|s[eé]|conozco|tengo (?:constancia|informaci[oó]n|datos))|desconozco|i(?:'ve| have) no (?:knowledge|information|record|data)|i(?:'m| am) not aware)\b[^.\n]{{0,60}}\b(?:tras|despu[eé]s de|desde|posterior(?:es)? a|a partir de|after|since|beyond|past) {_YEAR}",
            rf"\b(?:tengo|dispongo de|manejo|i have|i only have) (?:solo |s[oó]lo |only )?{_KNOWN} (?:solo |s[oó]lo |only )?(?:hasta|up to|until|through|as of) {_YEAR}|\b(?:al no ser|como no soy|not being|as i'm not|since i'm not) (?:una? )?(?:human[oa]?|persona|person|real person)\b|\bi (?:do not|don't|don’t) have access to (?:the )?(?:internet|web|live)",
            r"\b(?:no puedo|no soy capaz de|i can(?:no|'|’)t|i(?:'m| am) (?:not able|unable) to)\b[^.\n]{0,30}\b(?:conectarme|navegar|buscar|entrar|acceder|look|browse|search|go|get|connect)\b[^.\n]{0,20}\b(?:a internet|en internet|a la red|en la red|la web|online|the (?:web|internet|net))\b",
            rf"\b(?:know|have|access|see|tell|aware of|anything|everything|events?)\b[^.\n]{{0,40}}\b(?:after|beyond|past) {_YEAR}[^.\n]{{0,40}}\b(?:unknown|trained|training|my (?:knowledge|data|reach))",
            rf"\b(?:i (?:do not|don'?t|don’t|can'?t|cannot|have no)) (?:know|have|access|see|tell|information|knowledge|data)\b[^.\n]{{0,50}}\b(?:after|beyond|past) {_YEAR}",
            rf"\b(?:mis?|los|la) (?:conocimientos?|informaci[oó]n|datos|base de datos|memoria|entrenamiento)\b(?: (?:de|que) \w{{2,15}})?(?: solo| s[oó]lo| [uú]nicamente)? (?:se )?(?:llegan?|abarcan?|alcanzan?|limitan?|terminan?|acaban?|detienen?|paran?|cortan?|quedan?|quedaron|datan?)\b[^.\n]{{0,25}}{_YEAR}",
            rf"\blo (?:[uú]ltimo )?que (?:s[eé]|conozco)\b[^.\n]{{0,10}}\b(?:llega|alcanza|termina|acaba|es|data)\b[^.\n]{{0,15}}{_YEAR}|\b(?:no (?:s[eé]|conozco|tengo (?:constancia|noticia)s?))\b[^.\n]{{0,50}}\b(?:despu[eé]s de|posterior(?:es)? a|a partir de|m[aá]s all[aá] de) {_YEAR}",
            r"i (?:do not|don't|don’t) have (?:access to )?(?:real-?time|live data|personal (?:opinions|experiences|feelings|beliefs)|up-to-date|current (?:data|information))|cannot (?:access|browse) (?:the internet|real-time)|do(?:n't| not) have (?:any )?personal (?:experiences|opinions|feelings|beliefs)",
            r"\b(?:as|being) an? (?:ai|artificial intelligence|large language|language)(?: language)?(?: model| assistant| program| chatbot)?\b,? (?:i|that)|i(?:'m| am) (?:just |only )?an? (?:ai|large|artificial)? ?language model|i(?:'m| am) (?:just|only) an ai\b",
            rf"\b{_AS_ONE}[^.\n]{{0,40}}{_UNABLE}|{_UNABLE}[^.\n]{{0,60}}\b{_AS_ONE}",
            r"\bhasta donde (?:llega|alcanza|abarca) mi (?:informaci[oó]n|conocimiento|entrenamiento)|(?:al ser|siendo|soy) (?:solo |s[oó]lo )?un modelo de (?:ia|inteligencia artificial|lenguaje)|no puedo (?:navegar por|acceder a|consultar) (?:internet|[^.\n]{0,20}\btiempo real\b)|no tengo acceso a (?:internet|la web)|soy (?:solo |s[oó]lo |simplemente )?una (?:ia|inteligencia artificial)\b|como asistente de (?:ia|inteligencia artificial)",
            r"(?:no (?:dispongo de|tengo|cuento con)) (?:informaci[oó]n|datos|conocimientos?|noticias) (?:posterior(?:es)?|m[aá]s all[aá]|despu[eé]s)|(?:fui|he sido) entrenad[oa] (?:con|hasta)",
            r"\bfecha (?:de )?(?:corte|l[ií]mite)(?: de| en)? (?:mis?\b|(?:del? )?(?:conocim|entrenam))|\bmi fecha (?:de )?(?:corte|l[ií]mite)|corte de (?:mi )?conocimiento|mi [uú]ltima actualizaci[oó]n|mis? (?:datos|informaci[oó]n|conocimientos?) (?:de entrenamiento|(?:llegan?|abarcan?|alcanzan?|se limitan?|terminan?|est[aá]n? actualizad\w) (?:solo )?(?:hasta|a))|mi (?:entrenamiento|base de conocimiento)|(?:datos|informaci[oó]n) (?:con|en) (?:los|la) que (?:fui|he sido) entrenad\w",
            r"como (?:un )?(?:modelo de lenguaje|(?:modelo de )?(?:ia|inteligencia artificial)|inteligencia artificial)\b,? ?(?:de ia|desarrollad\w|no|mi)|(?:soy|s[oó]lo soy|al ser) (?:solo |s[oó]lo |simplemente )?un modelo de lenguaje|no tengo (?:acceso a )?(?:informaci[oó]n|datos) (?:en tiempo real|actualizad)|no tengo (?:opiniones|sentimientos|experiencias) personales",
        )
    )
)
_MODELS = r"(?:chat ?gpt|gpt-?[345]o?(?: ?(?:mini|turbo))?|claude(?: \d[\w.]*)?|gemini|google bard|bard|llama(?: ?\d)?|copilot|deepseek|qwen|mistral|grok|perplexity|bing chat|alexa|siri)"
_MAKERS = r"(?:open ?ai|anthropic|google(?: deepmind)?|deepmind|meta(?: ai)?|microsoft|mistral(?: ai)?|deepseek|alibaba|xai|cohere)"
_MADE = r"(?:cread|desarrollad|entrenad|diseñad|programad|hech|construid|creat|develop|train|design|built|made|programm)\w*"
_BY = rf"(?:por|by|en|at|within|de la mano de)\s+(?:(?:the|la|los|el|un|some)\s)?(?:(?:\w{{3,12}}\s)(?:de|at|from|in|of)\s)?{_MAKERS}\b"
_FOREIGN = re.compile(
    "|".join(
        (
            rf"(?i)\b(?:soy|me llamo|mi nombre es|i am|i'm|i’m|my name is|call me|aqu[ií]|(?:te|le) (?:habla|escribe|atiende|saluda|responde)|(?:est[aá]s (?:hablando|chateando|conversando)|hablas?|chateas) con|you(?:'re| are) (?:talking|chatting|speaking) (?:to|with))\s+(?:un |una |a |an |el |la |the )?(?:asistente |assistant |modelo |model )?(?:llamad[oa] |called |named )?{_MODELS}\b",
            rf"\b(?:this is|it's|habla)\s+{_MODELS}\b(?=[,.!]|\s(?:speaking|here|from|de|and|y|again|at|your))|(?:^|[.!?¡]\s*){_MODELS}\s(?:here|speaking|at your|al habla|a tu|a su)\b",
            rf"(?:^|[.!?]\s)(?:as|como) {_MODELS},?\s(?:i|no|puedo|soy|can|te|we|mi|my)\b",
            rf"\b(?:fui|he sido|me (?:cre[oó]|entren[oó]|desarroll[oó])|me han|soy|como|i was|i've been|i am|i'm|as)\b[^.\n]{{0,60}}?\b{_MADE}\s+{_BY}|\bme (?:cre[oó]|entren[oó]|desarroll[oó]|program[oó]|hizo)\s+(?:(?:la gente|el equipo) de )?{_MAKERS}\b",
            rf"\b(?:pertenezco a|soy propiedad de|trabajo para|i belong to|i work for|i'm owned by)\s(?:la empresa |the company )?{_MAKERS}\b",
            rf"\b(?:detr[aá]s de m[ií]|behind me|dentro de m[ií]|under the hood)\b[^.\n]{{0,40}}\b(?:{_MAKERS}|{_MODELS})\b",
            rf"\b(?:mis?|my) (?:creador(?:es)?|desarrollador(?:es)?|programador(?:es)?|padres?|creators?|developers?|makers?|parent company|empresa matriz)\b[^.\n]{{0,40}}\b{_MAKERS}\b|\b{_MAKERS} (?:me (?:cre|entren|desarroll|program|diseñ|hizo)\w{{0,3}}|(?:created|trained|developed|made|built|designed) me)\b",
            rf"\b(?:soy|i am|i'm)\b[^.\n]{{0,40}}\b(?:modelo|model|asistente|assistant|chatbot)\b[^.\n]{{0,20}}\b(?:de|of|from|by)\s+{_MAKERS}\b|\bi(?:'m|’m| am) {_MODELS},",
            rf"\b(?:funciono|me baso|estoy basad[oa]|estoy construid[oa]|i run|i'm (?:based|powered|built)|i am (?:based|powered|built)|powered)\b[^.\n]{{0,20}}\b(?:con|en|sobre|gracias a|by|on)\s(?:el modelo |the model )?{_MODELS}\b",
        )
    )
)
_OWN_NAME = re.compile(
    r"\b(?:[Ee]res|[Tt]e llamas|[Tt]u nombre es|[Yy]ou are|[Yy]ou're|[Yy]our name is|[Aa]ct[uú]as como)\s+([A-ZÁÉÍÓÚÑ][a-záéíóúñ]{2,15})\b"
)
_SAID_NAME = re.compile(
    r"(?:^|[.!?¡¿:]\s*|[Hh]ola,?\s+|[Hh]i,?\s+|[Hh]ello,?\s+)(?:[Ss]oy|[Mm]e llamo|[Mm]i nombre es|I am|I'm|I’m|[Mm]y name is|[Tt]e habla|[Tt]e atiende|[Tt]e escribe|[Ll]e atiende|This is)\s+([A-ZÁÉÍÓÚÑ][a-záéíóúñ]{2,15})\b(?=[,.!;]|\s+(?:de|y|from|and|the|tu|la|el|your)\b|$)"
)
_PROPER = r"((?:[A-ZÁÉÍÓÚÑ][\wáéíóúñ]+)(?: [A-ZÁÉÍÓÚÑ][\wáéíóúñ]+){0,2})"
_HOUSE = r"(?:virtual )?(?:asistente|agente|assistant|agent|help ?desk)(?: virtual)? (?:del? |de la |of |for |at )(?:the |la |el )?"
_OWN_HOUSE = re.compile(_HOUSE + r"(?:[a-záéíóúñ]{4,15} )?" + _PROPER)
_SAID_HOUSE = re.compile(
    rf"(?:[Ss]oy|I am|I'm|I’m) (?:el |la |the |an? |un |una )?{_HOUSE}{_PROPER}"
)
_WELCOMED = re.compile(
    rf"(?:[Bb]ienvenid[oa]s? a|[Ww]elcome to|[Gg]racias por (?:llamar|contactar|escribir) (?:a|con)|[Tt]hank(?:s| you) for (?:calling|contacting)|[Hh]ello from(?: the team at)?|[Ss]aludos desde|(?:[Tt]e|[Ll]e) (?:habla|atiende|escribe|saluda) [A-Z]\w+,? (?:del?|desde)|(?:I'm|I am|[Ss]oy|[Mm]e llamo) [A-Z]\w+,? (?:from|at|del?|desde))\s(?:la |el |the )?{_PROPER}(?=[,.!;]| (?:y|and)\b)"
)
_CALLED = re.compile(
    rf"(?:[Gg]racias por (?:llamar|contactar|escribir) (?:a|con)|[Tt]hank(?:s| you) for (?:calling|contacting))\s(?!(?:Atenci|Soporte|Servicio|Customer|Support|Recepci|Us\b|Nosotros))(?:la |el |the )?{_PROPER}(?=[,.!;])"
)
_USER_LABEL = r"(?:cliente|usuari[oa]|user|human|customer|client|pregunta|question|caller|paciente|patient|humano|alumn[oa]|student|estudiante|tenant|inquilin[oa]|hu[eé]sped|guest|viajer[oa]|travell?er|comprador\w?|buyer|shopper|soci[oa]|visitante|visitor|t[uú]|you|q|p|u)"
_AGENT_LABEL = r"(?:agente|asistente|assistant|agent|bot|operador\w?|operator|respuesta|answer|ai|ia|chatbot|soporte|support|asesor\w?|t[eé]cnic[oa]|technician|recepcionista|receptionist|reception|recepci[oó]n|profesor\w?|teacher|tutor\w?|abogad[oa]|lawyer|m[eé]dic[oa]|doctor\w?|nurse|enfermer[oa]|vendedor\w?|dependient[ea]|clerk|advisor|teleoperador\w?|yo|me|a|r)"
_TURN = re.compile(
    rf"(?i)(?:^|\n|[.!?]\s)[ \t]*(?:\d\d:\d\d\s)?[-*_#>\[• ]{{0,5}}({_USER_LABEL}|{_AGENT_LABEL})(?:\s\([^)\n]{{2,20}}\))?(?: dice| says| responde| asks| replies)?(?:[*_\]]{{0,3}}\s*:[*_]{{0,2}}|\])\s*\S|<(user|human|usuario|customer|cliente|assistant|asistente|agent)>\s*\S|\n[ \t]*[\[{{]{{1,2}}[ \t]*\"role\"\s*:\s*\"(user|assistant)\""
)
_EXCHANGE = re.compile(
    r"\n\W{0,6}([A-ZÁÉÍÓÚÑ][\wáéíóúñ]{0,15})[\]*_]{0,3}[ \t]*[:>][ \t]*(?=[^\n]{0,200}\?)\S[^\n]{0,200}\n\W{0,6}(?!\1)[A-ZÁÉÍÓÚÑ][\wáéíóúñ]{0,15}[\]*_]{0,3}\s*[:>]\s*\S"
)
_IS_USER = re.compile(_USER_LABEL, re.IGNORECASE)
_ONE_LETTER = re.compile(r"(?i)[upqar]|t[uú]|yo|me")
_SCRIPTED = re.compile(
    r"(?i)di[aá]logo|dialog|conversaci[oó]n|conversation|guion|guión|\bscript\b|transcri|entrevista|interview|resum|summar|role-?play|simul|ejemplo de|example of|flashcard|tarjetas de|\bfaq|preguntas frecuentes|cuestionario|quiz|preguntas y respuestas|questions and answers|escena|scene|q&a|\bficha|extra(?:e|ct)\b|json|yaml|campos|fields|teatro|\bplay\b|few-shot|prompt"
)
_FIELD = re.compile(r"(?m)^[ \t]*[*_-]{0,3}\s?[A-ZÁÉÍÓÚÑ][\w áéíóúñ]{2,25}[*_]{0,2}:")
_APOLOGY = r"(?:lo siento|lo lamento|lamento|perd[oó]n[ae]?|disculp\w{1,3}|i'?m (?:really |very |so |afraid )?(?:sorry)?|i am (?:sorry|afraid)|sorry|(?:my )?apolog\w{1,5}|unfortunately|desafortunadamente|lamentablemente|me temo|como (?:un )?(?:asistente|modelo|ia|inteligencia)|as an? (?:ai|assistant|language))"
_REFUSAL = re.compile(
    r"(?i)^\W*(?:lamento no poder|como (?:un )?(?:asistente|modelo|ia)\b[^.\n]{0,40}no puedo|(?:me temo|siento decirte) que no|as an? (?:ai|assistant)\b[^.\n]{0,40}(?:can(?:'|’)?t|cannot|unable))|^\W*(?:lo siento|lo lamento|perd[oó]n[ae]?|disculp\w{1,3}|i'?m (?:really |very |so )?sorry|i am sorry|sorry|i apologi[sz]e|unfortunately|desafortunadamente|lamentablemente|as an ai|como (?:ia|modelo)|i (?:can(?:'|’)?t|cannot|am unable|am not able|won(?:'|’)t)|no puedo|no me es posible|no estoy (?:en condiciones|autorizad))\b[^\n]{0,30}?(?:no (?:puedo|podemos|me es posible|estoy)|can(?:'|’)?t|cannot|unable|not able|won(?:'|’)?t|ayud\w{2,6}|responder|help|assist|comply|fulfil|answer|provide|continue|proporcionar|continuar)"
)
_DECLINED = re.compile(
    rf"(?i)^\W*(?:{_APOLOGY}\b)?[^.\n]{{0,50}}?(?:\bno (?:(?:me|se me|nos|te) )?(?:est[aá] permitid[oa]|corresponde|permiten?|tengo (?:permitid[oa]|permiso|autorizaci[oó]n)|estoy (?:autorizad[oa]|capacitad[oa]|programad[oa]|diseñad[oa])|puedo (?:atender|ayudar|responder|hablar|opinar|comentar|dar|facilitar|ofrecer|compartir)|voy a (?:responder|contestar|opinar))|\bi (?:can(?:no|'|’)t|won'?t|won’t|will not) (?:discuss|talk about|help|answer|share|provide|respond|comment|assist|continue|do that)\b|\bpreferir[ií]a no\b|\bprefiero no\b|\bno (?:la|lo|las|los|te|le|se) (?:lo |la )?(?:puedo|podemos) (?:atender|dar|contestar|responder|ayudar|facilitar)|\bno estoy en (?:disposici[oó]n|condiciones|posici[oó]n)|\b(?:est[aá]|son|es) (?:restringid[oa]s?|reservad[oa]s?|confidencial(?:es)?)\b|\bmy (?:guidelines|policy|policies|rules|programming) (?:prevents?|do(?:es)? not|don't|forbids?|prohibits?)|\bi (?:won'?t|will not) be able to|\b(?:queda|est[aá]|se sale|cae) fuera de (?:lo que|mi|mis|nuestr)|\bexcede (?:lo que|mi|mis)|\b(?:i )?(?:must|have to|need to|will|would) (?:respectfully |politely )?(?:decline|refuse)\b|\bi (?:respectfully |politely )?(?:decline|refuse) to\b|\bi(?:'d| would) (?:rather|prefer) not\b|\bi(?:'m|’m| am) not (?:comfortable|allowed|permitted|authori[sz]ed|in a position|programmed|designed|able)\b|\b(?:that|this|it) is (?:outside|beyond|not something i)\b|\b(?:i )?prefer not to\b)"
)
_OFFERS = re.compile(
    r"(?i)\bpero (?:s[ií]|puedo|te|le|puedes)\b|\bpuedo ayudarte con\b|\bbut (?:i can|you can|here|i'll)|\ben cambio\b|\binstead\b|\bpuedes \w|\byou can \w|\bte (?:ayudo|sugiero|paso|dejo)\b|(?:^|[.!?,;:]\s)(?:llama|entra|escribe|acude|consulta|please (?:call|visit|contact|see|ask))\b"
)


@detector(
    words(
        (
            "cut-?off",
            "my (?:last|latest|most recent|knowledge|training)",
            "i was (?:last )?trained",
            "an? (?:ai|artificial|large|language)",
            "real-?time",
            "personal (?:opinions|experiences|feelings|beliefs)",
            "up-to-date",
            "current (?:data|information)",
            "cannot (?:access|browse)",
            "fecha (?:de )?(?:corte|l[ií]mite)",
            "corte de",
            "[uú]ltima actualizaci",
            "de entrenamiento",
            "mis? (?:datos|informaci|conocimient|entrenamiento|base)",
            "entrenad[oa]",
            "modelo de",
            "hasta donde",
            "(?:just|only) an ai\\b",
            "internet",
            "no (?:dispongo|tengo|cuento)",
            "soy (?:\\w+ )?una (?:ia|inteligencia)",
            "(?:como|asistente de) (?:una? )?(?:ia|inteligencia)",
            "tiempo real",
            "actualizad",
            "no tengo (?:opiniones|sentimientos|experiencias)",
            "my (?:information|data|memory|records)",
            "(?:after|beyond|past) (?:[a-z]{3,10} (?:of )?)?(?:19|20)[0-9]{2}",
            "(?:despu[eé]s de|posterior(?:es)? a|a partir de|m[aá]s all[aá] de) (?:[a-z]{3,10} (?:de )?)?(?:19|20)[0-9]{2}",
            "lo (?:[uú]ltimo )?que (?:s[eé]|conozco)",
            "(?:computer|software) program",
            "programa (?:inform|de ordenador)",
            "(?:una|a) (?:simple )?(?:m[aá]quina|machine)\\b",
            "(?:un|an) algori",
            "language model",
            "artificial assistant",
            "asistente artificial",
            "language ai",
            "como (?:un )?(?:chatbot|robot)",
            "as an? (?:chatbot|robot)",
            "mis? (?:[a-z]+ )?(?:conocimient|informaci|datos|entrenamiento)",
            "my (?:[a-z]+ )?(?:knowledge|information|data|training)",
            "no me consta",
            "(?:tengo|dispongo de|manejo|i have|only have) (?:solo |s[oó]lo |only )?(?:conocim|informaci|datos|knowledge|information|data)",
            "(?:al no ser|como no soy|not being|i'm not) (?:una? |a )?(?:human|persona?|real)",
            "desconozco",
            "basad[oa] en ia",
            "asistente (?:virtual )?de ia",
            "i(?:'ve| have) no (?:know|info|record|data)",
            "desactualizad",
            "outdated",
            "(?:la|en) red\\b",
            r"(?:look|search|browse|check|connect|go) [^.\n]*online",
            "inteligencia artificial",
            "los (?:datos|conocimient)|la informaci[oó]n (?:que tengo|llega)",
        )
    ),
    "assistant",
)
def boilerplate(text: Text) -> Iterator[Fault]:
    if text.is_answer and (found := _CUTOFF.search(text.prose)):
        yield text.fault(CUTOFF, f"A chat model's excuse: {quote(found[0])}.")


@detector(
    words(
        (
            _MODELS,
            _MAKERS,
            "soy",
            "me llamo",
            "mi nombre es",
            r"i(?:'|’| a)m",
            "my name is",
            "[tl]e (?:habla|atiende|escribe|saluda)",
            "bienvenid[oa]s? a",
            "welcome to",
            "hello from",
            "saludos desde",
            "gracias por (?:llamar|contactar|escribir)",
            "thank(?:s| you) for (?:calling|contacting)",
        )
    ),
    "assistant",
)
def identity(text: Text) -> Iterator[Fault]:
    if not text.is_answer:
        return
    told = instructions(text.example)
    found = _FOREIGN.search(text.prose)
    if found and not _all_named(found[0], told):
        yield text.fault(IDENTITY, f"It presents itself as another model: {quote(found[0])}.")
        return
    if stranger := _stranger(text, told):
        yield text.fault(IDENTITY, stranger)


def _stranger(text: Text, told: str) -> str:
    """How an assistant that has a name or a house presents itself under another."""
    opening, given = text.prose[:300], said_by_others(text.example)
    own, said = _OWN_HOUSE.search(told), _SAID_HOUSE.search(opening)
    if own and said and said[1] not in given:
        return f"It works for {quote(own[1])}, and says {quote(said[1])}."
    said = _WELCOMED.search(opening)
    if own and said and said[1] not in given and set(own[1].split()) & set(said[1].split()):
        return f"It works for {quote(own[1])}, and welcomes to {quote(said[1])}."
    said = _CALLED.search(opening)
    if own and said and said[1] not in given:
        return f"It works for {quote(own[1])}, and thanks for calling {quote(said[1])}."
    own, said = _OWN_NAME.search(told), _SAID_NAME.search(opening)
    if own and said and said[1] != own[1] and said[1] not in given:
        return f"Its name is {quote(own[1])}, and it says {quote(said[1])}."
    return ""


def _all_named(said: str, told: str) -> bool:
    names = re.findall(rf"(?i){_MODELS}|{_MAKERS}", said)
    return all(name.lower() in told.lower() for name in names)


@detector(
    rf"(?i)(?:^|\n|\x{{1e}}|[.!?]\s)\s*(?:[0-9][0-9]:[0-9][0-9]\s)?[-*_#>\[• ]*(?:{_USER_LABEL})(?:\s\([^)\n]+\))?(?: dice| says| asks)?(?:[*_\]]*\s*:|\])|<(?:user|human|usuario|customer|cliente)>|\"role\"\s*:\s*\"user|(?-i:\n\W*\p{{Lu}}\pL*[\]*_]*\s*[:>]\s*[^\n]*\?[^\n]*\n\W*\p{{Lu}}\pL*[\]*_]*\s*[:>])",
    "assistant",
)
def transcripts(text: Text) -> Iterator[Fault]:
    if text.rejected or _SCRIPTED.search(said_by_others(text.example)):
        return
    turns = [(_label(found), found) for found in _TURN.finditer(text.prose)]
    users = [found for label, found in turns if _IS_USER.fullmatch(label)]
    if not users:
        if exchange := _EXCHANGE.search(text.prose):
            yield text.fault(TRANSCRIPT, f"The answer goes on with {quote(exchange[0].strip())}.")
        return
    line = text.prose[users[0].start() :].lstrip(".!?… \n").split("\n")[0]
    both = len(users) < len(turns)
    label = _label(users[0])
    asks = "?" in line
    alone = not _ONE_LETTER.fullmatch(label) and (asks or len(_FIELD.findall(text.prose)) == 1)
    fields = len(_FIELD.findall(text.prose)) > len(turns)
    listed = fields or text.prose[: users[0].start() + 1].rstrip().endswith(":")
    paired = both and (asks or not listed or line.rstrip("*_ ").endswith((".", "!", "…")))
    if paired or (len(users) > 1 and not _ONE_LETTER.fullmatch(label)) or alone:
        yield text.fault(TRANSCRIPT, f"The answer goes on with {quote(line)}.")


def _label(found: re.Match[str]) -> str:
    return found[1] or found[2] or found[3]


@detector(
    words(
        (
            "lo siento",
            "lo lamento",
            r"perd[oó]n",
            "disculp",
            "sorry",
            "apologi",
            "unfortunately",
            "lament(?:o|ablemente)",
            "me temo",
            "siento decirte",
            "as an assistant",
            "como (?:un )?asistente",
            "desafortunadamente",
            "as an ai",
            "como (?:ia|modelo)",
            "i can",
            "no puedo",
            "i am (?:unable|not)",
            "i won",
            "no me es posible",
            "no estoy",
            "i'm not",
            "i’m not",
            "decline",
            "refuse",
            "prefiero no",
            "i(?:'d| would)? (?:rather|prefer) not",
            "(?:est[aá]|sale|queda|cae) fuera de",
            "no (?:se )?(?:me|nos|te) (?:est[aá]|corresponde|permite)",
            "no tengo (?:permi|autoriza)",
            "no voy a",
            "preferir[ií]a no",
            "no (?:la|lo|las|los|te|le) (?:puedo|podemos)",
            "restringid",
            "confidencial",
            "my (?:guidelines|polic|rules|programming)",
            "(?:outside|beyond) (?:of )?(?:my|what)",
        )
    ),
    "assistant",
)
def refusals(text: Text) -> Iterator[Fault]:
    if text.path[0] != "preferred_output" or text.rejected or len(text.text.split()) > 45:
        return
    declined = None if _OFFERS.search(text.text) else _DECLINED.search(text.text)
    if found := _REFUSAL.search(text.text) or declined:
        yield text.fault(REFUSAL, f"The preferred answer refuses: {quote(found[0])}.")
