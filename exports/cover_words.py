"""The words of the cover papers in the customer's language. Pure."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "title": ("Completeness statement", "Fullständighetsintyg"),
    "complete": ("Complete", "Komplett"),
    "complete_text": (
        "Every row of the snapshot was written and read back from the finished package, and every file is there.",
        "Varje rad i ögonblicksbilden har skrivits och lästs tillbaka ur det färdiga paketet, och varje fil finns med.",
    ),
    "incomplete": ("Not complete", "Inte komplett"),
    "incomplete_text": ("This is missing or does not agree:", "Detta saknas eller stämmer inte:"),
    "customer": ("Customer", "Kund"),
    "key": ("key", "nyckel"),
    "vendor": ("Vendor", "Leverantör"),
    "package": ("Package", "Paket"),
    "made": ("Made", "Skapat"),
    "scope": ("Asked for", "Begärt"),
    "snapshot": ("Snapshot", "Ögonblicksbild"),
    "data_map": ("Data map (SHA-256)", "Datakarta (SHA-256)"),
    "software": ("Made with", "Skapat med"),
    "tables": ("Tables", "Tabeller"),
    "tables_text": (
        "Rows counted in the snapshot of the database, then for each format the rows read back from the finished "
        "files. A number in red differs; there you also see what was written.",
        "Rader räknade i databasens ögonblicksbild, sedan för varje format raderna som lästs tillbaka ur de färdiga "
        "filerna. Ett rött tal avviker; där visas även vad som skrevs.",
    ),
    "table": ("Table", "Tabell"),
    "in_snapshot": ("Snapshot", "Ögonblicksbild"),
    "written": ("written", "skrivna"),
    "total": ("All tables", "Alla tabeller"),
    "no_tables": ("No table belongs to what was asked for.", "Ingen tabell hör till det som begärdes."),
    "files": ("Files", "Filer"),
    "no_files": ("No files were asked for, or there are none.", "Inga filer begärdes, eller så finns inga."),
    "store": ("Store", "Lagring"),
    "category": ("Category", "Kategori"),
    "expected": ("Expected", "Väntade"),
    "files_written": ("Written", "Skrivna"),
    "files_read": ("Read back", "Tillbakalästa"),
    "bytes": ("Bytes", "Byte"),
    "missing": ("Missing files", "Filer som saknas"),
    "named_by": ("named by", "anges av"),
    "accepted": ("Accepted by", "Godtagen av"),
    "not_accepted": ("Nobody has accepted this yet.", "Ingen har godtagit detta ännu."),
    "documents": ("Documents", "Dokument"),
    "documents_text": (
        "Documents that were to be made from the data, those written, and those read back. Where the font of a PDF "
        "lacks a character, its number stands there; Word and CSV hold the character itself.",
        "Dokument som skulle skapas ur uppgifterna, de som skrevs och de som lästes tillbaka. Där typsnittet i en PDF "
        "saknar ett tecken står dess nummer; Word och CSV har själva tecknet.",
    ),
    "document": ("Document", "Dokument"),
    "format": ("Format", "Format"),
    "failed": ("Could not be made", "Kunde inte skapas"),
    "named_characters": ("With numbers for characters", "Med nummer för tecken"),
    "left_out": ("Left out, and why", "Utelämnat, och varför"),
    "left_out_none": ("Nothing was left out.", "Inget har utelämnats."),
    "elsewhere": ("Copies elsewhere", "Kopior på andra ställen"),
    "elsewhere_text": (
        "These copies cannot be exported; they end by themselves after the days given.",
        "Dessa kopior kan inte exporteras; de upphör av sig själva efter angivet antal dagar.",
    ),
    "days": ("days", "dagar"),
    "changes": ("Where other formats differ from the exact CSV", "Där andra format avviker från exakt CSV"),
    "changes_text": (
        "The CSV files are exact. Each difference elsewhere is one line in changes.csv.",
        "CSV-filerna är exakta. Varje avvikelse i övrigt är en rad i changes.csv.",
    ),
    "changes_none": ("Nothing differs.", "Inget avviker."),
    "lines": ("Lines", "Rader"),
    "reason": ("Reason", "Orsak"),
    "users": ("Users", "Användare"),
    "courses": ("Courses", "Kurser"),
    "reports": ("Reports", "Rapporter"),
    "media": ("files", "filer"),
    "pdf": ("PDF", "PDF"),
    "docx": ("Word", "Word"),
    "xlsx": ("Excel", "Excel"),
    "csv": ("CSV", "CSV"),
    "json": ("JSON", "JSON"),
    "xml": ("XML", "XML"),
    "sql": ("SQL", "SQL"),
}

LEFT_OUT: dict[str, tuple[str, str]] = {
    "table": ("Tables", "Tabeller"),
    "column": ("Columns", "Kolumner"),
    "reference table": ("Reference tables", "Referenstabeller"),
    "definition": ("Definitions in the SQL dump", "Definitioner i SQL-dumpen"),
}

MONTHS: dict[str, tuple[str, ...]] = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
    "sv": ("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober",
           "november", "december"),
}  # fmt: skip

CHANGES_SV: dict[str, str] = {
    "too-many-digits": "Talet har fler än 15 värdesiffror; det står som text för att vara exakt.",
    "not-a-number": "NaN och oändligheter är inga tal i detta format; värdet står som text.",
    "not-of-type": "Värdet har inte kolumnens typ; det står som text.",
    "number-out-of-range": "Talet är för stort, för litet eller en negativ nolla här; det står som text.",
    "column-as-text": "De flesta värden i kolumnen kan inte ha dess typ här; hela kolumnen står som exakt text.",
    "date-out-of-range": "Datumet ligger utanför vad formatet rymmer; det står som text.",
    "finer-than-milliseconds": "Tiden är finare än millisekunder; den står som text för att vara exakt.",
    "shown-in-utc": "Kolumnens tidpunkter visas som klockslag i UTC, utan tidsskillnad.",
    "float-display": "Kolumnens tal är exakta, men ett kalkylblad visar högst 15 siffror.",
    "trailing-zeros": "Kolumnens tal visas utan avslutande nollor efter decimaltecknet.",
    "escaped-characters": "Texten har tecken som XML inte rymmer; de står som koder.",
    "escape-like-text": "Texten liknar en kalkylbladskod (_x0041_); dess understreck står som kod.",
    "replaced-characters": "Texten har tecken som formatet inte rymmer; de är ersatta.",
    "long-text-in-file": "Texten är för lång för en cell; den står i filen som cellen anger.",
    "binary-in-file": "Innehållet står i filen som cellen anger.",
    "binary-encoded": "Kolumnens binära innehåll är kodat på annat sätt än i exakt CSV.",
    "empty-looks-like-null": "Kolumnen har tomma texter; här ser de ut som saknade värden (NULL).",
    "json-duplicate-keys": "JSON-värdet upprepar en nyckel; många program behåller bara den sista.",
    "json-as-text": "JSON-värdet kan inte nästlas som det är; det står som text.",
    "json-null": "JSON-värdet är själv null; här ser det ut som ett saknat värde (NULL).",
    "json-spacing": "Mellanrum mellan JSON-värdens delar står som blanksteg; värdena är desamma.",
    "characters-named": "Dokumentets typsnitt saknar tecknen; de står där som sina nummer: [U+4E2D].",
    "name-changed": "Namnet kan inte skrivas i detta format; det är ersatt.",
    "left-out": "Värdet kan inte skrivas i detta format och är utelämnat.",
}


def words(language: str) -> dict[str, str]:
    """Word key → text in ``en`` or ``sv``."""
    return {key: pair[language == "sv"] for key, pair in WORDS.items()}


def left_out_title(what: str, language: str) -> str:
    """The heading over things of one kind that were left out."""
    pair = LEFT_OUT.get(what)
    return pair[language == "sv"] if pair else what.capitalize()
