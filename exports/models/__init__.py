"""Records: what was asked for, what was made of it, and what the customer says about it."""

from exports.models.jobs import FORMATS, ExportJob, MissingFile, Volume, every_category, every_format
from exports.models.receipts import Receipt

__all__ = ["FORMATS", "ExportJob", "MissingFile", "Receipt", "Volume", "every_category", "every_format"]
