"""The resources of this package, by their place below ``/api/v1/``."""

from __future__ import annotations

from offboarding.api.agreements import Agreements, Customers
from offboarding.api.journal import Journal
from offboarding.api.notices import Notices

RESOURCES = {"customers": Customers, "agreements": Agreements, "notices": Notices, "journal": Journal}
