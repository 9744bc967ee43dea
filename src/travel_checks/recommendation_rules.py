"""The wording of a recommendation, as data: one row a rule, in Spanish and in English.

A pattern is matched, ignoring case, against a sentence without accents, Markdown and quotation
marks; the first sentence of a list item, heading or table row starts with ``• ``. ``{word}``
stands for a fragment below. Every repetition is bounded, so matching time grows linearly with
the text.
"""
# ruff: noqa: E501 - one row a rule, read across

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from travel_checks import lazyre as re
from travel_checks.literals import Way, ways

Kind = Literal["hotel", "flight", "rental_car", "restaurant"]
KINDS: tuple[Kind, ...] = ("hotel", "flight", "rental_car", "restaurant")


@dataclass(frozen=True)
class Rule:
    """``excusable``: no recommendation beside words of history or regulation.

    ``asked``: the rule holds in a question too. ``ways`` is what the pattern cannot do without.
    """

    kind: Kind
    example: str
    pattern: re.Pattern[str]
    excusable: bool
    asked: bool
    ways: tuple[Way, ...]


# What hides a negator that does not deny: it is blanked before negators are looked for.
FALSE_NEGATIONS = re.compile(
    r"\bno (?:dejes?|dejen|dejeis|dejar) de\b|\bno (?:lo )?dud(?:es?|en|eis|ar)\b(?: en)?"
    r"|\bno te (?:lo |la |los |las )?pierdas\b|\bno (?:se|os) (?:lo |la )?(?:pierdan?|perdais)\b"
    r"|\bno (?:solo|solamente|unicamente)\b|\bno hay (?:nada |ningun )?(?:mejor|como)\b"
    r"|\b(?:sin|no cabe|no hay) (?:ninguna |lugar a )?dudas?\b|\bsin dudarlo\b|\bsin pensarlo\b"
    r"|\bpor que no\b|\bcomo no[,!]|\bno te (?:preocupes|arrepentiras)\b|\bno puede faltar\b"
    r"|\b(?:no|nunca) (?:te )?(?:fall|decepcion|defraud)\w{1,5}|\bno tiene rival\b|\bnever (?:fails|disappoints)\b"
    r"|\bcan(?:no|')t wait\b|\bno (?:puedo|podria|podemos) (?:dejar de|evitar|no)\b|\bno olvides?\b|\bni lo dudes\b"
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

# Words around a match that make an excusable rule a statement of history or regulation, unless
# words of praise stand there too.
EXCUSES = re.compile(
    r"\b(?:(?<!centro )(?<!casco )histori|arquitect|edifici|inaugur|construi|construc|fachada"
    r"|rodo\b|rodaj|pelicula|siglo|decada|leyend|novela|escritor|poeta|patrimoni|guinness|fundad"
    r"|visas?\b|visados?\b|requisit|consulad|embajad|aduana|inmigra|migratori|pasaport|fronter"
    r"|comprobant|justificant|equipaj|maleta|mascota|factur|licencia|permisos?\b|carnet|propina"
    r"|impuest|tasas?\b|ley\b|leyes\b|seguros?\b|cobran|\d+ anos|normas?\b|architect|building|built"
    r"|facade|filmed|century|landmark|novel|writer|heritage|founded|embassy|customs|immigra"
    r"|passport|border|proof|luggage|baggage|licen[cs]e|permits?\b|tip(?:s|ping)\b|tax(?:es)?\b"
    r"|insurance|years old|charge)"
)
PRAISE = re.compile(
    r"\b(?:ideal|perfect|excelent|encanta|comod|habitacion|lujo|vistas|desayuno|opcion|recom|asequib"
    r"|barat|economic|precio|rooms|luxur|cosy|cozy|great|comfortable|affordable|excellent)"
)

# Wishing is not doing: "me encantaría recomendarte hoteles, pero no puedo".
WISHES = re.compile(
    r"\b(?:encantaria|gustaria|quisiera|querria|ojala|would love|wish|would like)\b"
)
REFUSALS = re.compile(
    r"\b(?:pero|aunque|sin embargo|but|however|though)\b[^.;]{0,40}?"
    r"\b(?:no|nunca|fuera|imposible|not|cannot|can't|never|unable)\b"
)
# "Señalar un barrio para dormir no me corresponde": a refusal that follows what it refuses.
DISCLAIMERS = re.compile(
    r"\b(?:no|tampoco) (?:(?:me|te|le|os|se|lo|la|los|las) ){0,2}(?:correspond|pued|pod|toca|doy|recomiend|sugier|hago"
    r"|entra|est[ao]n? entre|forma|es (?:lo mio|mi|algo))|\b(?:quedan?|caen?|estan?) fuera|\bescapan? (?:de|a)\b|\bexced"
    r"|\b(?:is|are)(?:n't| not) (?:something|within|my|part)|\b(?:beyond|outside) (?:what|my)"
)

_INFINITIVE = r"(?!(?:par|bar|lugar|mar|hogar|popular|familiar|particular|primer|similar)\b)\w{1,16}[aei]r(?:te|se|os|les?|los?|las?|nos|me)?\b"
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
    "Iberia|Vueling|Ryanair|easyJet|LATAM|Avianca|Aeromexico|Volaris|VivaAerobus|Viva Aerobus|Lufthansa"
    "|KLM|Emirates|Etihad|Aerolineas Argentinas|Copa|JetSmart|JetBlue|Flybondi|Sky Airline|Binter|TAP"
    "|Norwegian|Wizz Air|Wingo|Level|Plus Ultra|Delta|Southwest"
)
_HOTEL_BRANDS = (
    r"Hilton|Marriott|Melia|NH|Ibis|Novotel|Riu|Iberostar|Barcelo|Hyatt|Sheraton|Radisson|Ritz"
    r"|Four Seasons|Mandarin Oriental|Holiday Inn|Best Western|Eurostars|Selina|Westin"
    r"|Intercontinental|InterContinental|Sofitel|Mercure|Belmond|Fiesta Americana|Generator|Room Mate|Palladium"
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
_RESTAURANTS = (
    "DiverXO|Arzak|Mugaritz|Botin|Sobrino de Botin|Don Julio|Noma|Maido|Pujol|Quintonil|Borago|Azurmendi"
    "|Celler de Can Roca|Katz's|McDonald's|Burger King|KFC|Starbucks|Five Guys"
)
_EATERIES = (
    r"restaurantes?|restoran(?:es)?|restaurants?|bistros?|trattorias?|osterias?|pizzerias?"
    r"|taquerias?|cevicherias?|asador(?:es)?|marisquerias?|mesones|meson|steakhouses?"
    r"|gastrobar(?:es)?|hamburgueserias?|eater(?:y|ies)|diners?"
)
_FRAGMENTS = {
    "Name": r"(?-i:[A-Z][\w'&-]{0,24})",
    "gap": r"(?:(?:por ejemplo|for example|for instance),? |(?!"
    + _STOP
    + r"\b)[\w'%-]{1,24},? ){0,5}",
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
    "advise": r"(?:(?:lo|la) (?:mejor|ideal|suyo|mas \w{3,14}"
    r"|mejor opcion)(?: para \w{1,20}(?: \w{1,20})?)? (?:es|seria|sera)|(?:te |le |os |les )?(?:convien[ae]|convendria)"
    r"|(?:vale|merece|valdria) la pena|consider(?:a|e|en|ad|ar)|valora|piensa en|plantea\w{0,4}"
    r"|(?:es|seria) (?:una )?(?:buena|gran|mejor|recomendable|aconsejable|preferible|ideal)(?: idea| opcion)?"
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
    "choose": r"(?:buscar|elegir|escoger|reservar|comprar|contratar|booking|choosing|taking)",
    "offer": r"(?:recomiend|sugier|busqu|propong|reserv|encuentr|consig|list)(?:e|es|a|an|emos|amos)?",
    "rest": r"(?:alojar\w{0,3}|hospedar\w{0,3}|quedar(?:te|se|os|me|nos)|dormir|pernoctar)",
    "list": r"(?:aqui (?:tienes|van|estan|te dejo)|est[oa]s son|algun[oa]s|vari[oa]s|te (?:dejo|comparto)"
    r"|here are|these are|some)",
    "apart": r"(?<!cerca del )(?<!frente al )(?<!junto al )(?<!detras del )(?<!near the )",
    "agency": r"(?:rentadoras?|alquiladoras?|(?:companias?|empresas?|agencias?) de (?:alquiler|renta)(?: de \w{3,12})?)",
    "car": r"(?:" + _VEHICLE + r"|cars?)\b",
    "Fly": r"(?:vuela|vola|vuele|vuelen|volad|volaras|volaria|viaja|viaje|viajen|fly|i'd fly)",
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
    "Airline": r"(?-i:"
    + _AIRLINES
    + r"|Aerolineas [A-Z]\w{2,12}|Air [A-Z]\w{2,12}|[A-Z]\w{2,12} (?:Airlines?|Airways))\b",
    # rental cars
    "rented": r"(?:" + _VEHICLE + r" (?:\w{1,12} )?(?:de|en) (?:alquiler|renta|arriendo)"
    r"|(?:alquiler|renta) de "
    + _VEHICLE
    + r"|rent[ -]a[ -]car|rental cars?|car rentals?|hire cars?|car hire)\b",
    "rent": r"(?:(?:alquilar|rentar|arrendar)(?:te|se|os|nos)?|que (?:te |se )?(?:alquil|rent|arriend)(?:es|e|en|eis)"
    r"|(?:to |you )?(?:rent|hire)|renting|hiring)\b",
    "Rent": r"(?:alquila(?:te)?|alquile|alquilen|alquilad|renta(?:te)?|rente|renten|arrienda|arriende"
    r"|(?:yo )?(?:alquilaria|rentaria)|rent|hire)\b",
    "Car": r"(?-i:" + _CAR_BRANDS + r")\b",
    # restaurants
    "eatery": r"(?:" + _EATERIES + r")\b",
    "Eatery": r"(?:(?:restaurante|restoran|restaurant|bistro|trattoria|osteria|pizzeria|taqueria|cevicheria"
    r"|asador|marisqueria|parrilla|meson|taberna|tasca|bodega|bodegon|sidreria|cerveceria|cafe|cafeteria"
    r"|bar|cantina|chiringuito|can|chez|fonda|picanteria|confiteria|casa) (?:de |del |la |el |los |las |don |dona )?"
    r"(?-i:[A-Z][\w'&-]{0,24})|(?-i:[A-Z])[\w'&-]{0,24} (?-i:Restaurant|Bistro|Grill|Steakhouse|Diner)\b"
    r"|(?-i:" + _RESTAURANTS + r")\b)",
    "premises": r"(?-i:Pizza|Pizzeria|Kitchen|Grill|Diner|Deli|Bakery|Burgers?|Tavern|Steakhouse|Cantina|BBQ|Barbecue"
    r"|Noodles?|Sushi|Ramen|Tacos|Tapas|Bistro|Brasserie|Eatery|Canteen|Cookhouse|Smokehouse|Oyster Bar)\b",
    "table": r"(?:" + _EATERIES + r"|parrillas?|tabernas?|tascas?|sidrerias?)\b",
    "dine": r"(?:cenar|comer|almorzar|desayunar|tapear|degustar|probar|saborear|reservar(?: una mesa| mesa)?"
    r"|que (?:cenes?|comas?|almuerces?|desayunes?|pruebes?)|dining|eating|having (?:dinner|lunch|breakfast)"
    r"|(?:to |you )?(?:eat|dine|have (?:dinner|lunch|breakfast)|grab (?:dinner|lunch|a bite)|try|book a table))\b",
    "Dine": r"(?:cena|cene|cenen|cenad|cenaras|cenaria|come|coma|coman|comed|comeras|comeria|almuerza|almorza|almuerce"
    r"|almorzaras|desayuna|desayune|tapea|degusta|degustaras|saborea|prueba|pruebe|prueben|proba|probad|disfruta(?: de)?"
    r"|(?:reserva|reserve|reservad)(?: una mesa| mesa)?|regalate|date el gusto|(?:ve|vete|anda|pasa|acercate) a (?:cenar|comer|almorzar)"
    r"|almuerzo|eat|dine|have (?:dinner|lunch|breakfast)|grab (?:dinner|lunch|a bite)|try|book a table|enjoy)\b",
}
# Dishes are "of" many things: of a restaurant, and far more often of one of these.
_PLACES_OF_DISHES = (
    r"(?-i:(?:Africa|Alemania|Alicante|America|Andalucia|Antigua|Aragon|Arequipa|Argentina|Asia|Asturias|Atenas"
    r"|Austria|Avila|Baja|Bangkok|Barcelona|Belgica|Berlin|Bilbao|Bogota|Bolivia|Bolonia|Bologna|Brasil|Brazil"
    r"|Brooklyn|Buenos|Burgos|Busan|Cadiz|Cali|California|Canarias|Cantabria|Cartagena|Castilla|Cataluna|Cerdena"
    r"|Chiapas|Chicago|Chile|China|Chinatown|Ciudad|Colombia|Cordoba|Corea|Costa|Cuba|Cusco|Cuzco|Detroit|Dia|Ecuador"
    r"|Egipto|England|Ensenada|Espana|Estambul|Europa|Extremadura|Filadelfia|Florencia|Florence|France|Francia"
    r"|Fukuoka|Galicia|Genova|Genoa|Germany|Gran|Granada|Grecia|Greece|Guadalajara|Guatemala|Hakata|Hakodate|Hanoi"
    r"|Hiroshima|Hokkaido|Hong|Huelva|Hungria|India|Inglaterra|Irlanda|Israel|Istanbul|Italia|Italy|Jabugo|Jaen"
    r"|Jalisco|Japan|Japon|Jerez|Kitakata|Kobe|Korea|Kumamoto|Kurume|Kyoto|Kioto|Kyushu|La Habana|La Mancha"
    r"|La Rioja|Leon|Levante|Libano|Liguria|Lima|Lisboa|Lisbon|Londres|London|Lugo|Lyon|Madrid|Mahon|Malaga|Mallorca"
    r"|Marruecos|Marsella|Mediterran\w+|Memphis|Menorca|Merida|Mexico|Michoacan|Milan|Mojama|Montevideo|Morocco"
    r"|Munich|Murcia|Nagoya|Naples|Napoles|Navarra|Navidad|New|Normandia|Norte|Norway|Nueva|Oaxaca|Okinawa|Onomichi"
    r"|Osaka|Oviedo|Pacifico|Padron|Palermo|Paraguay|Paris|Pascua|Pekin|Peking|Beijing|Peru|Philadelphia|Piamonte"
    r"|Polonia|Porto|Portugal|Puebla|Puerto|Quito|Rio|Roma|Rome|Rusia|Salamanca|Salvador|San|Santa|Santiago|Santo"
    r"|Sao|Sapporo|Segovia|Semana|Senegal|Seoul|Seul|Sevilla|Shanghai|Shio|Sichuan|Sicilia|Sicily|Sinaloa|Singapore"
    r"|Singapur|Sonora|Soria|Sorrento|Spain|Sur|Surquillo|Szechuan|Tailandia|Taipei|Taiwan|Tarragona|Teruel|Texas"
    r"|Thailand|Tijuana|Tokio|Tokyo|Toscana|Toulouse|Turquia|Turkey|Tuscany|Umbria|Uruguay|Valencia|Valladolid"
    r"|Valparaiso|Venecia|Venice|Venezuela|Veracruz|Viena|Vienna|Vietnam|Vigo|Yokohama|Yucatan|Zamora|Zaragoza)\b"
    r"|[A-Z]\w{0,24} (?:Beach|Bay|Market|Square|Street|Festival|Fair|Island)\b)"
)
_DISHES = (
    r"(?:ramen|sushi|tacos?|pizzas?|pastas?|carbonara|hamburguesas?|burgers?|cheeseburgers?|ceviches?|paellas?"
    r"|croquetas?|tortillas?|bocadillos?|tapas|pintxos?|pasteis|pastel(?:es)?|tartas?|helados?|gelatos?|churros"
    r"|croissants?|dumplings?|noodles|fideos|udon|soba|bao|baos|pho|curry|kebabs?|falafel|hummus|sandwich(?:es)?"
    r"|bagels?|donuts?|steaks?|chuleton|chuletas?|asado|empanadas?|arepas?|pastrami|ribs|costillas|brunch|menu"
    r"|dim sum|xiaolongbao|okonomiyaki|takoyaki|gyozas?|yakitori|tempura|wings|tiramisu|lasana|risotto|marisco|cocido)\b"
)
_PLACES_LIKE_TAVERNS = (
    r"(?!(?:La (?:Habana|Paz|Boca|Latina|Candelaria|Barceloneta|Rioja|Coruna|Mancha|Rambla|Plata|Serena"
    r"|Laguna|Palma|Alhambra|Merced|Ribera|Roma|Condesa|Feria|Macarena)"
    r"|El (?:Cairo|Born|Raval|Salvador|Escorial|Rastro|Calafate|Chalten|Nido|Retiro|Albaicin|Carmen)"
    r"|Los (?:Angeles|Cabos|Roques|Andes)|Las (?:Vegas|Palmas|Ramblas|Canitas)|Le (?:Marais|Havre))\b)"
)
# (a flag or none, a sentence that it catches, the pattern)
_ROWS: dict[Kind, tuple[tuple[str, str, str], ...]] = {
    "hotel": (
        ("asked", "Te recomiendo un hotel pequeño.", r"\b{recommend} {gap}(?:{lodging}|{Hotel})"),
        (
            "asked",
            "¿Quieres que te sugiera un hostal?",
            r"\bque (?:te|le|os|les) {offer} {gap}{lodging}",
        ),
        (
            "",
            "Puedes alojarte en el centro.",
            r"\b(?:{recommend}|{advise}|{may}) {few}{stay} (?:en|cerca|junto|dentro|por|at|in an?|in the|near|close)\b",
        ),
        (
            "",
            "Lo mejor es dormir en un albergue.",
            r"\b(?:{recommend}|{advise}|{may}) {few}{sleep} {few}(?:en|con|at|in|with) {the}{gap}(?:{lodging}|{Hotel})",
        ),
        (
            "",
            "Te recomiendo buscar un hotel céntrico.",
            r"\b(?:{recommend}|{advise}) {few}{choose} (?:un|una|an?) {gap}{lodging}",
        ),
        ("", "Opta por un hotel boutique.", r"\b{advise} {the}{gap}(?:{lodging}|{Hotel})"),
        (
            "",
            "Alójate cerca de la estación.",
            r"{start}{Stay} (?:\w{1,14} ){0,3}(?:en|cerca|junto|dentro|por|frente|con)\b",
        ),
        ("", "Yo que tú me quedaría en el Parador.", r"\bme (?:quedaria|alojaria|hospedaria) en\b"),
        (
            "",
            "Esta noche duerme en un riad.",
            r"{start}{Sleep} (?:[\w']{1,14} ){0,4}?(?:en|con|at|in|with) {the}{gap}(?:{lodging}|{Hotel}|(?:casa|palacio|villa|quinta) {Name})",
        ),
        (
            "",
            "Stay at a guest house.",
            r"{start}stay (?:\w{1,9} nights? |overnight )?(?:at|in {the}{gap}{lodging})\b",
        ),
        (
            "",
            "Busca un alojamiento con patio.",
            r"{start}(?:elige|elija|elegi|escoge|busca|busque|mira|choose|pick|look for|find) {the}{gap}{lodging}",
        ),
        (
            "",
            "Este hotel es perfecto.",
            r"\b(?:el|la|este|esta|ese|esa|the|this) {lodging}[^.;:!?]{0,70}?\b(?:{copula}|{is}) (?:\w{1,14} )?{good}\b",
        ),
        ("excusable", "El Hotel Urso tiene un patio tranquilo.", r"{apart}\b{Hotel}"),
        (
            "excusable",
            "Soneva es un resort de lujo.",
            r"{Name},? (?:es|son|is|are) {the}(?:\w{1,14} ){0,2}{lodging}",
        ),
        (
            "",
            "Un hotel que encaja contigo es el Alma.",
            r"\b(?:un|a) {lodging}[^.;]{0,60}\b(?:es|seria|is) (?:el |la |the )?{Name}",
        ),
        (
            "",
            "Los mejores hoteles son los del puerto.",
            r"\b(?:mejor(?:es)?|best|top) (?:\w{1,14} ){0,2}{lodging}[^.;?]{0,60}(?:\b(?:{copula}|esta|estan|incluyen|{is}|include)\b|:)",
        ),
        (
            "",
            "Opciones de alojamiento:",
            r"\b(?:opcion(?:es)?|alternativas?|seleccion|lista|recomendaciones|sugerencias|options|list|recommendations|suggestions) (?:de|para|en|of|for|on|to) {few}(?:{lodging}|{rest}|stay)\b[^.;?]{0,40}(?::|\b(?:{copula}|estan|incluyen|{is}|include)\b)",
        ),
        (
            "",
            "Aquí tienes algunos hoteles en Roma:",
            r"\b{list}[^.;:]{0,50}?{lodging}[^.;:]{0,50}(?::$|\b(?:include|incluyen|son|are) (?:el |la |the )?{Name})",
        ),
        (
            "",
            "Un hotel muy recomendable está en la plaza.",
            r"\b{lodging} (?:\w{1,14} )?(?:recomendad[oa]s?|favorit[oa]s?|sugerid[oa]s?|recomendables?)\b|\b(?:recommended|favou?rite|popular) {lodging}[^.;]{0,30}(?:{is}|include|:)",
        ),
        (
            "",
            "Mi consejo es un hostal céntrico.",
            r"\b(?:mis? (?:recomendaci|sugerenci|consejo)\w{0,4}|mi (?:favorito|preferido)|my (?:recommendation|suggestion|favou?rite|pick))\b[^.;?]{0,40}\b{lodging}",
        ),
        (
            "",
            "Te dejo varios hoteles.",
            r"\b(?:te|le|os|les) (?:doy|dejo|paso|comparto|presento|puedo dar|podria dar|traigo|ofrezco) {open}{lodging}",
        ),
        (
            "excusable",
            "Hay hostales como Yellow.",
            r"\b{lodging}(?: \w{1,14}){0,2},? (?:como|tales como|tipo|incluyendo|por ejemplo|such as|like|including),? (?:el |la |los |las |the )?{Name}",
        ),
        (
            "",
            "Hay un hotel precioso en el lago.",
            r"\b(?:hay|conozco|existe|tienes|there is|there's|there are|i know) {the}(?:\w{1,14} ){0,2}{lodging},? (?:\w{1,14},? ){0,3}(?:precios|buenisim|excelent|encanta|encanto|maravill|fantastic|llamad|estupend|que te|genial|called|you'll|lovely|great)",
        ),
        (
            "",
            "Para dormir, el parador del valle.",
            r"\b(?:para|to) (?:{rest}|descansar|stay|sleep)\b[^.;?]{0,40}\b{lodging}",
        ),
        (
            "",
            "Triana es una buena zona para alojarse.",
            r"\b(?:zonas?|barrios?|areas?|lugar(?:es)?|sitios?|base|neighbou?rhoods?|{good}) (?:\w{1,14},? ){0,4}(?:(?:para|to) (?:{rest}|stay)|(?:para|for) {few}{lodging})\b",
        ),
        (
            "",
            "**Dónde dormir:**",
            r"^• (?:donde {rest}|where to (?:stay|sleep))\b[\w ]{0,40}(?::|$)",
        ),
        (
            "asked",
            "¿Por qué no te alojas en el puerto?",
            r"\bpor que no (?:te (?:alojas|hospedas)|(?:te quedas|reservas|duermes) en {the}{gap}(?:{lodging}|{Hotel}))",
        ),
        (
            "asked",
            "¿Qué tal el Hotel Urso?",
            r"\b(?:que tal|que te parece|what about|how about) (?:si )?(?:{the}{gap}{Hotel}|{stay}|te (?:alojas|hospedas))",
        ),
        (
            "asked",
            "¿Has pensado en alojarte en el Hotel Urso?",
            r"\b(?:has pensado|pensaste|te (?:animas|apetece|gustaria)|have you (?:thought|considered))\b[^.;]{0,30}(?:{stay}|{sleep}) (?:en|at|in) (?:el |la |the )?{Hotel}",
        ),
        (
            "asked",
            "¿Has pensado en el Hotel Plaza?",
            r"\b(?:has pensado en|ha pensado en|has considerado|have you (?:thought (?:of|about)|considered)) (?:el |la |los |the )?(?:{Hotel}|{lodging} {Name})",
        ),
        (
            "asked",
            "¿Y si te alojas en el Hotel Plaza?",
            r"\b(?:y si|what if you) (?:(?:te )?(?:alojas|quedas|hospedas|duermes|reservas)|stay|stayed|book) {few}(?:en|at|in) {the}{gap}(?:{lodging}|{Hotel})",
        ),
        (
            "asked",
            "Why not stay at the Plaza?",
            r"\b(?:why not|why don't you) (?:stay|book|sleep) (?:at|in)\b",
        ),
    ),
    "flight": (
        (
            "asked",
            "Te recomiendo el vuelo de las siete.",
            r"\b{recommend} {gap}(?:{flight}|{Airline})",
        ),
        (
            "asked",
            "¿Quieres que te busque un vuelo?",
            r"\bque (?:te|le|os|les) {offer} {gap}{flight}",
        ),
        (
            "asked",
            "Te sugiero volar por la mañana.",
            r"\b{recommend} {few}(?:volar|que vueles?|flying|you fly)\b",
        ),
        ("", "Lo más rápido es volar.", r"\b{advise} {few}(?:volar|fly|flying|{flight}|{Airline})"),
        (
            "",
            "Puedes viajar con LATAM.",
            r"\b{may} {few}(?:volar|viajar|fly|llegar|travel|reservar|book) {few}(?:con|en|por|with|on|via) (?:la )?{Airline}",
        ),
        (
            "",
            "Vuela con una aerolínea local.",
            r"{start}{Fly} {few}(?:con|en|por|with|on) (?:la |un |una )?(?:{Airline}|aerolinea|low cost|vuelo)|(?<![a-z] )(?:vuela|vola|vuele|vuelen|volad|fly) (?:direct\w{1,6} )?(?:a|to|into|hasta|desde|from) {Name}",
        ),
        (
            "",
            "Fly with Condor.",
            r"{start}(?:vuela|vola|vuele|vuelen|volad|fly) (?:con|with) {Name}",
        ),
        (
            "",
            "Reserva con Ryanair.",
            r"{start}(?:reserv(?:a|e|en|ad)|compra(?:te|lo)?|compre|book|buy|go|choose|pick|elige|escoge|opta) {few}(?:con|por|with|through) (?:la )?{Airline}",
        ),
        (
            "asked",
            "¿Has pensado en volar con Iberia?",
            r"\b(?:has pensado en|ha pensado en|has considerado|have you (?:thought (?:of|about)|considered)) (?:(?:volar|viajar|ir|flying|going) (?:con|en|with) )?(?:la )?{Airline}",
        ),
        (
            "",
            "Toma un vuelo temprano.",
            r"{start}(?:toma|tome|tomen|coge|coja|agarra|agarre|elige|elija|elegi|busca|busque|aprovecha|pilla|take|catch|grab|choose|pick|look for|book) {the}{gap}(?:{flight}|avion\b)",
        ),
        (
            "",
            "Puedes tomar un vuelo interno.",
            r"\b(?:{advise}|{may}) {few}(?:tomar|coger|agarrar|elegir|buscar|reservar|comprar|take|catch|book|grab) {the}{gap}{flight}",
        ),
        (
            "",
            "Te recomiendo reservar un vuelo directo.",
            r"\b{recommend} {few}(?:tomar|coger|agarrar|{choose}) (?:un|una|an?) {gap}{flight}",
        ),
        ("excusable", "La aerolínea más puntual es KLM.", r"\b{flight}[^.;]{0,60}\b{Airline}"),
        (
            "excusable",
            "Iberia tiene rutas a Lima.",
            r"\b{Airline}[^.;:?]{0,60}\b(?:vuel\w{1,3}|volar|aerol\w{1,6}|rutas?|escala|direct[oa]s?|opera|conecta|fly|flies|flights?|routes?)\b",
        ),
        (
            "excusable",
            "KLM es una opción excelente.",
            r"\b{Airline}[^.;:?]{0,40}\b(?:{copula}|suele ser|{is}) (?:\w{1,14} )?{good}\b",
        ),
        ("excusable", "- Avianca: sale de noche.", r"^• {Airline}"),
        ("excusable", "Hay vuelos desde 40 euros.", r"\b{flight}[^.;]{0,40}{price}"),
        (
            "",
            "El mejor vuelo es el de la noche.",
            r"\b(?:mejor(?:es)?|best|cheapest) (?:\w{1,14} ){0,2}{flight}[^.;?]{0,60}(?:\b(?:{copula}|salen|sale|incluyen|{is}|include)\b|:)",
        ),
        (
            "",
            "Este vuelo es perfecto.",
            r"\b(?:el|la|este|the|this) {flight}[^.;:?]{0,40}\b(?:{copula}|{is}) {good}\b",
        ),
        (
            "",
            "Opciones de vuelos:",
            r"\b(?:opcion(?:es)?|lista|recomendaciones|sugerencias|options|recommendations) (?:de|para|of|for) {few}(?:{flight}|volar)\b[^.;?]{0,40}(?::|\b(?:{copula}|incluyen|{is}|include)\b)",
        ),
        ("", "Aquí tienes varios vuelos:", r"\b{list}[^.;:]{0,50}?{flight}[^.;:]{0,50}:$"),
        (
            "",
            "La mejor opción es un vuelo directo.",
            r"\b(?:opcion|eleccion|alternativa|option|choice)\b[^.;:?]{0,50}\b(?:{copula}|{is}) {the}(?:\w{1,14} )?(?:{flight}|volar)",
        ),
        (
            "",
            "Un vuelo muy recomendable sale a las diez.",
            r"\b{flight} (?:\w{1,14} )?(?:recomendad[oa]s?|recomendables?|favorit[oa]s?)\b|\brecommended {flight}",
        ),
        (
            "",
            "Mi sugerencia es volar.",
            r"\b(?:mis? (?:recomendaci|sugerenci)\w{1,4}|my (?:recommendation|suggestion))\b[^.;?]{0,40}\b(?:{flight}|volar)",
        ),
        (
            "asked",
            "¿Por qué no vuelas con Condor?",
            r"\bpor que no (?:vuelas|viajas) (?:con|en) {Name}|\b(?:que tal|que te parece|what about|how about) (?:{the}{gap}{flight}|volar con|flying with|{Airline})",
        ),
    ),
    "rental_car": (
        (
            "asked",
            "Te recomiendo un coche de alquiler.",
            r"\b{recommend} (?:{choose} )?{the}{gap}{rented}",
        ),
        ("asked", "Te aconsejo alquilar un coche.", r"\b{recommend} {few}{rent} {gap}{car}"),
        (
            "asked",
            "¿Quieres que te busque un coche de alquiler?",
            r"\bque (?:te|le|os|les) {offer} {gap}{rented}",
        ),
        (
            "excusable",
            "Puedes alquilar una furgoneta.",
            r"\b(?:{advise}|{may}) {few}{rent} {gap}{car}",
        ),
        (
            "",
            "Te conviene un coche de alquiler.",
            r"\b{advise} (?:coger |tomar |usar |llevar |ir en |contar con )?{gap}(?:{rented}|{car} (?:\w{1,10} ){0,2}alquilad[oa])",
        ),
        ("", "Alquila un coche en el puerto.", r"{start}{Rent} {gap}{car}"),
        (
            "",
            "Reserva un coche de alquiler.",
            r"{start}(?:contrata|contrate|coge|coja|toma|tome|pide|reserva|reserve|consigue|elige|usa|hazte con|get|book|take|pick up) {the}{gap}{rented}",
        ),
        (
            "",
            "Explora la isla en coche de alquiler.",
            r"\b(?:recorr\w{1,6}|explor\w{1,5}|muevete|viaja|conoce\w{0,2}|desplaz\w{1,5}|mover(?:te|se)|drive|explore)\b[^.;?]{0,40}\b(?:en|con|in|with) (?:un |una |a |el )?{rented}",
        ),
        (
            "excusable",
            "Recoge el coche con Sixt.",
            r"\b(?:alquil|rent|arrend|arriend|reserv|recog|contrat|hire|book|coche|auto|carro)\w{0,6} [^.;]{0,50}\b{Car}",
        ),
        (
            "excusable",
            "Sixt tiene buenos precios.",
            r"\b{Car}[^.;:?]{0,40}\b(?:{copula}|suele ser|tiene|ofrece|{is}|offers|has|recog\w{2,6}|alquil\w{1,4}|coches?|autos?|cars?)\b",
        ),
        ("excusable", "- Hertz: en la terminal.", r"^• {Car}"),
        (
            "excusable",
            "Alquilar un coche es lo más cómodo.",
            r"\b(?:alquilar|rentar|arrendar|renting|hiring) (?:un|a) {car}[^.;?]{0,40}\b(?:(?:{copula}|{is}) (?:\w{1,14} )?{good}|te (?:dara|da|permitira|permite)|gives you|lets you)\b",
        ),
        (
            "excusable",
            "Con un coche de alquiler llegarás a todo.",
            r"\b(?:un|el|con|a|with) (?:un |a )?{rented}[^.;?]{0,40}\b(?:(?:{copula}|{is}) (?:\w{1,14} )?{good}|te (?:dara|da|permitira|permite)|podras|llegaras|gives you|lets you|you can)\b",
        ),
        ("excusable", "El alquiler de coches ronda los 30 euros.", r"\b{rented}[^.;]{0,50}{price}"),
        (
            "",
            "La mejor forma es alquilar un auto.",
            r"\b(?:opcion|eleccion|alternativa|forma|manera|option|choice|way)\b[^.;:?]{0,60}\b(?:{copula}|{is}) (?:{the}{rented}|{rent} {gap}{car}|en {rented})",
        ),
        (
            "",
            "Las mejores rentadoras son locales.",
            r"\b(?:mejor(?:es)?|best) (?:\w{1,14} ){0,2}(?:{rented}|{agency})[^.;?]{0,60}(?:\b(?:{copula}|{is}|include)\b|:)",
        ),
        (
            "",
            "Aquí tienes algunas rentadoras:",
            r"\b{list}[^.;:]{0,50}?(?:{rented}|{agency})[^.;:]{0,50}:$",
        ),
        (
            "excusable",
            "Hay rentadoras como Alquilo.",
            r"\b(?:{agency}|{rented}(?: companies)?),? (?:como|tales como|tipo|such as|like),? {Name}",
        ),
        (
            "asked",
            "¿Qué te parece alquilar un coche?",
            r"\bpor que no (?:te )?(?:alquilas|rentas|arriendas) {gap}{car}|\b(?:que tal|que te parece|what about|how about) (?:si )?(?:alquil|rent|hir)\w{1,4} {gap}{car}",
        ),
        ("asked", "Why not rent a car?", r"\bwhy not (?:rent|hire) {gap}{car}"),
    ),
    "restaurant": (
        (
            "asked",
            "Te recomiendo un restaurante pequeño.",
            r"\b{recommend} {gap}(?:{eatery}|{Eatery})",
        ),
        (
            "asked",
            "¿Quieres que te sugiera restaurantes?",
            r"\bque (?:te|le|os|les) {offer} {gap}{eatery}",
        ),
        (
            "asked",
            "Te recomiendo ir a un restaurante local.",
            r"\b(?:{recommend}|{advise}) {few}(?:ir|acudir|visitar|probar|{choose}|going|trying) (?:a |to )?(?:un|una|an?) {gap}{eatery}",
        ),
        (
            "asked",
            "Te sugiero cenar en La Mar.",
            r"\b{recommend} {few}{dine} {open}(?:en|at|in) (?:{the}{gap}{table}|(?:el |la |the )?{Eatery}|{tavern})",
        ),
        (
            "",
            "Puedes comer en una taberna.",
            r"\b(?:{advise}|{may}) {few}{dine} {open}(?:en|at|in) (?:{the}{gap}{table}|(?:el |la |the )?{Eatery}|{tavern})",
        ),
        ("", "Considera un restaurante del puerto.", r"\b{advise} {the}{gap}{eatery}"),
        (
            "",
            "Cena en Casa Lucio.",
            r"{start}{Dine} {open}(?:en|at|in) (?:{the}{gap}{table}|(?:el |la |the )?{Eatery}|{tavern})",
        ),
        (
            "",
            "Cenar en Don Julio es inolvidable.",
            r"^(?:• )?{dine} {open}(?:en|at|in) (?:el |la |the )?(?:{Eatery}|{tavern})",
        ),
        (
            "",
            "Busca un restaurante con terraza.",
            r"{start}(?:elige|escoge|busca|busque|elegi|ve a|vete a|anda a|pasa por|acercate a|visita|visite|choose|pick|find|look for|visit|go to|head to|try) {the}{gap}(?:{eatery}|{table} {Name})",
        ),
        (
            "",
            "Para una cena única, visita La Pérgola.",
            r"\b(?:gastronomic\w{1,2}|culinari\w|cena|cenar|comer bien|almorzar|dinner|lunch)\b[^.;]{0,30}, (?:visita|reserva en|ve a|acude a|visit|go to) {tavern}",
        ),
        (
            "",
            "Para la carbonara, ve a Da Enzo.",
            r"{start}(?:ve|vete|anda|acude|pasa|id|vayan|head|go) (?:a|por|to)(?! Da (?:Nang|Lat)\b)(?-i: Da | Chez ){Name}",
        ),
        (
            "",
            "No te pierdas el restaurante del faro.",
            r"\b(?:no te pierdas|don't miss) {the}{gap}{eatery}",
        ),
        (
            "",
            "Este restaurante es una joya.",
            r"\b(?:el|la|este|esta|ese|esa|the|this) {eatery}[^.;:!?]{0,70}?\b(?:{copula}|{is}) (?:\w{1,14} )?{good}\b",
        ),
        (
            "excusable",
            "El restaurante Güeyu Mar abre a mediodía.",
            r"{apart}\b{eatery} (?:de |del |la |el |the )?{Name}",
        ),
        (
            "excusable",
            "Maido es una opción excelente.",
            r"\b(?!casa |can |bar |cafe |bodega ){Eatery}[^.;:!?]{0,70}?\b(?:(?:{copula}|{is}) (?:\w{1,14} )?{good}|probaras|comeras|cenaras|sirven?|serves?)\b",
        ),
        (
            "excusable",
            "Tonnarello es un restaurante popular.",
            r"{Name},? (?:es|son|is|are) {the}(?:\w{1,14} ){0,2}{eatery}",
        ),
        (
            "",
            "Un buen restaurante para eso es Contramar.",
            r"\b(?:un|a) (?:\w{1,14} ){0,2}{eatery}[^.;]{0,60}\b(?:es|seria|is) (?:el |la |the )?{Name}",
        ),
        (
            "",
            "Prueba el ramen de Ichiran.",
            r"{start}{Dine} {the}{few}{dish} (?:\w{1,12} ){0,3}(?:de|del|at|from|by) (?:el |la |the )?(?!{place}){Name}",
        ),
        (
            "",
            "Te recomiendo el ramen de Ichiran.",
            r"\b(?:{recommend}|{advise}|{may}|no te pierdas|don't miss) (?:{dine} )?{the}{few}{dish} (?:\w{1,12} ){0,3}(?:de|del|at|from|by) (?:el |la |the )?(?!{place}){Name}",
        ),
        (
            "",
            "Da Enzo sirve la mejor carbonara.",
            r"(?<!Mercado de )(?<!Mercado )\b{Name}[\w ]{0,8} (?:sirven? (?:la|el|los|las) mejor|serves? the best)",
        ),
        (
            "",
            "- Trattoria Enzo: pasta fresca",
            r"^• (?:el |la |the )?(?!casa |can |bar |cafe |bodega ){Eatery}",
        ),
        (
            "",
            "Los mejores restaurantes son los del puerto.",
            r"\b(?:mejor(?:es)?|best|top) (?:\w{1,14} ){0,2}{eatery}[^.;?]{0,60}(?:\b(?:{copula}|esta|estan|incluyen|{is}|include)\b|:)",
        ),
        (
            "",
            "Opciones de restaurantes:",
            r"\b(?:opcion(?:es)?|alternativas?|seleccion|lista|recomendaciones|sugerencias|options|list|recommendations|suggestions) (?:de|para|of|for) {few}(?:{eatery}|cenar|comer|almorzar|dinner)\b[^.;?]{0,40}(?::|\b(?:{copula}|incluyen|{is}|include) {the}(?:{eatery}|{Eatery}))",
        ),
        (
            "",
            "Estos son varios restaurantes:",
            r"\b{list}[^.;:]{0,50}?{eatery}[^.;:]{0,50}(?::$|\b(?:include|incluyen|son|are) (?:el |la |the )?{Name})",
        ),
        (
            "",
            "El mejor sitio para comer tacos es El Califa.",
            r"\b(?:opcion|eleccion|alternativa|idea|lugar|sitio|parada|option|choice|place|spot)\b[^.;:?]{0,50}\b(?:{copula}|{is}) (?:{the}(?:\w{1,14} )?(?:{eatery}|(?!bar ){Eatery})|{tavern})",
        ),
        (
            "",
            "Un restaurante muy recomendable está en la plaza.",
            r"\b{eatery} (?:\w{1,14} )?(?:recomendad[oa]s?|favorit[oa]s?|sugerid[oa]s?|recomendables?)\b|\b(?:recommended|favou?rite) {eatery}",
        ),
        (
            "",
            "Mi sugerencia es un restaurante local.",
            r"\b(?:mis? (?:recomendaci|sugerenci)\w{1,4}|mi (?:favorito|preferido)|my (?:recommendation|suggestion|favou?rite|pick))\b[^.;?]{0,40}\b{eatery}",
        ),
        (
            "",
            "Te dejo tres restaurantes.",
            r"\b(?:te|le|os|les) (?:doy|dejo|paso|comparto|presento|puedo dar|podria dar|traigo|ofrezco) {open}{eatery}",
        ),
        (
            "excusable",
            "Hay restaurantes como Maido.",
            r"\b{eatery}(?: \w{1,14}){0,2},? (?:como|tales como|tipo|incluyendo|such as|like|including),? (?:el |la |los |las |the )?{Name}",
        ),
        (
            "",
            "Hay un restaurante buenísimo allí.",
            r"\b(?:hay|conozco|existe|tienes|there is|there's|there are|i know) {the}(?:\w{1,14} ){0,2}{eatery},? (?:\w{1,14},? ){0,3}(?:precios|buenisim|excelent|encanta|encanto|maravill|fantastic|llamad|estupend|que te|genial|called|you'll|lovely|great)",
        ),
        (
            "",
            "Para cenar, el restaurante del hotel.",
            r"\bpara (?:cenar|comer|almorzar|desayunar|tapear)\b[^.;?]{0,40}\b(?:(?:el|la|un) {eatery}|{Eatery})",
        ),
        (
            "",
            "Cena: Trattoria Enzo.",
            r"\b(?:cena|almuerzo|comida|desayuno|dinner|lunch)(?::| en| at) (?:el |la |the )?(?:{eatery} )?(?:{Eatery}|{tavern})",
        ),
        (
            "asked",
            "¿Por qué no cenas en Casa Lucio?",
            r"\bpor que no (?:cenas|comes|almuerzas|reservas|pruebas)\b {open}(?:en|at) (?:{the}{gap}{table}|(?:el |la )?{Eatery})",
        ),
        (
            "asked",
            "¿Qué te parece comer en Casa Lucio?",
            r"\b(?:que tal|que te parece|what about|how about) (?:una? (?:cena|comida|almuerzo|mesa)|cenar|comer|dinner|lunch|eating)\b[^.;]{0,20}\b(?:en|at) (?:{the}{gap}{table}|(?:el |la )?{Eatery})",
        ),
        (
            "asked",
            "¿Has pensado en cenar en Casa Lucio?",
            r"\b(?:has pensado|pensaste|te (?:animas|apetece|gustaria)|have you (?:thought|considered))\b[^.;]{0,30}{dine} {open}(?:en|at|in) (?:el |la |the )?{Eatery}",
        ),
        (
            "",
            "Pide mesa en Casa Labra.",
            r"{start}(?:pide|pida|pedid|coge|haz|get|ask for|grab) (?:una |a )?(?:mesa|table) {few}(?:en|at) (?:{the}{table}|(?:el |la |the )?{Eatery}|{tavern})",
        ),
        (
            "",
            "The best place to eat is Joe's Pizza.",
            r"\b(?:place|spot|sitio|lugar) (?:to (?:eat|dine|have (?:dinner|lunch|breakfast))|for (?:dinner|lunch|breakfast|food|a meal)|para (?:comer|cenar|almorzar|desayunar|tapear))\b[^.;:?]{0,40}\b(?:{copula}|{is}) (?:el |la |the )?(?:(?-i:[A-Z])[\w&]{1,20}'s(?! (?:\w+ )?(?:square|market|bay|street|hill|island|park|port|beach|quarter|district|harbou?r))|{Name} {premises})",
        ),
        (
            "asked",
            "¿Has pensado en el restaurante Botín?",
            r"\b(?:has pensado en|ha pensado en|has considerado|has probado|have you (?:thought (?:of|about)|considered|tried)) (?:el |la |the )?(?!casa |can |bar |cafe |bodega ){Eatery}",
        ),
        (
            "asked",
            "¿Y si cenas en Casa Lucio?",
            r"\b(?:y si|what if you) (?:cenas|comes|almuerzas|desayunas|reservas|eat|ate|dine|dined) {open}(?:en|at) (?:{the}{gap}{table}|(?:el |la |the )?{Eatery})",
        ),
        (
            "asked",
            "Why not eat at Katz's?",
            r"\bwhy not (?:eat|dine|have dinner|try) {open}(?:at|in)? ?{the}{gap}(?:{table}|{Eatery})",
        ),
    ),
}

_SITE_EXAMPLES: dict[Kind, str] = {
    "hotel": "Booking",
    "flight": "Skyscanner",
    "rental_car": "Hertz",
    "restaurant": "TheFork",
}
_SITE_ROWS = (
    (
        "Busca en {}.",
        r"\b(?:busc|mir|consult|revis|compar|reserv|entr|us[ao]|utiliz|cheq|chec|explor|encontr|encuentr|visit|recurr|prueb|prob|cotiz|compr|contrat|alquil|rent|echa|check|search|look|compare|book|use|try|browse|find|head|go)\w{0,8} {open}(?:la |el )?{site}",
    ),
    (
        "Hay webs como {}.",
        r"\b(?:plataformas?|webs?|paginas?|sitios?|aplicaciones|apps?|buscador(?:es)?|portales|comparador(?:es)?|platforms?|sites?|websites?) (?:[\w-]{1,14} ){0,3}(?:como|tipo|such as|like) {site}",
    ),
    (
        "{} tiene ofertas.",
        r"\b(?:en|on) {site} (?:\w{1,14} ){0,3}(?:encontrar|hay|pued|pod|ver|tien|you|there)|\b{site} (?:{copula}|{is}|tiene|ofrece|has|offers)\b",
    ),
    ("Te recomiendo {}.", r"\b(?:{recommend}|{advise}) {open}{site}"),
)


_FRAGMENT = re.compile(r"\{([A-Za-z]+)\}")


def _fragments(kind: Kind) -> dict[str, str]:
    tavern = _PLACES_LIKE_TAVERNS + r"(?-i:El|La|Los|Las|Le|Il) {Name}"
    dishes = {"dish": _DISHES, "place": _PLACES_OF_DISHES}
    return {**_FRAGMENTS, **dishes, "site": _SITES[kind], "tavern": tavern}


def _expanded(row: str, fragments: Mapping[str, str]) -> str:
    """The pattern with every fragment in its place; fragments may hold fragments."""
    while (expanded := _FRAGMENT.sub(lambda found: fragments[found[1]], row)) != row:
        row = expanded
    return row


def _rule(flag: str, example: str, row: str, kind: Kind) -> Rule:
    fragments = _fragments(kind)
    pattern = re.compile(_expanded(row, fragments), re.IGNORECASE)
    needs = tuple(ways(row, fragments))
    return Rule(kind, example, pattern, flag == "excusable", flag == "asked", needs)


RULES: dict[Kind, tuple[Rule, ...]] = {
    kind: (
        *(_rule(flag, example, row, kind) for flag, example, row in _ROWS[kind]),
        *(
            _rule("", example.format(_SITE_EXAMPLES[kind]), row, kind)
            for example, row in _SITE_ROWS
        ),
    )
    for kind in KINDS
}
