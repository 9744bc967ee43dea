"""Personal data: 1600 to 1699. Numbers count when their check digits are right."""
# ruff: noqa: E501, PLR2004 - word lists are read across, in letters as they are written; counts of words say what they are

import ipaddress
from collections.abc import Iterator
from functools import partial

from travel_checks import lazyre as re
from tuneops.dataset.findings import Fault, quote
from tuneops.dataset.rules.checksums import is_card, is_dni, is_iban, is_nie, is_nuss, is_ssn
from tuneops.dataset.rules.pages import forbidden
from tuneops.dataset.rules.patterns import detector, words
from tuneops.dataset.rules.texts import Text, said_by_others

_WHY = "The model may repeat it to anyone; data protection law wants a reason to have it here."
_FIX = "Replace it with an invented value that is plainly one, or delete the row."
_personal = partial(forbidden, why=_WHY, fix=_FIX)

ADDRESS = _personal("W1601", "home-address", "A person's home address.")
BIRTH = _personal("W1602", "date-of-birth", "A person's date of birth.")
CARD = _personal("E1603", "card-number", "A card number that passes Luhn's check.")
DNI = _personal("E1604", "dni", "A Spanish identity number (DNI) with the right letter.")
EMAIL = _personal("W1605", "e-mail-address", "A person's e-mail address.")
HEALTH = _personal(
    "E1606", "health-data", "A person's name beside a diagnosis: a special category of data."
)
IBAN = _personal("E1607", "iban", "A bank account number (IBAN) with the right check digits.")
IP = _personal("I1608", "network-address", "A public IP address or a hardware (MAC) address.")
NIE = _personal("E1609", "nie", "A foreigner's number in Spain (NIE) with the right letter.")
NUSS = _personal("E1610", "nuss", "A Spanish social security number with the right check digits.")
PASSPORT = _personal("W1611", "passport-number", "A passport number.")
PHONE = _personal("W1612", "phone-number", "A person's telephone number.")
PLATE = _personal("I1613", "number-plate", "A Spanish number plate.")
SSN = _personal("E1614", "ssn", "A US social security number.")

