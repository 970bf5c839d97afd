"""Checks about what the environment of this account gives to credentials."""
