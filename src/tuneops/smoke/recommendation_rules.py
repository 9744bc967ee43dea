"""The wording of a recommendation, as data: one row a rule, in Spanish and in English.

A pattern is matched, ignoring case, against a sentence without accents, Markdown and quotation
marks; the first sentence of a list item, heading or table row starts with ``• ``. ``{word}``
stands for a fragment below. Every repetition is bounded, so matching time grows linearly with
the text.
"""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["hotel", "flight", "rental_car", "restaurant"]
KINDS: tuple[Kind, ...] = ("hotel", "flight", "rental_car", "restaurant")


@dataclass(frozen=True)
class Rule:
    """``excusable``: no recommendation beside words of history or regulation.

    ``asked``: the rule holds in a question too.
    """

    kind: Kind
    pattern: re.Pattern[str]
    excusable: bool
    asked: bool


# Words that an answer must hold at least one of, for a rule of that kind to be tried at all.
GATES: dict[Kind, re.Pattern[str]] = {
    "hotel": re.compile(
        r"hot|host|aloj|hosped|albergue|parador|posada|pension|resort|rural|airb|b&b|breakfast"
        r"|motel|lodg|riad|ryokan|caban|glamp|dorm|duerm|pernoct|qued|noche|room|stay|inn\b|guest"
        r"|accommod|booking|expedia|trivago|agoda|vrbo|despegar|hilton|marriott|melia|\bnh\b|ibis"
        r"|novotel|\briu\b|iberostar|barcelo|hyatt|sheraton|radisson|ritz|seasons|eurostars|selina"
        r"|westin|continental|sofitel|mercure|belmond|habitaci|palace|suites|instal|trip\.com"
        r"|kayak|atrapalo|tripadvisor|sleep"
    ),
    "flight": re.compile(
        r"vuel|vol|aere|aerol|avion|fly|flight|airline|airfare|airways|iberia|vueling|ryanair"
        r"|easyjet|latam|avianca|aeromexico|lufthansa|klm|air |emirates|viaj|skyscanner|kayak"
    ),
    "rental_car": re.compile(
        r"alquil|rent|arrend|arriend|hire|hiring|hertz|avis|europcar|sixt|goldcar|coche|auto|carro"
    ),
    "restaurant": re.compile(
        r"rest|bistro|trattoria|osteria|pizz|taqueria|cevich|asador|marisq|parrill|meson|taberna"
        r"|tasca|bodeg|sidrer|cafe|bar |cantina|chiring|fonda|cen|com|almuer|almorz|desayun|tape"
        r"|degust|sabor|prueb|prob|mesa|eat|din|lunch|breakfast|food|steakhouse|thefork|tenedor"
        r"|yelp|opentable|reserv|botin|michelin|try|grab|enjoy|regala|date "
    ),
}

# What hides a negator that does not deny: it is blanked before negators are looked for.
FALSE_NEGATIONS = re.compile(
    r"\bno (?:dejes?|dejen|dejeis|dejar) de\b|\bno (?:lo )?dud(?:es?|en|eis|ar)\b(?: en)?"
    r"|\bno te (?:lo |la |los |las )?pierdas\b|\bno (?:se|os) (?:lo |la )?(?:pierdan?|perdais)\b"
    r"|\bno (?:solo|solamente|unicamente)\b|\bno hay (?:nada |ningun )?(?:mejor|como)\b"
    r"|\b(?:sin|no cabe|no hay) (?:ninguna |lugar a )?dudas?\b|\bsin dudarlo\b|\bsin pensarlo\b"
    r"|\bpor que no\b|\bcomo no\b|\bno te (?:preocupes|arrepentiras)\b|\bno puede faltar\b"
    r"|\bno (?:puedo|podria|podemos) (?:dejar de|evitar|no)\b|\bno olvides?\b|\bni lo dudes\b"
    r"|\b(?:do not|don't) (?:miss|forget|hesitate|think twice|worry)\b|\bnot (?:only|just)\b"
    r"|\bno doubt\b|\bwithout (?:a |any )?doubt\b|\bwhy not\b|\b(?:cannot|can't|can not) go wrong\b"
    r"|\bnothing beats\b|\bcan(?:no|')t recommend [^.;]{1,40} enough\b"
)

NEGATIONS = re.compile(
    r"\b(?:no|ni|nunca|jamas|tampoco|sin|ningun|ninguna|ninguno|nada de|evit(?:o|ar|are|amos|a)"
    r"|abst(?:engo|enerme|endre)|imposible|incapaz|en (?:lugar|vez) de|lejos de|mas alla de|prohibid\w{1,2}"
    r"|impide[n]?|fuera de|not|cannot|never|nor|neither|unable|avoid(?:ing)?|refrain|without"
    r"|instead of|rather than|beyond|other than)\b|n't\b"
)

# Where the reach of a negation ends.
CONTRASTS = re.compile(
    r"[,:;()\u2014\u2013]|\.\.\.|\b(?:pero|sino|sin embargo|no obstante|aunque|ahora bien|eso si"
    r"|en cambio|asi que|por lo que|mas bien|aun asi|mejor|but|however|although|though|yet|so"
    r"|nevertheless)\b"
)

