"""What a deployment in containers needs of this package: the gateway's configuration, the reconciler's right."""

import os
from pathlib import Path
from typing import Annotated

import typer
import yaml

from deploy.config import Configuration
from deploy.gateway import Door, render
from deploy.issuer import AUDIENCE, ISSUER
from deploy.postgres import let_reconcile as let_reconcile_in
from deploy.programs import SERVICES

app = typer.Typer()


@app.command()
def gateway(
    petition: Annotated[str, typer.Option(help="host:port")],
    intel_sink: Annotated[str, typer.Option(help="host:port")],
    jwks: Annotated[Path, typer.Option(help="签发方公钥集 · the issuer's key set, as the gateway sees it")],
    output: Annotated[Path, typer.Option(help="写到 · file to write")],
    host: Annotated[str, typer.Option(help="监听地址 · address to listen at")] = "0.0.0.0",  # noqa: S104  its purpose
    port: Annotated[int, typer.Option(help="监听端口 · port to listen at")] = 8080,
    issuer: Annotated[str, typer.Option(help="令牌签发方 · whose tokens are let in")] = ISSUER,
    audience: Annotated[str, typer.Option(help="令牌受众 · for which system")] = AUDIENCE,
) -> None:
    """写出网关配置 · Write Envoy's configuration for another machine."""
    configuration = Configuration.from_environment()
    door = Door(
        host=host,
        port=port,
        admin_port=configuration.ports.envoy_admin,
        jwks=jwks,
        issuer=issuer,
        audience=audience,
        petition=_address(petition),
        intel_sink=_address(intel_sink),
        otlp_endpoint=configuration.otlp_endpoint,
        cors_origins=configuration.cors_origins,
        rate=configuration.rate,
        principal_rate=configuration.principal_rate,
    )
    output.write_text(yaml.safe_dump(render(door), allow_unicode=True, sort_keys=False), "utf-8")


@app.command("let-reconcile")
def let_reconcile(service: str) -> None:
    """让核对用户读取发件箱 · Let the reconciler read a service's outbox; the database's URL is its usual setting."""
    prefix = next((each.prefix for each in SERVICES if each.name == service), None)
    url = os.environ.get(f"{prefix}DATABASE_URL")
    if prefix is None or not url:
        raise typer.BadParameter(f"请设置 {prefix}DATABASE_URL。 Set {prefix}DATABASE_URL.")
    let_reconcile_in(url)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise typer.BadParameter(f"{text} 不是 host:port。 {text} is not host:port.")
    return host, int(port)