_FIRST_NAMES = (
    "María|Maria|José|Jose|Juan|Ana|Luis|Carlos|Laura|Marta|Lucía|Lucia|Javier|Antonio|Manuel|Francisco|David|Daniel|Pedro"
    "|Pablo|Sergio|Carmen|Isabel|Elena|Cristina|Paula|Sara|Raúl|Jorge|Alberto|Miguel|Rafael|Fernando|Ángel|Rosa|Pilar|Teresa"
    "|Julia|Andrea|Alba|Irene|Nuria|Rocío|Silvia|Beatriz|Patricia|Raquel|Mónica|Ángela|Dolores|Concepción|Mercedes|Alejandro"
    "|Álvaro|Adrián|Diego|Rubén|Iván|Óscar|Víctor|Roberto|Ramón|Enrique|Vicente|Andrés|Ignacio|Joaquín|Santiago|Eduardo|Jaime"
    "|Marcos|Hugo|Mario|Lorena|Eva|Clara|Inés|Sofía|Valeria|Martina|Natalia|Gabriela|Susana|Yolanda|Verónica|Alicia|Olga|Tomás|Julio|Emilio|Gonzalo|Esther|Lidia|Noelia|Aitor|Iker|Ainhoa|Jordi|Montserrat|Begoña|Encarna|Encarnación|Josefa|Amparo|Consuelo|Felipe|Guillermo|Nicolás|Ricardo|Camila|Valentina|Ximena|Leticia|Gloria|Adela|Fátima|Mohamed|Ahmed"
    "|John|James|Robert|William|Thomas|Mary|Jennifer|Linda|Elizabeth|Susan|Jessica|Sarah|Karen|Emily|Emma|Olivia|Sophia|Anna|Anne"
    "|Daniel|Matthew|Anthony|Mark|Paul|Steven|Andrew|Kevin|Brian|George|Edward|Jason|Jeffrey|Ryan|Jacob|Gary|Nicholas|Eric|Jane|Alice|Laura|Margaret|Nancy|Lisa|Betty|Sandra|Ashley|Kimberly|Donna|Michelle|Carol|Amanda|Melissa|Deborah|Rebecca|Rachel|Helen|Peter|Michael|Christopher|Joseph|Charles|Richard|Lucy|Grace|Hannah|Samantha|Megan|Claire|Oliver|Harry|Jack"
    "|Aaron|Adam|Adriana|Agustín|Alan|Albert|Alex|Alfonso|Alfred|Alfredo|Amelia|Amy|Angela|Ann|Annie|Araceli|Ariadna|Arturo|Barbara|Belén|Ben|Berta|Beth|Bob|Brenda|Bruno|Carl|Carla|Carlota|Caroline|Catalina|Catherine|Cecilia|Chloe|Chris|Christina|Claudia|Colin|Cristian|Cristóbal|Cynthia|César"
    "|Dan|Daniela|Dave|Dennis|Derek|Diana|Donald|Dorothy|Débora|Elisa|Ella|Ellen|Elvira|Emilia|Ernesto|Esteban|Estela|Eugenia|Eugenio|Evan|Fabián|Felisa|Frank|Fred|Félix|Gema|Gerald|Gerardo|Germán|Greg|Gregorio|Gustavo|Harold|Heather|Henry|Héctor|Ian|Inmaculada|Isabella|Ismael|Jacinto|Jake"
    "|Janet|Jeff|Jerry|Jesús|Jim|Joan|Joe|Johnny|Jonatan|Jonathan|Joshua|Joyce|Judith|Judy|Julie|Julián|Justin|Katherine|Kathleen|Kelly|Ken|Kenneth|Lara|Larry|Lauren|Leandro|Leire|Leonardo|Liam|Liz|Lorenzo|Louis|Lucas|Luisa|Macarena|Maite|Manuela|Marc|Mariana|Mariano|Maribel|Marisa"
    "|Marisol|Martin|Martín|Mateo|Matt|Matías|Mauricio|Maximiliano|Mia|Mike|Mireia|Miriam|Nathan|Neil|Nick|Nicole|Nina|Noah|Noemí|Nora|Núria|Octavio|Omar|Oscar|Paloma|Pamela|Patrick|Pepe|Phil|Philip|Ralph|Ramiro|Raymond|Rebeca|Rick|Rodolfo|Rodrigo|Rogelio|Roger|Ronald|Roy|Ruth"
    "|Sam|Samanta|Samuel|Saúl|Sean|Sebastián|Sharon|Shirley|Simon|Simón|Sonia|Sophie|Stephanie|Stephen|Steve|Stuart|Tamara|Terry|Theresa|Tim|Timothy|Tom|Toni|Tony|Tracy|Unai|Valentín|Vanesa|Vanessa|Vicenta|Vincent|Walter|Wendy|Xavier|Zaira|Zoe|Zoë|Íñigo"
)
_SURNAME = r"(?:\s+(?:de\s+|del\s+|de la\s+|[A-Z]\.\s*)?[A-ZÁÉÍÓÚÑ][a-záéíóúñü]{1,20})"
_NAME = rf"\b(?:{_FIRST_NAMES})(?:[ -](?:{_FIRST_NAMES}|Luis|Ángel|Jesús))?{_SURNAME}{{1,3}}"
_FULL_NAME = re.compile(_NAME)
_CARD = re.compile(r"(?<![\w.,/-])\d(?:[ \u00a0.-]?\d){11,18}(?![\w-]|[.,]\d)")
_DNI = re.compile(r"(?i)(?<![\w.])(\d{2}\.?\d{3}\.?\d{3})[ \u00a0-]?([A-HJ-NP-TV-Z])(?!\w)")
_NIE = re.compile(
    r"(?i)(?<!\w)([XYZ])[ \u00a0-]?(\d{7}|\d\.\d{3}\.\d{3})[ \u00a0-]?([A-HJ-NP-TV-Z])(?!\w)"
)
_NUSS = re.compile(r"(?<![\w.])(\d{2})([ /-]?)(\d{8})\2(\d{2})(?!\w)")
_IBAN = re.compile(r"(?i)(?<!\w)[A-Z]{2}[ -]?\d{2}(?:[ -]?[A-Z0-9]){11,28}")
_SSN = re.compile(
    r"(?<![\w-])(\d{3})([- ])(\d{2})\2(\d{4})(?![\w-])|(?i:\b(?:ssn|social security)\D{0,25})(\d{3})(\d{2})(\d{4})(?!\w)"
)
_EMAIL = re.compile(
    r"(?<![\w.+%-])([A-Za-z0-9][A-Za-z0-9._%+-]{0,63})(?:@|\s?[\[(](?:at|arroba)[\])]\s?)((?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,18})\b"
)
_SPOKEN_EMAIL = re.compile(
    r"(?i)(?<![\w.+%-])([a-z0-9](?:[\w.+-]|\s(?:punto|dot|guion|guión|dash|barra baja|underscore)\s){0,63}?)\s?[\[(]?\b(?:at|arroba)\b[\])]?\s?([a-z0-9-]{2,40}(?:\s?[\[(]?(?:dot|punto)[\])]?\s?[a-z]{2,10}){1,2})\b"
)
_IDENTITY = re.compile(r"(?i)\b(?:dni|nif|documento|identidad)\b")
_PHONE = re.compile(
    r"(?<![\w.,/+=#-])(?:(?:\+|00)\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d(?:[ .-]?\d){6,11}"
    r"|(?:\(?\+?34\)?[ .-]?)?[67]\d{2}[ .-]?(?:\d{3}[ .-]?\d{3}|\d{2}[ .-]?\d{2}[ .-]?\d{2})"
    r"|[89]\d{2}[ .-]?(?:\d{3}[ .-]?\d{3}|\d{2}[ .-]?\d{2}[ .-]?\d{2})|9\d[ .-]\d{3}[ .-]\d{2}[ .-]\d{2}"
    r"|(?:1[ .-]?)?\(?[2-9]\d{2}\)?[ .-]\d{3}[ .-]\d{4}|07\d{3}[ ]?\d{6})(?![\w/-]|[.,]\d| ?[€$%])"
)
_IP = re.compile(
    r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]?\d)|(?<![\w:-])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![\w:-])"
    r"|(?<![\w:])2[0-9a-fA-F]{3}:(?:[0-9a-fA-F]{0,4}:){1,6}[0-9a-fA-F]{1,4}(?![\w:])"
)
_PLATE = re.compile(r"(?<![\w-])\d{4}[ -]?[BCDFGHJKLMNPRSTVWXYZ]{3}(?![\w-])")
_NAMED_PLATE = re.compile(
    r"(?i)\b(?:matr[ií]cula|placa|veh[ií]culo|coche|number plate|licen[cs]e plate)s?\W+(?:\w{1,10}\W+){0,3}?((?:\d{4}[ -]?[bcdfghjklmnprstvwxyz]{3}|[a-z]{1,2}-\d{4}-[a-z]{1,2}))(?![\w-])"
)
_PASSPORT = re.compile(
    r"(?i)\b(?:pasaporte|passport)\b[^\n;]{0,40}?(?<![A-Za-z0-9])((?:[A-Z]{1,3}\d{6,8}|\d{9}|[A-Z]{2}\d{2}[A-Z0-9]\d{4}))(?![A-Za-z0-9])"
)
_DATE = (
    r"(?:\d{1,2}[/.-]\d{1,2}[/.-](?:19[2-9]\d|20[0-2]\d)|(?:19[2-9]\d|20[0-2]\d)-\d{2}-\d{2}"
    r"|\d{1,2}(?:º|st|nd|rd|th)? (?:de |of )?[A-Za-z]{3,10},?(?: de| del)? (?:19[2-9]\d|20[0-2]\d)|[A-Z][a-z]{2,8} \d{1,2}(?:st|nd|rd|th)?,? (?:19[2-9]\d|20[0-2]\d))"
)
_BIRTH = re.compile(
    rf"(?i)\b(?:(?:mi |su |la )?fecha de nacimiento|f\. ?(?:de )?nac(?:imiento)?\.?|fecha nac\.?|date of birth|birth ?date|birthday|cumpleaños|d\.?o\.?b\.?)\b[^\n.;]{{0,25}}?{_DATE}|\b(?:nací|i was born)\b[^\n.;]{{0,20}}?{_DATE}"
)
_BORN = re.compile(rf"(?i)\b(?:nacid[oa]|nació|was born|born)\b[^\n.;]{{0,30}}?{_DATE}")
_PRIVATE = re.compile(
    r"(?i)\b(?:mi|mis|my|pacientes?|client[ae]s?|titular|asegurad[oa]|expediente|alumn[oa]|emplead[oa]|usuari[oa]|dni|nie|nif|cuenta|póliza|account|patient|customer|client|employee|policy|student|member|solicitante|reserva|booking|inquilin[oa]|vecin[oa]|contrato|vive|lives|domicili\w*|record|ficha)\b"
)
_INTRODUCED = re.compile(r"(?i)\b(?:soy|me llamo|my name is|i.m|i am)\s(?-i:[A-ZÁÉÍÓÚÑ])")
_STREET = re.compile(
    r"(?:\b(?:[Cc]alle|[Cc]/|[Aa]vda?\.?|[Aa]venida|[Pp]laza|[Pp]za\.?|[Pp]aseo|[Pp]º|[Rr]onda|[Cc]amino|[Cc]arretera|[Tt]raves[ií]a|[Uu]rbanizaci[oó]n|[Cc]allej[oó]n|[Cc]arrer|[Rr]úa)\s?[A-ZÁÉÍÓÚÑdlo][^\n,;:?!]{2,50}?,?\s?(?:n(?:úm(?:ero)?|[ºo°])?\.?\s?)?\d{1,4}(?![\d€])"
    r"|\b\d{1,5}[A-Z]? (?:[NSEW]\.? )?[A-Z][a-z]{2,20}(?: [A-Z][a-z]{2,20}){0,2} (?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Way|Court|Ct|Terrace|Place|Close|Crescent)\b)"
)
_LIVES = re.compile(
    r"(?i)\b(?:viv[oeí]\w{0,3}|mi (?:direcci[oó]n|casa|domicilio)|domicili\w{0,4}|resid(?:o|e|ente|encia)|su direcci[oó]n|direcci[oó]n (?:del cliente|de env[ií]o|postal|particular|de entrega|de casa)|env[ií]\w{0,6} a|entreg\w{0,5} (?:en|a|para)|i live|lives? at|living at|my (?:home )?address|home address|shipping address|resid(?:es|ing)|ship (?:it |this )?to|deliver (?:it |this )?to)\b"
)
_DOOR = re.compile(
    r"\d{1,2}\s?[ºª°]\s?(?:[A-H]\b|izq|dcha|der|puerta|\d)|\bpiso \d|\b(?:izq|dcha)\b|\bApt\.? ?\d|\b\d{5}\b,? [A-ZÁÉÍÓÚ]|\b[A-Z]{2} \d{5}\b|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b"
)
_DISEASE = r"(?:diabetes|diabétic\w|c[aá]ncer|tumor|leucemia|leukemia|linfoma|lymphoma|vih|hiv|sida|aids|depresi[oó]n|depression|esquizofrenia|schizophreni\w|epilepsia|epilepsy|hepatitis|bipolar\w{0,3}|asma|asthma|hipertensi[oó]n|hypertension|parkinson|alzh?[eé]imer|esclerosis|sclerosis|lupus|anorexia|bulimia|tuberculosis|ansiedad|anxiety|insuficiencia|cardiopat[ií]a|infarto|ictus|stroke|covid|s[ií]filis|syphilis|embarazo|aborto|abortion|alcoholismo|alcoholism|adicci[oó]n|addiction|adhd|tdah|autis\w{1,4}|fibromialgia|demencia|dementia|artritis|arthritis|celiaqu[ií]a|trastorno\w?|disorder|enfermedad de crohn|crohn)"
_CLINICAL = re.compile(
    r"(?i)\b(?:pacientes?|patients?|historia cl[ií]nica|medical record|diagn[oó]s\w{1,7}|padece|sufre|suffers|tratamiento|treatment|tratad[oa]|treated|ingresad[oa]|admitted|receta\w{0,2}|prescri\w{1,5}|seropositiv[oa]|positivo en|tested positive|tiene|has|operad[oa]|baja por|en remisi[oó]n|quimioterapia|chemotherapy)\b"
)
_ILL = re.compile(rf"(?i)\b{_DISEASE}\b")
_PUBLIC = re.compile(
    r"(?i)qui[eé]n (?:fue|era|es)\b|who (?:was|is)\b|biograf|biograph|compositora?\b|composer|painter|pintora?\b|escritora?\b|novelist|\bwriter|actor\b|actriz|actress|cantante|singer|\brey\b|\breina\b|\bking\b|\bqueen\b|president|author\b|autora?\b|poetas?\b|\bpoet\b|famos[oa]|famous|hist[oó]ric|history|century|siglo|futbolista|footballer|personaje|character|novela|novel\b|pel[ií]cula|film\b|movie"
)
_BUSINESS = re.compile(
    r"(?i)(?:atenci[oó]n al|servicio de|nuestr[oa]|centralita|ll[aá]manos|call us|contact us|our (?:team|number|line|support|office)|customer (?:service|care|support)|support line|hotline|helpline|recepci[oó]n|emergenc|oficina|tienda|office|store|línea|pedidos?|ticket|referencia|ref\.?|orden|order|n[ºo°]\.? ?(?:de )?(?:serie|pedido|factura)|factura|invoice|tracking|seguimiento|isbn|c[oó]digo|sku|id)\W{0,4}(?:\w{1,14}\W{1,3}){0,6}$"
)
_OWN = re.compile(
    r"(?i)(?:\b(?:mi|my|su|his|her|personal|m[oó]vil|mobile|cell|celular|tel[eé]fono|tlf|phone|whatsapp|ll[aá]m[ae](?:me|rme|l[oae])|call (?:me|him|her)|reach me|contact(?:o|arme|a)|text me|escr[ií]beme)\b)[^\n]{0,40}$"
)
_PERSONALLY = re.compile(
    r"(?i)\b(?:mi|my|her|his|(?<!en )su (?:tel[eé]fono|fijo|n[uú]mero)|ll[aá]m[ae]me|call me|reach me|casa|personal|fijo)\b[^\n]{0,40}$"
)
_MAILBOXES = re.compile(
    r"(?i)(?:info|soporte|support|ayuda|help(?:desk)?|contact[oe]?\w{0,4}|hola|hello|hi|no-?reply|no-?responder|atencion\w{0,20}|clientes?|customer\w{0,12}|ventas|sales|admin\w{0,10}|rgpd|gdpr|lopd|dpo|dpd|privac\w{1,6}|prensa|press|jobs|empleo|careers|talento|rrhh|hr|personas|factura\w{0,8}|billing|invoic\w{1,5}|team|equipo|office|oficina|reservas?|bookings?|pedidos?|orders?|returns?|devoluciones|servic\w{1,6}|webmaster|postmaster|security|seguridad|abuse|newsletter|marketing|comunicacion|secretaria|recepcion|reception|biblioteca|legal|feedback|partners?|git|root|user(?:name)?\d?|usuario\d?|nombre|name|tu(?:correo|email|nombre)?|your?(?:name|email)?|correo|email|mail|test\w{0,5}|ejemplo|example|foo|bar|someone|alguien|me|you|quejas|reclamaciones|incidencias|citas|appointments|media|events?|eventos|shop|tienda|store|enquir\w{1,5}|general|it|sistemas|registro|inscripciones|voluntari\w{1,6}|donaciones|becas|admisiones|matricula\w{0,4}|alerts?|alertas|notifications?|notificaciones|bot|api|dev|devops|ops|compras|proveedores|direccion)(?:[._+-]\w{1,20})?"
)
_EXAMPLE_HOSTS = re.compile(
    r"(?i)(?:[\w-]+\.)*(?:example|ejemplo|exemplo|test|invalid|localhost|domain|dominio|tu\w{4,12}|my\w{4,10}|your\w{4,12}|acme|empresa|company|correo|email|mail|server|host|foo|bar|sitio|site|yourcompany|contoso|fabrikam)(?:\.\w{2,10}){1,2}|(?:[\w-]+\.)+(?:example|test|invalid|local|localhost)"
)
_PERSONS_BOX = re.compile(r"(?i)[a-z]{2,}[._-]?[a-z]*\d*")


