"""The sign-in service of the lab: validates for real and answers in the service's known wording.

Judges times against its own clock, the true one of the test process, whatever the client believes. A client assertion is
refused when it is not valid within five minutes of tolerance; that tolerance is the lab's choice, the service's is not published.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from lab import jwt
from lab.pki import Pair, issue

TOLERANCE_S = 300
TOKEN_LIFE_S = 3599
_REVIEW = (
    "Review the documentation at "
    "https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials ."
)


@dataclass
class App:
    """An application: secrets with the time each ends, certificates, application permissions per resource."""

    client_id: str
    secrets: dict[str, float] = field(default_factory=dict)
    certificates: list[Pair] = field(default_factory=list)
    roles: tuple[str, ...] = ()


@dataclass
class Tenant:
    """A directory with its applications."""

    tenant_id: str
    name: str
    apps: dict[str, App] = field(default_factory=dict)


class Refused(Exception):
    """The service says no: an OAuth error with a code."""

    def __init__(self, status: int, error: str, code: int, text: str) -> None:
        super().__init__(text)
        self.status, self.error, self.code, self.text = status, error, code, text


class Directory:
    """All tenants of the lab and the key that signs their tokens."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self.tenants: dict[str, Tenant] = {}
        #: domains that are not simply a tenant's own: ``Federated`` or ``Unknown``
        self.realms: dict[str, str] = {}
        self.cloud = "microsoftonline.com"
        self.signer = issue("Lab token signing", days=(-30, 365))
        self.authority = "https://localhost"
        self.graph = "https://localhost"

    def add(self, tenant: Tenant) -> Tenant:
        """Make the tenant known under its id and its name."""
        self.tenants[tenant.tenant_id] = self.tenants[tenant.name] = tenant
        return tenant

    def openid(self, tenant: str) -> tuple[int, dict[str, Any]]:
        """The OpenID configuration, or the body that says there is no such tenant."""
        try:
            found = self._tenant(tenant)
        except Refused as refusal:
            return refusal.status, self._body(refusal)
        base = f"{self.authority}/{found.tenant_id}"
        return 200, {
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "issuer": f"{base}/v2.0",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "tenant_region_scope": "EU",
            "cloud_instance_name": self.cloud,
            "msgraph_host": self.graph.partition("://")[2],
        }

    def realm(self, account: str) -> dict[str, Any]:
        """The user realm of an account, in the form of version 1.0: only its domain matters."""
        domain = account.rpartition("@")[2].lower()
        kind = self.realms.get(domain, "Managed" if domain in self.tenants else "Unknown")
        told = {"ver": "1.0", "account_type": kind, "cloud_instance_name": self.cloud}
        if kind == "Unknown":
            return told
        told |= {"domain_name": domain, "cloud_audience_urn": "urn:federation:MicrosoftOnline"}
        if kind == "Federated":
            server = f"https://sts.{domain}/adfs/services/trust"
            told |= {
                "federation_protocol": "WSTrust",
                "federation_metadata_url": f"{server}/mex",
                "federation_active_auth_url": f"{server}/2005/usernamemixed",
            }
        return told

    def token(self, tenant: str, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """The answer to a token request: a signed token, or the refusal a real service would word."""
        try:
            found = self._tenant(tenant)
            app = self._app(found, form.get("client_id", ""))
            self._prove(app, form)
            resource = self._resource(form)
        except Refused as refusal:
            return refusal.status, self._body(refusal)
        access = self.access_token(found, app, audience=resource, roles=app.roles)
        return 200, {
            "token_type": "Bearer",
            "expires_in": TOKEN_LIFE_S,
            "ext_expires_in": TOKEN_LIFE_S,
            "access_token": access,
        }

    def access_token(
        self,
        tenant: Tenant,
        app: App,
        *,
        audience: str = "",
        roles: tuple[str, ...] = (),
        expires_in_s: float = TOKEN_LIFE_S,
    ) -> str:
        """A token of this directory, also one that no request would give any more."""
        end = int(self.now() + expires_in_s)
        claims = {
            "aud": audience or self.graph,
            "iss": f"{self.authority}/{tenant.tenant_id}/v2.0",
            "iat": end - TOKEN_LIFE_S - 300,
            "nbf": end - TOKEN_LIFE_S - 300,
            "exp": end,
            "appid": app.client_id,
            "idtyp": "app",
            "roles": list(roles),
            "tid": tenant.tenant_id,
            "ver": "1.0",
        }
        return jwt.sign(claims, self.signer.key, "lab")

    def _tenant(self, name: str) -> Tenant:
        if found := self.tenants.get(name.lower()):
            return found
        raise Refused(
            400,
            "invalid_request",
            90002,
            f"Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing into the correct "
            "cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the "
            "tenant.",
        )

    @staticmethod
    def _app(tenant: Tenant, client_id: str) -> App:
        if found := tenant.apps.get(client_id.lower()):
            return found
        raise Refused(
            400,
            "unauthorized_client",
            700016,
            f"Application with identifier '{client_id}' was not found in the directory '{tenant.name}'. This can happen if the "
            "application has not been installed by the administrator of the tenant or consented to by any user in the tenant. "
            "You may have sent your authentication request to the wrong tenant.",
        )

    def _prove(self, app: App, form: Mapping[str, str]) -> None:
        if form.get("grant_type") != "client_credentials":
            raise Refused(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
        if "client_assertion" in form:
            self._assertion(app, form["client_assertion"])
        else:
            self._secret(app, form.get("client_secret", ""))

    def _secret(self, app: App, secret: str) -> None:
        ends = app.secrets.get(secret)
        if ends is None:
            raise Refused(
                401,
                "invalid_client",
                7000215,
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not "
                f"the client secret ID, for a secret added to app '{app.client_id}'.",
            )
        if ends < self.now():
            raise Refused(
                401,
                "invalid_client",
                7000222,
                f"The provided client secret keys for app '{app.client_id}' are expired. Visit the Azure portal to create new "
                "keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added "
                "security: https://aka.ms/certCreds.",
            )

    def _assertion(self, app: App, assertion: str) -> None:
        try:
            head, claims = jwt.read(assertion)
        except ValueError:
            raise Refused(401, "invalid_client", 50027, "JWT token is invalid or malformed.") from None
        signer = next((c for c in app.certificates if _is_named(head, c)), None)
        if signer is None or not jwt.is_signed_by(assertion, _public(signer)):
            reason = "The key was not found." if signer is None else "The provided signature value did not match."
            raise Refused(
                401,
                "invalid_client",
                700027,
                "The certificate with identifier used to sign the client assertion is not registered on application. "
                f"[Reason - {reason}, Thumbprint of key used by client: '{_named(head)}', Please visit the Azure Portal, Graph "
                f"Explorer or directly use MS Graph to see configured keys for app Id '{app.client_id}'.]",
            )
        self._in_time(claims)

    def _in_time(self, claims: Mapping[str, Any]) -> None:
        now, start, end = self.now(), float(claims.get("nbf", 0)), float(claims.get("exp", 0))
        if start - TOLERANCE_S <= now <= end + TOLERANCE_S:
            return
        raise Refused(
            401,
            "invalid_client",
            700024,
            f"Client assertion is not within its valid time range. Current time: {_fine(now)}, assertion valid from "
            f"{_fine(start)}, expiry time of assertion {_fine(end)}. {_REVIEW}",
        )

    def _resource(self, form: Mapping[str, str]) -> str:
        scope = form.get("scope", "")
        resource, _, last = scope.rpartition("/")
        if last == ".default" and resource == self.graph:
            return resource
        if last == ".default":
            raise Refused(
                400,
                "invalid_resource",
                500011,
                f"The resource principal named {resource} was not found in the tenant named Contoso. This can happen if the "
                "application has not been installed by the administrator of the tenant or consented to by any user in the "
                "tenant. You might have sent your authentication request to the wrong tenant.",
            )
        raise Refused(
            400,
            "invalid_scope",
            1002012,
            f"The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default "
            "suffixed to the resource identifier (application ID URI).",
        )

    def _body(self, refusal: Refused) -> dict[str, Any]:
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        stamp = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(self.now()))
        return {
            "error": refusal.error,
            "error_description": f"AADSTS{refusal.code}: {refusal.text} Trace ID: {trace} Correlation ID: {correlation} "
            f"Timestamp: {stamp}",
            "error_codes": [refusal.code],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"{self.authority}/error?code={refusal.code}",
        }


def _public(pair: Pair) -> rsa.RSAPublicKey:
    key = pair.certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    return key


def _is_named(head: Mapping[str, Any], pair: Pair) -> bool:
    """MSAL names the certificate by ``x5t`` (SHA-1), ``x5t#S256`` or, in old versions, the hex thumbprint as ``kid``."""
    names = {
        jwt.encode(pair.certificate.fingerprint(hashes.SHA1())),
        jwt.encode(pair.certificate.fingerprint(hashes.SHA256())),
        pair.thumbprint,
    }
    return bool(names & {str(head.get(k, "")) for k in ("x5t", "x5t#S256", "kid")})


def _named(head: Mapping[str, Any]) -> str:
    name = str(head.get("x5t") or head.get("x5t#S256") or "")
    try:
        return jwt.decode(name).hex().upper() or str(head.get("kid", ""))
    except ValueError:
        return name


def _fine(moment: float) -> str:
    whole = int(moment)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{int((moment - whole) * 1e7):07d}Z"
