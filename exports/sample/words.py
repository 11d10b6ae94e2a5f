"""Words of invented people and courses in Swedish and English, and text that is awkward in the ways of real text."""

from __future__ import annotations

from random import Random

GIVEN = {
    "sv": [
        "Åsa", "Björn", "Märta", "Örjan", "Linnéa", "Göran", "Saga", "Håkan", "Ebba", "Sören", "Tuva", "Åke", "Elsa",
        "Jörgen", "Maja", "Pär", "Signe", "Lars-Åke", "Ingegärd", "Östen", "Alva", "Ture", "Kerstin", "Nils",
        "Astrid", "Måns", "Greta", "Folke", "Hjördis", "Viggo", "Ylva", "Torbjörn",
    ],
    "en": [
        "Alice", "Oliver", "Maeve", "Siân", "Rupert", "Zoë", "Chloë", "Duncan", "Priya", "Harriet", "Noël", "Imogen",
        "Callum", "Renée", "Tobias", "Fatima", "Edmund", "Anne-Marie", "Gareth", "Bronwen", "Kwame", "Lucinda",
        "Piers", "Winifred", "Aidan", "Rosalind", "Jasper", "Beatrix", "Hamish", "Ottilie",
    ],
}  # fmt: skip
FAMILY = {
    "sv": [
        "Lindqvist", "Ångström", "Öberg", "Sjöström", "Hällström", "Björkman", "Ek", "Nyström", "Åkesson",
        "Vikström", "Söderlund", "Malmgren", "Ödegård", "Tärnström", "Fjällby", "Gräslund", "af-Klinteberg",
        "Sandahl", "Wåhlin", "Brännström", "Häggkvist", "Rönnbäck", "Ljungdahl", "Skog",
    ],
    "en": [
        "Ashdown", "O'Dare", "Whitlock", "Featherstone", "D'Arcy", "Pembroke", "Hollis", "MacAulay", "Thistlewood",
        "Nwosu", "Fairweather", "Quill", "Smith-Jones", "Ravenscroft", "Abernathy", "Okonkwo", "Winterbourne",
        "Larkspur", "Penhaligon", "Stroud", "Marchbanks", "Tolliver",
    ],
}  # fmt: skip
CITIES = {
    "sv": ["Göteborg", "Örebro", "Umeå", "Gävle", "Malmö", "Växjö", "Östersund", "Luleå", "Skövde"],
    "en": ["Leeds", "Bristol", "St Andrews", "Kings Lynn", "Stoke-on-Trent", "Aberystwyth", "Derry"],
}
STREETS = {
    "sv": ["Storgatan", "Åsvägen", "Kyrkbyn", "Ängsgränd", "Björkallén", "Östra Hamngatan"],
    "en": ["Mill Lane", "Church Row", "The Shambles", "Orchard Close", "St. John's Terrace", "Quay Street"],
}
SUBJECTS = {
    "sv": ["Arbetsmiljö", "Bokföring", "Första hjälpen", "Säkra lyft", "Livsmedelshygien", "Dataskydd", "Svetsning",
           "Trädgårdsskötsel", "Hjärt- och lungräddning", "Elsäkerhet", "Kundmöten", "Svåra samtal", "Lagerhållning"],
    "en": ["Fire Safety", "Bookkeeping", "First Aid", "Manual Handling", "Food Hygiene", "Data Protection", "Welding",
           "Horticulture", "Safeguarding", "Electrical Safety", "Customer Care", "Negotiation", "Stock Control"],
}  # fmt: skip
LEVELS = {
    "sv": ["grundkurs", "fortsättning", "för chefer", "repetition", "på distans"],
    "en": ["foundation", "intermediate", "for managers", "refresher", "at a distance"],
}
SENTENCES = {
    "sv": [
        "Läs igenom avsnittet och svara på frågorna efteråt.",
        "Här går vi igenom det viktigaste, steg för steg.",
        "Övningen görs två och två – byt roller efter tio minuter.",
        "Ta med skyddsglasögon och hörselskydd till nästa träff.",
        "Filmen visar hur en olycka kunde ha undvikits.",
        "Den som är osäker frågar sin handledare först.",
        "Tack för en lärorik kurs, men ljudet i film 3 är för lågt.",
        "Jag fick inget intyg trots att alla prov är godkända?",
        "Exemplen känns hämtade ur vår egen vardag.",
        "Kan vi få bilderna även som utskrift på A4?",
        "Räkna med ungefär 45 minuter, inklusive paus.",
        "Mycket bra upplägg & tydliga mål!",
    ],
    "en": [
        "Read the section and answer the questions afterwards.",
        "We go through the essentials, one step at a time.",
        "Work in pairs – swap roles after ten minutes.",
        "Bring eye and ear protection to the next session.",
        "The film shows how an accident could have been avoided.",
        "If in doubt, ask your supervisor first.",
        "Thanks for a useful course, but the sound in film 3 is too low.",
        "I passed every quiz yet got no certificate?",
        "The examples feel taken from our own working day.",
        "Could we have the slides as an A4 hand-out, too?",
        "Allow about 45 minutes, including the break.",
        "Very well structured & clear goals!",
    ],
}
INTERESTS = [
    "svets",
    "hästar",
    "first aid",
    "C++, C#",
    'the "hard" stuff',
    "NULL",
    "{}",
    "friluftsliv",
    "bok\\slut",
    "",
]
JOB_TITLES = {
    "sv": ["Undersköterska", "Lagerarbetare", "Ekonomiassistent", "Platschef", "Förskollärare", ""],
    "en": ["Care Assistant", "Warehouse Operative", "Accounts Clerk", "Site Manager", "Teacher (maths)", ""],
}