@detector(r"[0-9](?:[ .-]?[0-9]){11}|[0-9][ \x{a0}][0-9]{4}[ \x{a0}][0-9]{4}")
def cards(text: Text) -> Iterator[Fault]:
    for found in _CARD.finditer(text.text):
        digits = re.sub(r"\D", "", found[0])
        if is_card(digits) and _grouped_as_card(found[0]):
            yield text.fault(CARD, f"A card number: '{digits[:4]}…{digits[-2:]}'.")
            return


def _grouped_as_card(shown: str) -> bool:
    groups = re.split(r"\D", shown)
    return len(groups) == 1 or (min(map(len, groups[:-1])) > 3 and len(groups) <= 5)


@detector(r"[0-9]{2}\.?[0-9]{3}\.?[0-9]{3}[ \x{a0}-]?[A-Za-z]\b")
def identity_numbers(text: Text) -> Iterator[Fault]:
    for found in _DNI.finditer(text.text):
        digits = found[1].replace(".", "")
        if is_dni(digits, found[2]) and (found[2].isupper() or _IDENTITY.search(text.text)):
            yield text.fault(DNI, f"An identity number: '{digits[:3]}…{found[2]}'.")
            return


@detector(r"(?i)\b[XYZ][ \x{a0}-]?[0-9][0-9.]{6,8}[ \x{a0}-]?[A-Z]\b")
def foreigners_numbers(text: Text) -> Iterator[Fault]:
    for found in _NIE.finditer(text.text):
        if is_nie(found[1] + found[2].replace(".", "") + found[3]):
            yield text.fault(NIE, f"A foreigner's number: '{found[1]}{found[2][:2]}…'.")
            return


