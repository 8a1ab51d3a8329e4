"""What a deployment in containers needs of this package: the gateway's configuration, the reconciler's right."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from deploy.broker_files import write as write_broker_files
from deploy.config import Configuration
from deploy.gateway import Door, write
from deploy.issuer import ALGORITHM, AUDIENCE, ISSUER, TYPE
from deploy.kubernetes import Shape, manifests
from deploy.postgres import let_reconcile as let_reconcile_in
from deploy.services import SERVICES
from deploy.services import service as service_named
from deploy.tokens import LIFE_S, Tokens
from deploy.tracing import Traces

app = typer.Typer()


@app.command()
def gateway(
    *,
    service_address: Annotated[
        list[str], typer.Option("--service", help="每个服务一次 · once for each service: name=host:port")
    ],
    output: Annotated[Path, typer.Option(help="写到 · file to write")],
    jwks: Annotated[Path, typer.Option(help="签发方公钥集 · the issuer's key set")] = Path("jwks.json"),
    discovery_url: Annotated[
        str, typer.Option(help="签发方的发现文档，代替公钥集文件 · the issuer's discovery document, instead of a file")
    ] = "",
    documents: Annotated[
        Path | None, typer.Option(help="文档目录，默认在其旁 · folder of the pages; by default beside it")
    ] = None,
    host: Annotated[str, typer.Option(help="监听地址 · address to listen at")] = "0.0.0.0",  # noqa: S104  its purpose
    port: Annotated[int, typer.Option(help="监听端口 · port to listen at")] = 8080,
    issuer: Annotated[str, typer.Option(help="令牌签发方 · whose tokens are let in")] = ISSUER,
    audience: Annotated[str, typer.Option(help="令牌受众 · for which system")] = AUDIENCE,
    algorithm: Annotated[str, typer.Option(help="签名算法 · how tokens are signed")] = ALGORITHM,
    token_type: Annotated[str, typer.Option(help="令牌头 typ · header typ of access tokens")] = TYPE,
    life: Annotated[int, typer.Option(help="令牌最长有效秒数 · longest life of a token, in seconds")] = LIFE_S,
    certificate: Annotated[
        Path | None, typer.Option(help="证书目录，空则不用 TLS · folder of tls.crt and tls.key; none: plain HTTP")
    ] = None,
) -> None:
    """写出网关配置和文档 · Write Envoy's configuration for another machine, and the pages that it gives out."""
    configuration = Configuration.from_environment()
    door = Door(
        host=host,
        port=port,
        admin_port=configuration.ports.envoy_admin,
        tokens=Tokens(
            jwks=jwks,
            discovery_url=discovery_url,
            issuer=issuer,
            audience=audience,
            algorithm=algorithm,
            type=token_type,
            life_s=life,
        ),
        certificate=certificate,
        services=_addresses(service_address),
        traces=Traces(otlp=configuration.otlp_endpoint, sampled=configuration.sampled),
        cors_origins=configuration.cors_origins,
        limits=configuration.limits,
    )
    write(door, output, documents or output.parent / "documents")


@app.command()
def brokers(
    output: Annotated[Path, typer.Option(help="写到 · folder to write")],
    hosts: Annotated[list[str], typer.Argument(help="各节点主机名，按编号 · the brokers' hosts, in order")],
    at: Annotated[Path, typer.Option(help="节点所见的目录 · where brokers find it")] = Path("/etc/bus"),
) -> None:
    """写出 Kafka 节点的设置、证书与口令 · Write brokers' settings, certificates and everybody's passwords."""
    write_broker_files(output, hosts, at)


@app.command()
def kubernetes(
    image: Annotated[str, typer.Option(help="本系统的镜像，标签即版本 · the suite's image; its tag is the version")],
    issuer: Annotated[str, typer.Option(help="令牌签发方 · whose tokens are let in")],
    audience: Annotated[str, typer.Option(help="令牌受众 · for which system")] = AUDIENCE,
    discovery_url: Annotated[str, typer.Option(help="签发方的发现文档 · the issuer's discovery document")] = "",
) -> None:
    """打印 Kubernetes 清单 · Print what to apply in Kubernetes: deploy kubernetes … | kubectl apply -f -."""
    print(manifests(Shape(image=image, issuer=issuer, audience=audience, discovery_url=discovery_url)), end="")


@app.command("let-reconcile")
def let_reconcile(service: str) -> None:
    """让核对用户读取发件箱 · Let the reconciler read a service's outbox; the database's URL is its usual setting."""
    try:
        setting = f"{service_named(service).prefix}DATABASE_URL"
    except KeyError:
        raise typer.BadParameter(f"没有服务 {service}。 There is no service {service}.") from None
    if not (url := os.environ.get(setting)):
        raise typer.BadParameter(f"请设置 {setting}。 Set {setting}.")
    let_reconcile_in(url)


def _addresses(texts: Sequence[str]) -> dict[str, tuple[str, int]]:
    found = {name: _address(address) for name, _, address in (text.partition("=") for text in texts)}
    if wrong := found.keys() ^ {each.name for each in SERVICES}:
        known = ", ".join(sorted(wrong))
        raise typer.BadParameter(f"每个服务须给出一次：{known}。 Name each service once: {known}.")
    return found


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise typer.BadParameter(f"{text} 不是 host:port。 {text} is not host:port.")
    return host, int(port)
