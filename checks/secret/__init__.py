"""Checks about client secrets."""
