"""See ``proxy_usable``."""

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System, TunnelAnswer

EVIDENCE = {"state": "text", "proxy": "text", "http_status": "count", "authenticate": "text"}

_WORDS = {
    "refused": "cannot be reached",
    "timeout": "did not answer in 2.0 s",
    "closed": "closed the connection without an answer",
    "no_name": "has a name without an address",
}


@check(cost=Cost.NETWORK, evidence=EVIDENCE)
def proxy_usable(system: System, *, host: str, port: int = 443) -> Verdict:
    """Does the proxy that applies open a way to the host, without a login?

    407 means that the proxy wants a login, 5xx that the proxy cannot reach the host, any other refusal that its policy forbids it.
    A login that programs have is not tried, so a proxy that only wants one fails here on purpose.
    """
    proxy = system.proxy_for(f"https://{host}:{port}/")
    if not proxy:
        return passed(f"No proxy applies to {host}: direct connection", proxy="")
    answer = system.proxy_tunnel(proxy, host, port)
    found = {"proxy": proxy, "http_status": answer.status, "authenticate": ", ".join(answer.authenticate)}
    if 200 <= answer.status < 300:
        return passed(f"The proxy {proxy} opens a way to {host}", **found)
    state, words = _judged(answer, host)
    return failed(f"The proxy {proxy} {words}", state=state, **found)


def _judged(answer: TunnelAnswer, host: str) -> tuple[str, str]:
    said = f"{answer.status} {answer.reason}".strip()
    if answer.status == 407:
        schemes = ", ".join(dict.fromkeys(a.split(" ")[0] for a in answer.authenticate if a)) or "not named"
        return "auth_required", f"wants a login (407, kind: {schemes})"
    if answer.status >= 500:
        return "cannot_reach", f"cannot reach {host} ({said})"
    if answer.status:
        return "blocked", f"does not allow {host} ({said})"
    detail = f" ({answer.reason})" if answer.reason else ""
    return answer.state, f"{_WORDS.get(answer.state, answer.state)}{detail}"
