"""Checks about client certificates and their keys."""
