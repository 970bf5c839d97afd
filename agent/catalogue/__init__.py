"""The catalogue: loaded at run time, compiled and linted at build time."""
