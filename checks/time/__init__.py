"""Checks about the clock."""