@detector(r"[0-9]{2}[ /-]?[0-9]{8}[ /-]?[0-9]{2}\b")
def social_security(text: Text) -> Iterator[Fault]:
    for found in _NUSS.finditer(text.text):
        named = re.search(r"(?i)seguridad social|nuss|\bnaf\b|afiliaci|\bss\b", text.text)
        if is_nuss(found[1] + found[3] + found[4]) and (found[2] or named):
            yield text.fault(NUSS, f"A social security number: '{found[1]}…{found[4]}'.")
            return


@detector(r"(?i)\b[A-Z]{2}[ -]?[0-9]{2}[ -]?[A-Z0-9]{4}[ -]?[A-Z0-9]{4}[ -]?[A-Z0-9]{3}")
def accounts(text: Text) -> Iterator[Fault]:
    for found in _IBAN.finditer(text.text):
        number = re.sub(r"[ -]", "", found[0])
        for length in range(15, len(number) + 1):
            if is_iban(number[:length]):
                yield text.fault(
                    IBAN, f"An account number: '{number[:4]}…{number[length - 2 : length]}'."
                )
                return


@detector(r"\b[0-9]{3}[- ][0-9]{2}[- ][0-9]{4}\b|(?i:\b(?:ssn|social security))")
def us_numbers(text: Text) -> Iterator[Fault]:
    for found in _SSN.finditer(text.text):
        parts = (found[1], found[3], found[4]) if found[1] else (found[5], found[6], found[7])
        dashed = found[2] != " " or re.search(r"(?i)ssn|social security", text.text)
        if dashed and is_ssn(*parts):
            yield text.fault(SSN, f"A social security number: '{parts[0]}-…'.")
            return


