"""Is the token made for the API that is called?"""

from __future__ import annotations

from agent import tokens
from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason, Value
from agent.system.base import System

EVIDENCE = {"audience": "text", "required": "text", "state": "text"}

#: Names of one API: its application id, or an address of its cloud. Graph has one id in all clouds, but tokens do not cross them.
GRAPH_ID = "00000003-0000-0000-c000-000000000000"
GRAPH_HOSTS = ("graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn")
MANAGEMENT = ("https://management.azure.com", "https://management.core.windows.net")


@check(cost=Cost.INSTANT, evidence=EVIDENCE)
def audience_matches(
    system: System, *, token: Value, required_audience: str = "https://graph.microsoft.com"
) -> Verdict:
    """Is the API that is called among the audiences of the token?"""
    said = tokens.claim(token, "aud")
    audiences = [said] if isinstance(said, str) else [a for a in said or () if isinstance(a, str)]
    if not audiences:
        raise CannotObserve(UnknownReason.MISSING_FACT, "the token names no audience (aud)")
    evidence = {"audience": ", ".join(audiences), "required": required_audience}
    accepted = _names(required_audience)
    if any(_plain(a) in accepted for a in audiences):
        return passed(f"the token is for {evidence['audience']}", **evidence)
    summary = f"the token is for {evidence['audience']}, the call goes to {required_audience}"
    graph = {f"https://{host}" for host in GRAPH_HOSTS}
    crosses = accepted & graph and any(_plain(a) in graph for a in audiences)
    return failed(summary, state="other_cloud" if crosses else "other_audience", **evidence)


def _plain(audience: str) -> str:
    return audience.strip().lower().rstrip("/")


def _names(required: str) -> set[str]:
    plain = _plain(required)
    if plain == GRAPH_ID:
        return {plain, *(f"https://{host}" for host in GRAPH_HOSTS)}
    if plain.removeprefix("https://") in GRAPH_HOSTS:
        return {plain, GRAPH_ID}
    return {plain, *MANAGEMENT} if plain in MANAGEMENT else {plain}
