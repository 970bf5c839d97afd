"""The IT Error Agent: from a failing cmdlet's error to the proven cause and its fix."""

__version__ = "0.1.0"
