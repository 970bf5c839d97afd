"""See ``tcp_reachable``."""

from urllib.parse import urlsplit

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

LIMIT_S = 2.5

_WORDS = {
    "refused": "refused the connection",
    "timeout": f"did not answer in {LIMIT_S:.1f} s",
    "unreachable": "cannot be reached, there is no route to it",
    "blocked": "is blocked by this computer itself (a local firewall or filter)",
}


@check(
    cost=Cost.NETWORK,
    evidence={"state": "text", "elapsed_ms": "ms", "address": "host"},
    timeout_s=3.0,  # Windows reports a refusal after about 2 s only, so the usual limit would call it a silence
    false_alarm="never",
)
def tcp_reachable(system: System, *, host: str, port: int = 443) -> Verdict:
    """Can this computer open a connection to the host?

    Where a proxy applies, programs never connect to the host themselves; then the proxy's own address is tested.
    """
    proxy = system.proxy_for(f"{'http' if port == 80 else 'https'}://{host}:{port}/")
    tested, tested_port, name = host, port, f"{host}:{port}"
    if proxy:
        parts = urlsplit(proxy)
        tested, tested_port = parts.hostname or "", parts.port or 80
        name = f"the proxy {tested}:{tested_port} (for {host})"
    answer = system.connect(tested, tested_port, LIMIT_S)
    found = {"elapsed_ms": answer.elapsed_ms, "address": answer.address or tested}
    if answer.state == "open":
        return passed(f"{name} accepts connections ({answer.elapsed_ms:.0f} ms)", **found)
    text = f"{name} {_WORDS.get(answer.state, answer.state)}"
    return failed(text[0].upper() + text[1:] if proxy else text, state=answer.state, **found)
