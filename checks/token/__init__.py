"""Checks about tokens and token caches."""
