"""Checks about PowerShell modules and assemblies."""