@detector(
    r"[A-Za-z0-9](?:@|\s?[\[(](?:at|arroba)[\])]\s?)(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2}|(?i)\b(?:at|arroba)\b[\])]?\s?[a-z0-9-]+\s?[\[(]?\b(?:dot|punto)\b[\])]?\s?[a-z]{2}"
)
def mail(text: Text) -> Iterator[Fault]:
    for found in _EMAIL.finditer(text.text):
        if _is_persons(found[1], found[2], text.text[max(0, found.start() - 60) : found.start()]):
            yield text.fault(EMAIL, f"An e-mail address: {quote(found[1][:3] + '…@' + found[2])}.")
            return
    if spoken := _SPOKEN_EMAIL.search(text.text):
        yield text.fault(EMAIL, f"An e-mail address, spelt out: {quote(spoken[0][:3] + '…')}.")


def _is_persons(box: str, host: str, before: str) -> bool:
    if _MAILBOXES.fullmatch(box) or not _PERSONS_BOX.match(box):
        return False
    if re.search(r"://[^\s]{0,60}$", before):
        return False
    if _EXAMPLE_HOSTS.fullmatch(host):
        own = re.search(r"(?i)\b(?:mi|su|my|his|her|soy)\b[^\n]{0,40}$", before)
        return bool(own) and "." in box
    return True


