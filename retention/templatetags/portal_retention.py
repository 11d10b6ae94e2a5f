"""The documents of a case on the self-service page: certificates, completeness statements, acknowledgements."""

from __future__ import annotations

from typing import Any

from django import template

from offboarding.portal.visits import Visit
from retention.portal_papers import listed

register = template.Library()


@register.inclusion_tag("portal/retention/documents.html")
def portal_certificates(visit: Visit) -> dict[str, Any]:
    """Cards with links; of a case that has none yet one sentence on what will come."""
    return listed(visit)
