"""Checks about the computer, the account and the session the command runs in."""