@detector(
    r"(?:\+|\b00)[0-9]{1,3}[ .(-]|\+[0-9]{9}|[0-9]{3}[ .-]?[0-9]{3}[ .-]?[0-9]{3}|[0-9]{3}[ .-]?[0-9]{2}[ .-]?[0-9]{2}[ .-]?[0-9]{2}|[0-9]{2}[ .-][0-9]{3}[ .-][0-9]{2}|[0-9]{3}[ .-][0-9]{4}\b|\b07[0-9]{3} ?[0-9]{6}"
)
def phones(text: Text) -> Iterator[Fault]:
    for found in _PHONE.finditer(text.text):
        before = text.text[max(0, found.start() - 70) : found.start()].split("\n")[-1]
        if _is_persons_phone(found[0], before):
            yield text.fault(PHONE, f"A telephone number: '{found[0][:6]}…'.")
            return


def _is_persons_phone(shown: str, before: str) -> bool:
    digits = re.sub(r"\D", "", shown)
    spanish = digits.removeprefix("00").removeprefix("34") if len(digits) > 9 else digits
    own = bool(_OWN.search(before))
    if len(set(digits)) < 3 or digits in "01234567890123456789":
        return False
    if not own and _BUSINESS.search(before):
        return False
    if len(spanish) == 9:
        landline = spanish[0] in "89" and spanish[1] != "0"
        return spanish[0] in "67" or (landline and bool(_PERSONALLY.search(before)))
    if re.fullmatch(r"1?8(?:00|33|44|55|66|77|88)\d{7}", digits):
        return False
    if re.fullmatch(r"1?\d{3}55501\d\d", digits):
        return own
    return True


