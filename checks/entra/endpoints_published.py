"""See ``endpoints_published``."""

from urllib.parse import urlsplit

from agent import signin
from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

EVIDENCE = {"state": "text", "authority": "text", "http_status": "count", "content_type": "text", "leads_to": "host"}


@check(cost=Cost.NETWORK, evidence=EVIDENCE)
def endpoints_published(system: System, *, authority: str = signin.PUBLIC) -> Verdict:
    """Does the sign-in address publish where tokens are given out, as a sign-in service does?

    A web page or a redirect in its place comes from a captive portal, a filter or a proxy; any other document from a server that is none.
    """
    if urlsplit(authority).scheme != "https":
        return failed(
            f"The sign-in address {authority} does not begin with https", state="not_https", authority=authority
        )
    answer = system.http_get(f"{authority.rstrip('/')}/common/v2.0/.well-known/openid-configuration")
    kind = answer.headers.get("content-type", "").partition(";")[0].lower()
    found = {"authority": authority, "http_status": answer.status, "content_type": kind}
    if 300 <= answer.status < 400:
        to = urlsplit(answer.headers.get("location", "")).hostname or ""
        return failed(f"{authority} leads to {to or 'another page'}", state="redirect", leads_to=to, **found)
    said = signin.document(answer)
    if said and (said.get("token_endpoint") or "AADSTS" in str(said.get("error_description"))):
        return passed(f"{authority} publishes its endpoints", **found)
    if kind == "text/html" or answer.body.lstrip()[:1] == b"<":
        return failed(f"{authority} answers {answer.status} with a web page", state="html", **found)
    return failed(f"{authority} answers {answer.status}, but publishes no endpoints", state="other_service", **found)