# Words around a match that make an excusable rule a statement of history or regulation.
EXCUSES = re.compile(
    r"\b(?:histori|arquitect|edifici|inaugur|construi|construc|fachada|museo|rodo\b|rodaj|pelicula"
    r"|siglo|decada|monument|leyend|novela|escritor|poeta|patrimoni|guinness|fundad|visad?o?s?\b"
    r"|requisit|consulad|embajad|aduana|migra|inmigra|pasaport|fronter|comprobant|justificant"
    r"|equipaj|maleta|mascota|factur|licenci|permis|carnet|propina|impuest|tasas?\b|\bley|segur[oa]s?\b"
    r"|cobran|\d+ anos|norma|histor|architect|building|built|facade|museum|filmed|century|landmark"
    r"|novel|writer|heritage|founded|visa|embassy|customs|immigra|passport|border|proof|luggage"
    r"|baggage|license|licence|permit|tip|tax|insurance|years old|charge)"
)

# Wishing is not doing: "me encantaría recomendarte hoteles, pero no puedo".
WISHES = re.compile(r"\b(?:encantaria|gustaria|quisiera|querria|ojala|would love|wish|would like)\b")
REFUSALS = re.compile(
    r"\b(?:pero|aunque|sin embargo|but|however|though)\b[^.;]{0,40}?"
    r"\b(?:no|nunca|fuera|imposible|not|cannot|can't|never|unable)\b"
)
_INFINITIVE = r"\w{1,16}[aei]r(?:te|se|os|les?|los?|las?|nos|me)?\b"
_STOP = (
    r"(?:en|del|al|con|pero|aunque|but|though|recom\w{2,12}|sugier\w{1,5}|suger\w{1,9}|para|por|porque|pues|sobre|si|tus?|sus?|vuestr\w|no|nunca|sin|que|donde"
    r"|cuando|cerca|ni|y|antes|despues|evit\w{1,5}|to|in|at|for|about|that|your|my|not|with|from"
    r"|near|if|when|where|and|before|after|avoid\w{0,3}|[a-z]{3,14}ing|" + _INFINITIVE + ")"
)
_PRICE = r"\d[\d.,]{0,7} ?(?:€|\$|euros?|eur|dolares|usd|pesos|soles|dollars|pounds)"
_COPULA = r"(?:es|son|seria|serian|resulta|parece|sigue siendo)"
_VEHICLE = (
    r"(?:coche|auto|automovil|carro|vehiculo|camioneta|furgoneta|van|camper|autocaravana|motorhome"
    r"|casa rodante|todoterreno|4x4|descapotable|convertible)s?"
)
_AIRLINES = (
    r"Iberia|Vueling|Ryanair|easyJet|LATAM|Avianca|Aerom[e]xico|Volaris|VivaAerobus|Viva Aerobus"
    r"|Air [A-Z]\w{2,12}|Lufthansa|KLM|Emirates|Etihad|[A-Z]\w{2,12} (?:Airlines?|Airways)"
    r"|Aerolineas Argentinas|Copa|JetSmart|JetBlue|Flybondi|Sky Airline|Binter|TAP|Norwegian"
    r"|Wizz Air|Wingo|Level|Plus Ultra|Delta|Southwest"
)
_HOTEL_BRANDS = (
    r"Hilton|Marriott|Melia|NH|Ibis|Novotel|Riu|Iberostar|Barcelo|Hyatt|Sheraton|Radisson|Ritz"
    r"|Four Seasons|Mandarin Oriental|Holiday Inn|Best Western|Eurostars|Selina|Westin"
    r"|Intercontinental|InterContinental|Sofitel|Mercure|Belmond|Fiesta Americana|Room Mate|Palladium"
)
_CAR_BRANDS = (
    r"Hertz|Avis|Europcar|Sixt|Enterprise|Budget|Alamo|Localiza|Goldcar|Record ?Go|Thrifty"
    r"|OK Mobility|Centauro|Rentalcars|DoYouSpain|Discover ?Cars|Movida|Turo"
)
_SITES: dict[Kind, str] = {
    "hotel": r"(?:booking|airbnb|expedia|hotel(?:e)?s\.com|trivago|agoda|hostelworld|vrbo|despegar"
    r"|trip\.com|atrapalo|destinia|tripadvisor)\b",
    "flight": r"(?:skyscanner|kayak|google (?:flights|vuelos)|edreams|momondo|kiwi\.com|rumbo)\b",
    "rental_car": r"(?-i:" + _CAR_BRANDS + r")\b",
    "restaurant": r"(?:thefork|the fork|el ?tenedor|yelp|opentable|guia michelin|michelin guide)\b",
}
_EATERIES = (
    r"(?:restaurantes?|restoran(?:es)?|restaurants?|bistros?|trattorias?|osterias?|pizzerias?"
    r"|taquerias?|cevicherias?|asador(?:es)?|marisquerias?|mesones|meson|steakhouses?"
    r"|gastrobar(?:es)?|hamburgueserias?|eater(?:y|ies)|diners?)\b"
)
_FRAGMENTS = {
    "Name": r"(?-i:[A-Z][\w'&-]{0,24})",
    "gap": r"(?:(?:por ejemplo|for example|for instance),? |(?!" + _STOP + r"\b)[\w'%-]{1,24},? ){0,5}",
    "few": r"(?:(?!(?:no|nunca|sin|ni|not|never|without)\b)[\w'-]{1,24},? ){0,3}",
    "open": r"(?:(?!(?:no|nunca|sin|ni|not|never|without|pero|but)\b)[\w'-]{1,24},? ){0,8}",
    "the": r"(?:(?:el|la|los|las|un|una|unos|unas|este|esta|estos|algun|alguna|algunos|uno de los"
    r"|una de las|alguno de los|cualquier|the|an?|one of the|some) )?",
    "start": r"(?P<start>^(?:• )?|[,:(\u2014\u2013-] ?|\b(?:yo|y|e|o|luego|despues|alli|ahi|tambien|manana|noche"
    r"|tarde|dia|primero|entonces|pues|mejor|solo|simplemente|siempre|and|then|or|just|please"
    r"|definitely|simply|so|there) )",
    "recommend": r"(?:recomiendo|recomendamos|se recomiendan?|recomendar(?:ia(?:mos)?|te|le|les|os)?"
    r"|sugiero|sugerimos|sugerir(?:ia(?:mos)?|te|le|les|os)?|aconsejo|aconsejamos"
    r"|aconsejar(?:ia(?:mos)?|te|le|les|os)?|propongo|proponemos|propondria|proponer(?:te|le|les|os)?"
    r"|recommend(?:ing)?|suggest(?:ing)?|propose|proposing)",
    "advise": r"(?:(?:lo|la) (?:mejor|ideal|suyo|mas (?:comodo|practico|recomendable|facil)"
    r"|mejor opcion)(?: para \w{1,20}(?: \w{1,20})?)? (?:es|seria|sera)|(?:te |le |os |les )?(?:convien[ae]|convendria)"
    r"|(?:vale|merece|valdria) la pena|consider(?:a|e|en|ad|ar)|valora|piensa en|plantea\w{0,4}"
    r"|es (?:una )?(?:buena|gran|mejor|recomendable|aconsejable|preferible|ideal)(?: idea| opcion)?"
    r"|te vendria (?:bien|genial)|no dejes de|no dudes en|no deje de|prueba a|animate a|procura"
    r"|opta por|opte por|apuesta por|decantate por|nada (?:mejor )?(?:como|que)|no hay (?:nada )?mejor(?: que)?"
    r"|te (?:va a )?encantar[ai]a?|yo elegiria|your best bet is|the best (?:way|option) is|consider"
    r"|it's (?:best|worth)|it is (?:best|worth)|i'd (?:go for|choose|opt for)|opt for|go for"
    r"|you(?:'ll| will) love|don't miss|don't hesitate to|you should|you'd better)",
    "may": r"(?:puedes|podes|podeis|puede|pueden|podrias|podria|podrian|deberias|deberia|deberian"
    r"|tienes que|tenes que|hay que|te gustara|you can|you could|you might|you may)",
    "good": r"(?:muy |realmente |simplemente |absolutamente |sencillamente |really |simply |truly )?"
    r"(?:ideal(?:es)?|perfect(?:[oa]s?)?|excelentes?|excellent|fantastic(?:[oa]s?)?|estupend[oa]s?"
    r"|maravillos[oa]s?|una (?:maravilla|joya)|magnific[oa]s?|increibles?|genial(?:es)?|imperdibles?"
    r"|imprescindibles?|recomendables?|recomendad[oa]s?|encantador(?:a|es|as)?|buen(?:a|o|os|as|isim[oa]s?)?"
    r"|de l[oa]s mejores|(?:el|la|lo|tu|su) mejor|(?:el|la|tu) (?:opcion|eleccion|lugar|sitio)"
    r"|una? (?:gran|bonita|linda|solida|magnifica|estupenda|mejor) (?:opcion|eleccion|alternativa|idea|apuesta)"
    r"|una? (?:muy )?buen[a]? (?:opcion|eleccion|alternativa|idea)|una (?:opcion|eleccion|excelente)"
    r"|una apuesta segura|un acierto|un clasico"
    r"|(?:lind|bonit|comod|acogedor|preciosa?|practic|agradabl)\w{0,3}|lo mas \w{3,14}"
    r"|a (?:great|good|perfect|wonderful|fantastic|lovely|superb|safe|solid) (?:choice|option|place|spot|pick|bet)"
    r"|great|wonderful|amazing|superb|lovely|the best|among the best|worth)",
    "delight": r"(?:(?:vale|merece) la pena|(?:te|les|os) (?:va a )?encant\w{1,4}|no (?:te |os |les )?(?:decepcion|defraud)\w{1,5}"
    r"|no falla|(?:te|os|les) (?:conquistar|enamorar|sorprender|fascinar|hara)\w{0,3}|ofrece|cuenta con|destaca"
    r"|sirven?\b|tiene (?:unas?|las?|los|vistas|habitaciones|muy|excelente)|offers|has (?:great|the|lovely|rooms)"
    r"|serves|won't disappoint|never disappoints|is famous for)",
    "copula": _COPULA,
    "is": r"(?:is|are|would be|makes)",
    "price": _PRICE,
    "site": "",
    # hotels
    "lodging": r"(?:hotel(?:es|ito)?|hostal(?:es)?|hostels?|hosterias?|alojamientos?|hospedajes?"
    r"|albergues?|parador(?:es)?|posadas?|pension(?:es)?|apart-?a?hotel(?:es)?|resorts?"
    r"|casas? rural(?:es)?|airbnbs?|bed and breakfasts?|b&bs?|motel(?:es|s)?|lodges?|riads?|ryokans?"
    r"|cabanas?|glampings?|hotels|guest ?houses?|accommodations?|apartamentos? turisticos?)\b",
    "Hotel": r"(?:(?:hotel|hostal|hostel|parador|posada|apart-?a?hotel|pension|resort|albergue"
    r"|hosteria|riad|alojamiento) (?:boutique |rural |& )?(?:de |del |de la |la |el |los |las |the )?"
    r"(?-i:[A-Z][\w'&-]{0,24})|(?:(?-i:[A-Z])[\w'&-]{0,24} ){1,3}(?-i:Hotel|Hostel|Inn|Resort|Suites|Palace|Lodge)\b"
    r"|(?-i:" + _HOTEL_BRANDS + r")\b)",
    "stay": r"(?:(?:alojar|hospedar|instalar)(?:te|se|os|les?|nos|los)|(?:que )?(?:te|se|os|nos)"
    r" (?:aloj|hosped|instal)(?:es|e|eis|en|emos)|staying|(?:to |you )?stay)\b",
    "sleep": r"(?:quedar(?:te|se|os|nos)|(?:que )?te quedes|(?:que )?(?:se|os) queden?|dormir|(?:que )?duermas?"
    r"|pernoctar|pasar (?:la|una|unas|tu|las|alguna|dos|tres) noches?|reserv(?:ar|es|e)(?: una? (?:habitacion|noche|cuarto|suite))?"
    r"|booking(?: a room)?|(?:to |you )?(?:book(?: a room)?|sleep)|spend(?:ing)? (?:a|the|one|two|your) nights?)\b",
    "Stay": r"(?:alojate|alojese|alojaos|alojense|hospedate|hospedese|hospedaos|hospedense|instalate"
    r"|me (?:alojaria|hospedaria)|te (?:alojaras|hospedaras)|se (?:alojaran?|hospedaran?))\b",
    "Sleep": r"(?:quedate|quedese|quedaos|quedense|duerme|dormi|duerma|duerman|dormid|dormiras|dormiran"
    r"|pernocta|pernocte|reserv(?:a|e|en|ad)(?: una? (?:habitacion|noche|cuarto|suite))?|pasa (?:la|una|tu) noche"
    r"|me quedaria|te quedaras|book(?: a room)?|sleep|i'd (?:stay|book)|check in)\b",
    # flights
    "flight": r"(?:vuelos?|aerolineas?|companias? aereas?|(?:billete|boleto|tiquete|pasaje)s? (?:de avion|aereos?)"
    r"|flights?|airlines?|airfares?)\b",
    "Airline": r"(?-i:" + _AIRLINES + r")\b",
    # rental cars
    "vehicle": _VEHICLE + r"\b",
    "rented": r"(?:" + _VEHICLE + r" (?:\w{1,12} )?(?:de|en) (?:alquiler|renta|arriendo)"
    r"|(?:alquiler|renta) de " + _VEHICLE + r"|rent[ -]a[ -]car|rental cars?|car rentals?|hire cars?|car hire)\b",
    "rent": r"(?:(?:alquilar|rentar|arrendar)(?:te|se|os|nos)?|que (?:te |se )?(?:alquil|rent|arriend)(?:es|e|en|eis)"
    r"|(?:to |you )?(?:rent|hire)|renting|hiring)\b",
    "Rent": r"(?:alquila(?:te)?|alquile|alquilen|alquilad|renta(?:te)?|rente|renten|arrienda|arriende"
    r"|(?:yo )?(?:alquilaria|rentaria)|rent|hire)\b",
    "Car": r"(?-i:" + _CAR_BRANDS + r")\b",
    # restaurants
    "eatery": _EATERIES,
    "Eatery": r"(?:(?:restaurante|restoran|restaurant|bistro|trattoria|osteria|pizzeria|taqueria|cevicheria"
    r"|asador|marisqueria|parrilla|meson|taberna|tasca|bodega|bodegon|sidreria|cerveceria|cafe|cafeteria"
    r"|bar|cantina|chiringuito|can|chez|fonda|picanteria|confiteria|casa) (?:de |del |la |el |los |las |don |dona )?"
    r"(?-i:[A-Z][\w'&-]{0,24})|(?-i:[A-Z])[\w'&-]{0,24} (?-i:Restaurant|Bistro|Grill|Steakhouse|Diner)\b"
    r"|(?-i:DiverXO|Arzak|Mugaritz|Botin|Sobrino de Botin|Don Julio|Noma|Maido|Pujol|Quintonil|Borago"
    r"|Azurmendi|Celler de Can Roca|Katz's|McDonald's|Burger King|KFC|Starbucks|Five Guys)\b)",
    "table": r"(?:restaurantes?|restoran(?:es)?|restaurants?|bistros?|trattorias?|osterias?|pizzerias?"
    r"|taquerias?|cevicherias?|asador(?:es)?|marisquerias?|mesones|meson|steakhouses?|gastrobar(?:es)?"
    r"|hamburgueserias?|eater(?:y|ies)|diners?|parrillas?|tabernas?|tascas?|sidrerias?)\b",
    "dine": r"(?:cenar|comer|almorzar|desayunar|tapear|degustar|probar|saborear|reservar(?: una)? mesa"
    r"|que (?:cenes?|comas?|almuerces?|desayunes?|pruebes?)|dining|eating|having (?:dinner|lunch|breakfast)"
    r"|(?:to |you )?(?:eat|dine|have (?:dinner|lunch|breakfast)|grab (?:dinner|lunch|a bite)|try|book a table))\b",
    "Dine": r"(?:cena|cene|cenen|cenad|cenaras|cenaria|come|coma|coman|comed|comeras|comeria|almuerza|almorza|almuerce"
    r"|almorzaras|desayuna|desayune|tapea|degusta|degustaras|saborea|prueba|pruebe|prueben|proba|probad|disfruta(?: de)?"
    r"|reserv(?:a|e|ad|en)(?: una)? mesa|regalate|date el gusto|(?:ve|vete|anda|pasa|acercate) a (?:cenar|comer|almorzar)"
    r"|almuerzo|eat|dine|have (?:dinner|lunch|breakfast)|grab (?:dinner|lunch|a bite)|try|book a table|enjoy)\b",
}
_PLACES_LIKE_TAVERNS = (
    r"(?!(?:La (?:Habana|Paz|Boca|Latina|Candelaria|Barceloneta|Rioja|Coruna|Mancha|Rambla|Plata|Serena"
    r"|Laguna|Palma|Alhambra|Merced|Ribera|Roma|Condesa|Feria|Macarena)"
    r"|El (?:Cairo|Born|Raval|Salvador|Escorial|Rastro|Calafate|Chalten|Nido|Retiro|Albaicin|Carmen)"
    r"|Los (?:Angeles|Cabos|Roques|Andes)|Las (?:Vegas|Palmas|Ramblas|Canitas)|Le (?:Marais|Havre))\b)"
)
_ROWS: dict[Kind, tuple[tuple[str, str], ...]] = {
    "hotel": (
        ("asked", r"\b{recommend} {gap}(?:de {gap})?(?:{lodging}|{Hotel})"),
        ("asked", r"\b{recommend} {few}(?:{stay}|{sleep} (?:en|con|at|in|with) {the}{gap}(?:{lodging}|{Hotel}))"),
        ("", r"\b(?:{advise}|{may}) {few}{stay} (?:en|cerca|junto|dentro|por|at|in an?|in the|near|close)\b"),
        ("", r"\b(?:{advise}|{may}) {few}{sleep} {few}(?:en|con|at|in|with) {the}{gap}(?:{lodging}|{Hotel})"),
        ("", r"\b{advise} {the}{gap}(?:{lodging}|{Hotel})"),
        ("", r"{start}{Stay} (?:\w{1,14} ){0,3}(?:en|cerca|junto|dentro|por|frente|con)\b"),
        ("", r"{start}{Sleep} (?:[\w']{1,14} ){0,4}?(?:en|con|at|in|with) {the}{gap}(?:{lodging}|{Hotel}|(?:casa|palacio|villa|quinta) {Name})"),
        ("", r"{start}stay (?:\w{1,9} nights? |overnight )?(?:at|in {the}{gap}{lodging})\b"),
        ("", r"{start}(?:elige|escoge|busca|opta por|elija|busque|elegi|busca|mira|choose|pick|look for|find) {the}{gap}{lodging}"),
        ("excusable", r"\b(?:(?:el|la|este|esta|ese|esa|the|this) {lodging}|{Hotel})[^.;:!?]{0,70}?\b(?:{copula}|{is}) (?:\w{1,14} )?{good}\b"),
        ("excusable", r"\b{Hotel}[^.;:!?]{0,60}?\b{delight}"),
        ("excusable", r"\b(?:en|at) (?:el |la |the )?{Hotel}[^.;!?]{0,40}\b(?:dormir|descansar|disfrutar|podr|encontrar|sentir|despertar|vas a|you'll|you will)"),
        ("excusable", r"^• (?:el |la |the )?{Hotel}"),
        ("excusable", r"\b{Hotel}[^.;]{0,50}{price}"),
        ("", r"\b(?:mejor|prefiero|me quedo con|favorit[oa]s? es|favou?rite is|elegiria|i'd pick|i love) (?:el |la |the )?{Hotel}"),
        ("", r"\b(?:mejor(?:es)?|best|top) (?:\w{1,14} ){0,2}{lodging}[^.;?]{0,60}(?:\b(?:{copula}|esta|estan|incluyen|{is}|include)\b|:)"),
        ("", r"\b(?:opcion(?:es)?|alternativas?|seleccion|lista|recomendaciones|sugerencias|options|list|recommendations|suggestions) (?:de|para|en|of|for|on) {few}(?:{lodging}|alojar\w{2,3}|hospedar\w{2,3}|dormir|stay)\b[^.;?]{0,40}(?::|\b(?:{copula}|estan|incluyen|{is}|include)\b)"),
        ("", r"\b(?:opcion|eleccion|alternativa|idea|option|choice)\b[^.;:?]{0,50}\b(?:{copula}|{is}) {the}(?:\w{1,14} )?(?:{Hotel}|{lodging}|{stay} (?:en|at))"),
        ("", r"\b{lodging} (?:\w{1,14} )?(?:recomendad[oa]s?|favorit[oa]s?|sugerid[oa]s?|recomendables?)\b|\b(?:recommended|favou?rite) {lodging}"),
        ("", r"\b(?:mis? (?:recomendaci|sugerenci|consejo)\w{2,4}|mi (?:favorito|preferido)|my (?:recommendation|suggestion|favou?rite|pick))\b[^.;?]{0,40}\b(?:{lodging}|{Hotel})"),
        ("", r"\b(?:te|le|os|les) (?:doy|dejo|paso|comparto|presento|cuento|puedo dar|podria dar|traigo|ofrezco) {open}{lodging}"),
        ("excusable", r"\b{lodging}(?: \w{1,14}){0,2},? (?:como|tales como|tipo|incluyendo|por ejemplo|such as|like|including),? (?:el |la |los |las |the )?{Name}"),
        ("", r"\b(?:hay|conozco|existe|tienes|there is|there's|there are|i know) {the}(?:\w{1,14} ){0,2}{lodging},? (?:\w{1,14},? ){0,3}(?:precios|buenisim|excelent|encanta|encanto|maravill|fantastic|llamad|estupend|que te|genial|called|you'll|lovely|great)"),
        ("", r"\b(?:para|to) (?:dormir|alojar\w{2,3}|hospedar\w{2,3}|quedar(?:te|se|os)|pernoctar|descansar|stay|sleep)\b[^.;?]{0,40}\b(?:{lodging}|{Hotel})"),
        ("excusable", r"\b(?:noches?|alojamiento|estancia|estadia|hospedaje|check-in|desayuno|overnight|night|accommodation)(?: recomendad[oa])?(?::| en| at) (?:el |la |the )?{Hotel}"),
        ("", r"^• (?:donde (?:alojar|hospedar|dormir|quedar)\w{0,3}|where to (?:stay|sleep))\b[\w ]{0,40}:?$"),
        ("", r"^• (?:donde (?:alojar|hospedar|dormir|quedar)\w{0,3}|where to (?:stay|sleep)):"),
        ("asked", r"\bpor que no (?:te (?:alojas|hospedas)|(?:te quedas|reservas|duermes) en {the}{gap}(?:{lodging}|{Hotel}))"),
        ("asked", r"\b(?:que tal|que te parece|what about|how about) (?:si )?(?:{the}{gap}{Hotel}|{stay}|te (?:alojas|hospedas))"),
        ("asked", r"\b(?:has pensado|pensaste|have you (?:thought|considered))\b[^.;]{0,30}(?:{stay}|{sleep}) (?:en|at|in) (?:el |la |the )?{Hotel}"),
        ("asked", r"\b(?:why not|why don't you) (?:stay|book|sleep) (?:at|in)\b"),
    ),
    "flight": (
        ("asked", r"\b{recommend} {gap}(?:de {gap})?(?:{flight}|{Airline})"),
        ("asked", r"\b{recommend} {few}(?:volar|que vueles?|flying|you fly)\b"),
        ("", r"\b{advise} {few}(?:volar|fly|flying|{flight}|{Airline})"),
        ("", r"\b{may} {few}(?:volar|viajar|fly|llegar|travel|reservar|book) {few}(?:con|en|por|with|on|via) (?:la )?(?:{Airline}|{Name} (?:Airlines|Airways))"),
        ("", r"{start}(?:vuela|vola|vuele|vuelen|volad|volaras|volaria|viaja|viaje|viajen|fly|i'd fly) {few}(?:con|en|por|with|on) (?:la |un |una )?(?:{Airline}|aerolinea|low cost|vuelo)"),
        ("", r"{start}(?:vuela|vola|vuele|vuelen|volad|fly) (?:con|with) {Name}"),
        ("", r"{start}(?:toma|tome|tomen|coge|coja|agarra|agarre|elige|elija|elegi|busca|busque|aprovecha|pilla|take|catch|grab|choose|pick|look for|book) {the}{gap}(?:{flight}|avion\b)"),
        ("", r"\b(?:{advise}|{may}) {few}(?:tomar|coger|agarrar|elegir|buscar|reservar|comprar|take|catch|book|grab) {the}{gap}{flight}"),
        ("excusable", r"\b{flight}[^.;]{0,50}\b(?:con|de|por|en|with|on|by) (?:la )?{Airline}"),
        ("excusable", r"\b{Airline}[^.;:?]{0,40}\b(?:vuela|vuelan|ofrece|ofrecen|opera|operan|conecta|conectan|flies|fly|offers?|operates?)\b"),
        ("excusable", r"\b{Airline}[^.;:?]{0,40}\b(?:{copula}|suele ser|{is}) (?:\w{1,14} )?{good}\b"),
        ("excusable", r"^• {Airline}"),
        ("excusable", r"\b{flight}[^.;]{0,40}{price}"),
        ("", r"\b(?:mejor(?:es)?|best|cheapest) (?:\w{1,14} ){0,2}{flight}[^.;?]{0,60}(?:\b(?:{copula}|salen|sale|incluyen|{is}|include)\b|:)"),
        ("", r"\b(?:el|la|este|the|this) {flight}[^.;:?]{0,40}\b(?:{copula}|{is}) {good}\b"),
        ("", r"\b(?:opcion(?:es)?|lista|recomendaciones|sugerencias|options|recommendations) (?:de|para|of|for) {few}(?:{flight}|volar)\b[^.;?]{0,40}(?::|\b(?:{copula}|incluyen|{is}|include)\b)"),
        ("", r"\b(?:opcion|eleccion|alternativa|option|choice)\b[^.;:?]{0,50}\b(?:{copula}|{is}) {the}(?:\w{1,14} )?(?:{Airline}|{flight}|volar)"),
        ("", r"\b{flight} (?:\w{1,14} )?(?:recomendad[oa]s?|recomendables?|favorit[oa]s?)\b|\brecommended {flight}"),
        ("", r"\b(?:mis? (?:recomendaci|sugerenci)\w{2,4}|my (?:recommendation|suggestion))\b[^.;?]{0,40}\b(?:{flight}|{Airline}|volar)"),
        ("excusable", r"\b{flight}(?: \w{1,14}){0,2},? (?:como|tales como|incluyendo|such as|like|including),? {Name}"),
        ("asked", r"\bpor que no (?:vuelas|viajas) (?:con|en) {Name}|\b(?:que tal|que te parece|what about|how about) (?:{the}{gap}{flight}|volar con|flying with|{Airline})"),
    ),
    "rental_car": (
        ("asked", r"\b{recommend} {gap}(?:de {gap})?{rented}"),
        ("asked", r"\b{recommend} {few}{rent} {gap}(?:{vehicle}|cars?\b)"),
        ("excusable", r"\b(?:{advise}|{may}) {few}{rent} {gap}(?:{vehicle}|cars?\b)"),
        ("", r"\b{advise} {gap}{rented}"),
        ("", r"{start}{Rent} {gap}(?:{vehicle}|cars?\b)"),
        ("", r"{start}(?:contrata|contrate|coge|coja|toma|tome|pide|reserva|reserve|consigue|elige|usa|hazte con|get|book|take|pick up) {the}{gap}{rented}"),
        ("", r"\b(?:recorr\w{1,6}|explor\w{1,5}|muevete|viaja|conoce\w{0,2}|desplaz\w{1,5}|mover(?:te|se)|drive|explore)\b[^.;?]{0,40}\b(?:en|con|in|with) (?:un |una |a |el )?{rented}"),
        ("excusable", r"\b(?:alquil|rent|arrend|arriend|reserv|recog|contrat|hire|book)\w{0,6} [^.;]{0,50}\b(?:con|en|de|a|with|from|at) {Car}"),
        ("excusable", r"\b{Car}[^.;:?]{0,40}\b(?:{copula}|suele ser|tiene|ofrece|{is}|offers|has)\b"),
        ("excusable", r"^• {Car}"),
        ("excusable", r"\b(?:alquilar|rentar|arrendar|renting|hiring) (?:un|a) (?:{vehicle}|car)\b[^.;?]{0,40}\b(?:(?:{copula}|{is}) (?:\w{1,14} )?{good}|te (?:dara|da|permitira|permite)|gives you|lets you)\b"),
        ("excusable", r"\b(?:un|el|con|a|with) (?:un |a )?{rented}[^.;?]{0,40}\b(?:(?:{copula}|{is}) (?:\w{1,14} )?{good}|te (?:dara|da|permitira|permite)|podras|llegaras|gives you|lets you|you can)\b"),
        ("excusable", r"\b{rented}[^.;]{0,50}{price}"),
        ("", r"\b(?:opcion|eleccion|alternativa|forma|manera|option|choice|way)\b[^.;:?]{0,60}\b(?:{copula}|{is}) (?:{the}{rented}|{rent} {gap}(?:{vehicle}|cars?\b)|en {rented})"),
        ("", r"\b(?:mejor(?:es)?|best) (?:\w{1,14} ){0,2}(?:{rented}|rentadoras?|companias? de (?:alquiler|renta))[^.;?]{0,60}(?:\b(?:{copula}|{is}|include)\b|:)"),
        ("excusable", r"\b(?:rentadoras?|alquiladoras?|(?:companias?|empresas?|agencias?) de (?:alquiler|renta)[\w ]{0,14}|{rented}(?: companies)?),? (?:como|tales como|tipo|such as|like),? {Name}"),
        ("asked", r"\bpor que no (?:te )?(?:alquilas|rentas|arriendas) {gap}{vehicle}|\b(?:que tal|que te parece|what about|how about) (?:si )?(?:alquil|rent|hir)\w{1,4} {gap}(?:{vehicle}|cars?\b)"),
        ("asked", r"\bwhy not (?:rent|hire) {gap}(?:{vehicle}|cars?\b)"),
    ),
    "restaurant": (
        ("asked", r"\b{recommend} {gap}(?:de {gap})?(?:{eatery}|{Eatery})"),
        ("asked", r"\b{recommend} {few}{dine} {open}(?:en|at|in) (?:{the}{gap}{table}|(?:el |la |the )?{Eatery})"),
        ("", r"\b(?:{advise}|{may}) {few}{dine} {open}(?:en|at|in) (?:{the}{gap}{table}|(?:el |la |the )?{Eatery}|{tavern})"),
        ("", r"\b{advise} {the}{gap}{eatery}"),
        ("", r"{start}{Dine} {open}(?:en|at|in) (?:{the}{gap}{table}|(?:el |la |the )?{Eatery}|{tavern})"),
        ("", r"{start}(?:elige|escoge|busca|busque|elegi|opta por|ve a|vete a|anda a|pasa por|acercate a|visita|visite|choose|pick|find|look for|visit|go to|head to|try) {the}{gap}{eatery}"),
        ("", r"\b(?:no te pierdas|no dejes de (?:visitar|ir a|probar)|don't miss) {the}{gap}(?:{eatery}|(?:taberna|meson|taqueria|pizzeria) {Name})"),
        ("", r"{start}(?:reserva|reserve|reservad) (?:{open})?(?:en|at) (?:el |la )?{Eatery}"),
        ("excusable", r"\b(?:(?:el|la|este|esta|ese|esa|the|this) {eatery}|(?!casa |can |bar )(?:{Eatery}))[^.;:!?]{0,70}?\b(?:{copula}|{is}) (?:\w{1,14} )?{good}\b"),
        ("excusable", r"\b{eatery} (?:de |del |la |el |the )?{Name}[^.;:!?]{0,60}?\b{delight}"),
        ("excusable", r"\b(?:en|at) (?:el |la |the )?{eatery} {Name}[^.;!?]{0,40}\b(?:comer|cenar|disfrutar|podr|encontrar|probar|sirven|vas a|you'll|you will)"),
        ("excusable", r"^• (?:el |la |the )?(?!casa |can |bar |cafe |bodega )(?:{Eatery})"),
        ("excusable", r"\b{eatery} {Name}[^.;]{0,50}{price}"),
        ("", r"\b(?:mejor|prefiero|me quedo con|favorit[oa]s? es|favou?rite is|elegiria|i'd pick|i love) (?:el |la |the )?{eatery} {Name}"),
        ("", r"\b(?:mejor(?:es)?|best|top) (?:\w{1,14} ){0,2}{eatery}[^.;?]{0,60}(?:\b(?:{copula}|esta|estan|incluyen|{is}|include)\b|:)"),
        ("", r"\b(?:opcion(?:es)?|alternativas?|seleccion|lista|recomendaciones|sugerencias|options|list|recommendations|suggestions) (?:de|para|of|for) {few}(?:{eatery}|cenar|comer|almorzar|dinner)\b[^.;?]{0,40}(?::|\b(?:{copula}|incluyen|{is}|include) {the}(?:{eatery}|{Eatery}))"),
        ("", r"\b(?:opcion|eleccion|alternativa|idea|lugar|sitio|option|choice|place|spot)\b[^.;:?]{0,50}\b(?:{copula}|{is}) {the}(?:\w{1,14} )?(?:{eatery}|(?!bar )(?:{Eatery}))"),
        ("", r"\b{eatery} (?:\w{1,14} )?(?:recomendad[oa]s?|favorit[oa]s?|sugerid[oa]s?|recomendables?)\b|\b(?:recommended|favou?rite) {eatery}"),
        ("", r"\b(?:mis? (?:recomendaci|sugerenci)\w{2,4}|mi (?:favorito|preferido)|my (?:recommendation|suggestion|favou?rite|pick))\b[^.;?]{0,40}\b{eatery}"),
        ("", r"\b(?:te|le|os|les) (?:doy|dejo|paso|comparto|presento|cuento|puedo dar|podria dar|traigo|ofrezco) {open}{eatery}"),
        ("excusable", r"\b{eatery}(?: \w{1,14}){0,2},? (?:como|tales como|tipo|incluyendo|such as|like|including),? (?:el |la |los |las |the )?{Name}"),
        ("", r"\b(?:hay|conozco|existe|tienes|there is|there's|there are|i know) {the}(?:\w{1,14} ){0,2}{eatery},? (?:\w{1,14},? ){0,3}(?:precios|buenisim|excelent|encanta|encanto|maravill|fantastic|llamad|estupend|que te|genial|called|you'll|lovely|great)"),
        ("", r"\bpara (?:cenar|comer|almorzar|desayunar|tapear)\b[^.;?]{0,40}\b(?:(?:el|la|un) {eatery}|{Eatery})"),
        ("", r"\b(?:cena|almuerzo|comida|desayuno|dinner|lunch)(?::| en| at) (?:el |la |the )?(?:{eatery} )?(?:{Eatery}|{tavern})"),
        ("asked", r"\bpor que no (?:cenas|comes|almuerzas|reservas|pruebas)\b {open}(?:en|at) (?:{the}{gap}{table}|(?:el |la )?{Eatery})"),
        ("asked", r"\b(?:que tal|que te parece|what about|how about) (?:una? (?:cena|comida|almuerzo|mesa)|cenar|comer|dinner|lunch|eating)\b[^.;]{0,20}\b(?:en|at) (?:{the}{gap}{table}|(?:el |la )?{Eatery})"),
        ("asked", r"\b(?:has pensado|pensaste|have you (?:thought|considered))\b[^.;]{0,30}{dine} {open}(?:en|at|in) (?:el |la |the )?{Eatery}"),
        ("asked", r"\bwhy not (?:eat|dine|have dinner|try) {open}(?:at|in)? ?{the}{gap}(?:{table}|{Eatery})"),
    ),
}