AWKWARD = [
    "=1+1",
    "+46 70 174 06 05",
    "-2+3",
    "@SUM(A1:A9)",
    '=HYPERLINK("https://länk.example/?a=1&b=2";"klicka")',
    "007",
    "00123",
    "10-20",
    "1/2",
    "12345678901234567890",
    "1E5",
    "0x1F",
    "TRUE",
    "NULL",
    "\\N",
    "N/A",
    "1899-12-31",
    "3,14",
    " både före och efter ",
    "Hon sa \"hej\", sedan 'hej då'; och gick.",
    "rad ett\nrad två\r\nrad tre\n\n– slut",
    "kolumn\tkolumn\ttabb",
    "C:\\nytt\\texter\\2024",
    "<b>fet</b> & <script>alert('å')</script> ]]> &amp;",
    "Räksmörgås i NFD: Ra\u0308ksmo\u0308rga\u030as",
    "👩🏽‍🏫 toppen! 🎉🇸🇪 👍",
    "مرحبا بالعالم – שלום",
    "noll\u200bbredd och\u00a0hårt mellanslag",
    "klistrat ur Word\x0bmed radbrytning",
    "100 % 'säkert'; DROP TABLE users; --",
    "{curly} [square] %s %(name)s $1 #{x}",
    "…\u2028ny rad enligt Unicode",
]


def text(rng: Random, language: str, sentences: int = 1) -> str:
    """One to ``sentences`` sentences; about one text in twenty is awkward instead."""
    if rng.random() < 0.05:
        return rng.choice(AWKWARD)
    return " ".join(rng.choices(SENTENCES[language], k=rng.randint(1, sentences)))


def body(rng: Random, language: str) -> str:
    """A lesson's text: some paragraphs."""
    return "\n\n".join(text(rng, language, 6) for _ in range(rng.randint(1, 4)))


def phone(rng: Random, language: str) -> str:
    """A number of the ranges that PTS and Ofcom keep for fiction, written as people write it."""
    if language == "sv":
        return f"{rng.choice(['+46 70', '070', '+4670', '0046 70'])}-174 06 {rng.randint(5, 99):02}"
    return f"{rng.choice(['+44 7700', '07700'])} 900{rng.randint(0, 999):03}"


def ascii_slug(name: str) -> str:
    """The name as it stands in an e-mail address."""
    plain = name.lower().translate(str.maketrans("åäöéëâ", "aaoeea"))
    return "".join(char for char in plain if char.isascii() and char.isalnum())