@detector(
    r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b|\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b|\b2[0-9a-fA-F]{3}:[0-9a-fA-F]{0,4}:"
)
def network(text: Text) -> Iterator[Fault]:
    for found in _IP.finditer(text.text):
        if _is_public(found[0]):
            yield text.fault(IP, f"A network address: {quote(found[0])}.")
            return


def _is_public(shown: str) -> bool:
    if "." not in shown and shown[0] + shown[4:5] != "2:":
        return True  # a MAC address
    try:
        return ipaddress.ip_address(shown).is_global
    except ValueError:
        return False


@detector(
    r"\b[0-9]{4}[ -]?[BCDFGHJKLMNPRSTVWXYZ]{3}\b|(?i)\b[a-z]{1,2}-[0-9]{4}-[a-z]{1,2}\b|(?:matr[ií]cula|placa|plate)[^\n]{0,20}[0-9]{4}[ -]?[a-z]{3}\b"
)
def plates(text: Text) -> Iterator[Fault]:
    if found := _PLATE.search(text.text) or _NAMED_PLATE.search(text.text):
        yield text.fault(PLATE, f"A number plate: {quote(found[0])}.")


@detector(
    words(
        (
            r"(?:pasaporte|passport)[^\n;]*[0-9]{6}",
            r"(?:pasaporte|passport)[^\n;]*[A-Z]{2}[0-9]{2}",
        )
    )
)
def passports(text: Text) -> Iterator[Fault]:
    for found in _PASSPORT.finditer(text.text):
        if len(set(found[1])) > 3:
            yield text.fault(PASSPORT, f"A passport number: '{found[1][:3]}…'.")
            return


