"""See ``command_known``."""

import difflib

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

#: Two letters may be wrong, twisted, missing or too many; more than that is another command.
MOST_SLIPS = 2
#: Sign-in commands people mistype before the module is there; being on this list is not being installed.
WELL_KNOWN = {
    "Connect-MgGraph": "Microsoft.Graph.Authentication",
    "Get-MgContext": "Microsoft.Graph.Authentication",
    "Connect-AzAccount": "Az.Accounts",
    "Connect-ExchangeOnline": "ExchangeOnlineManagement",
    "Connect-IPPSSession": "ExchangeOnlineManagement",
    "Connect-MicrosoftTeams": "MicrosoftTeams",
    "Connect-PnPOnline": "PnP.PowerShell",
}
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_EVIDENCE = {"state": "text", "suggestion": "text", "owner": "text"}


@check(cost=Cost.LOCAL, timeout_s=4.0, evidence=_EVIDENCE, false_alarm="rarely")
def command_known(system: System, *, missing_command: str, edition: str = "Core") -> Verdict:
    """Does an installed module, or a program on PATH, have a command of this name?

    Compared with the names that manifests list; a name that differs by two letters at most, or by a dash from a text program, counts as
    misspelt. Functions of scripts and of modules that export by wildcard are not seen.
    """
    commands = {name.lower(): (name, owner) for name, owner in system.exported_commands(edition)}
    name = missing_command.strip().lower()
    if found := commands.get(name):
        return passed(f"{found[0]} is a command of {found[1]}, which is installed", owner=found[1])
    if "-" not in name and (program := system.find_program(missing_command)):
        return passed(f"{missing_command} is a program: {program}", owner=program)
    plain = name.translate(_DASHES)
    commands = {
        known.lower(): (known, owner) for known, owner in WELL_KNOWN.items() if known.lower() != name
    } | commands
    near = [plain] if plain in commands else difflib.get_close_matches(plain, commands, 3, 0.8)
    near = [other for other in near if _slips(plain, other) <= MOST_SLIPS]
    if near:
        shown, owner = commands[near[0]]
        text = f"{missing_command} is no command; {shown} of {owner} is"
        return failed(text, state="misspelt", suggestion=shown, owner=owner)
    return failed(f"No installed module lists a command {missing_command}, nor one spelt nearly so", state="unknown")


def _slips(one: str, two: str) -> int:
    rows = [list(range(len(two) + 1))]
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(two, 1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b))
            twisted = i > 1 and j > 1 and a == two[j - 2] and one[i - 2] == b
            row.append(min(cost, rows[-2][j - 2] + 1) if twisted else cost)
        rows.append(row)
    return rows[-1][-1]
