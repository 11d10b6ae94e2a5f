"""The resources of this package, by their place below ``/api/v1/``."""

from __future__ import annotations

from retention.api.certificates import Certificates
from retention.api.deletion import Plans, Runs
from retention.api.holds import Holds

RESOURCES = {"holds": Holds, "deletion-plans": Plans, "deletion-runs": Runs, "certificates": Certificates}
