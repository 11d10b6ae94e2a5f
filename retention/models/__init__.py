"""Records of what must go and what may not, and the evidence of both."""

from retention.models.evidence import Certificate, Pause, Resurrection
from retention.models.keeping import LegalHold, RetentionDuty
from retention.models.plans import DeletionPlan, PlanApproval
from retention.models.runs import Attestation, DeletionRun, DeletionStep, Verification

__all__ = [
    "Attestation", "Certificate", "DeletionPlan", "DeletionRun", "DeletionStep", "LegalHold", "Pause", "PlanApproval",
    "Resurrection", "RetentionDuty", "Verification",
]  # fmt: skip
