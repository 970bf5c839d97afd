"""Checks about names, routes and proxies."""