@detector(
    words(
        (
            "nacimiento",
            r"\bnac\.",
            "fecha nac",
            "birth",
            r"\bd\.?o\.?b\b",
            "cumpleaños",
            "nací",
            "nació",
            "nacid[oa]",
            "born",
        )
    )
)
def births(text: Text) -> Iterator[Fault]:
    found = _BIRTH.search(text.text)
    if not found:
        for born in _BORN.finditer(text.text):
            around = text.text[max(0, born.start() - 120) : born.end() + 60]
            if (_PRIVATE.search(around) or _INTRODUCED.search(around)) and _FULL_NAME.search(
                around
            ):
                found = born
                break
    if found:
        yield text.fault(BIRTH, f"A date of birth: {quote(found[0])}.")


@detector(
    words(
        (
            r"\bcalle\s",
            r"\bc/",
            r"\bavda?\b",
            "avenida",
            "plaza",
            r"\bpza\b",
            "paseo",
            "ronda",
            "camino",
            "carretera",
            "traves[ií]a",
            "urbanizaci",
            "carrer",
            r"rúa\s",
            r"[0-9][A-Z]? [A-Z][\w .]{2,40}(?:street|avenue|road|lane|drive|boulevard|\bst\b|\bave\b|\brd\b|\bln\b|\bdr\b|blvd|\bway\b|court|\bct\b|terrace|close|crescent|place)",
        )
    )
)
def addresses(text: Text) -> Iterator[Fault]:
    for found in _STREET.finditer(text.text):
        around = text.text[max(0, found.start() - 100) : found.end() + 60]
        personal = _FULL_NAME.search(around) or re.search(
            r"(?i)\b(?:vivo|mi (?:direcci|casa|domicilio)|i live|my (?:home )?address)", around
        )
        if personal and (
            _LIVES.search(around) or _DOOR.search(text.text[found.start() : found.end() + 60])
        ):
            yield text.fault(ADDRESS, f"A home address: {quote(found[0])}.")
            return


@detector(rf"(?i:(?:^|[^a-z]){_DISEASE})")
def health(text: Text) -> Iterator[Fault]:
    for sentence in re.split(r"(?<=[.!?\n])\s+|\n", text.text):
        named = _FULL_NAME.search(sentence) if _ILL.search(sentence) else None
        if named and _CLINICAL.search(sentence):
            if _PUBLIC.search(text.text) or _PUBLIC.search(said_by_others(text.example)):
                return
            yield text.fault(HEALTH, f"Health data of a named person: {quote(sentence)}.")
            return
