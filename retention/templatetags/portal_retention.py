"""The documents of a case on the self-service page: the certificates, and the other papers."""

from __future__ import annotations

from typing import Any

from django import template

from offboarding.portal.visits import Visit
from retention.portal_papers import certificates_listed, papers_listed

register = template.Library()


@register.inclusion_tag("portal/retention/certificates.html")
def portal_certificates(visit: Visit) -> dict[str, Any]:
    """Cards with links; of a case that ends and has none yet one sentence on what will come."""
    return certificates_listed(visit)


@register.inclusion_tag("portal/retention/papers.html")
def portal_papers(visit: Visit) -> dict[str, Any]:
    """Cards with links: completeness statements and acknowledgements."""
    return papers_listed(visit)
