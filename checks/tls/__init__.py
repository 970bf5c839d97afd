"""Checks about TLS connections."""
