"""Exports, their volumes and receipts for integrations."""
