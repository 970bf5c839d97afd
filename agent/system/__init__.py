"""The seam: every question to the machine goes through ``System``."""