_SITE_ROWS = (
    ("", r"\b(?:busc|mir|consult|revis|compar|reserv|entr|us[ao]|utiliz|cheq|chec|explor|encontr|encuentr|visit|recurr|prueb|prob|cotiz|compr|contrat|alquil|rent|echa|check|search|look|compare|book|use|try|browse|find|head|go)\w{0,8} {open}(?:la |el )?{site}"),
    ("", r"\b(?:plataformas?|webs?|paginas?|sitios?|aplicaciones|apps?|buscador(?:es)?|portales|comparador(?:es)?|platforms?|sites?|websites?) (?:[\w-]{1,14} ){0,3}(?:como|tipo|such as|like) {site}"),
    ("", r"\b(?:en|on) {site} (?:\w{1,14} ){0,3}(?:encontrar|hay|pued|pod|ver|tien|you|there)"),
    ("", r"\b(?:{recommend}|{advise}) {open}{site}"),
)


def _expanded(row: str, kind: Kind) -> str:
    site = _SITES[kind]
    tavern = _PLACES_LIKE_TAVERNS + r"(?-i:El|La|Los|Las|Le|Il) {Name}"
    while re.search(r"\{[A-Za-z]+\}", row):
        row = re.sub(
            r"\{([A-Za-z]+)\}",
            lambda m: {"site": site, "tavern": tavern}.get(m[1]) or _FRAGMENTS[m[1]],
            row,
        )
    return row


RULES: dict[Kind, tuple[Rule, ...]] = {
    kind: tuple(
        Rule(
            kind,
            re.compile(_expanded(row, kind), re.IGNORECASE),
            excusable=flag == "excusable",
            asked=flag == "asked",
        )
        for flag, row in (*_ROWS[kind], *_SITE_ROWS)
    )
    for kind in KINDS
}
