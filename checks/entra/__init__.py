"""Checks about the sign-in service."""
