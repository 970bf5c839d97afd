"""Executable checks, one question per file: ``checks/<area>/<name>.py`` holds ``<area>.<name>``."""
