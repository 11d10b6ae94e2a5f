"""How dates read in Swedish here: in columns too the day first and the month in words, as everywhere else."""

SHORT_DATE_FORMAT = "j b Y"
SHORT_DATETIME_FORMAT = "j b Y H:i"
