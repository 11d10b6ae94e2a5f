"""Holds, plans, runs and certificates for integrations."""
