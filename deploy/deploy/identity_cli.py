"""Who is who, on this machine: tokens for whoever tries the suite, and the keys that sign them."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from deploy import key_rotation
from deploy.accounts import signer
from deploy.config import Configuration, SettingError
from deploy.issuer import LIFE, ROLES, write_secret
from deploy.realm import Filling, realm
from deploy.sentences import console, sentences

DEFAULT_TENANT = "440100"
app = typer.Typer()


@app.command()
def token(
    role: Annotated[list[str], typer.Option(help=" | ".join(ROLES))],
    tenant: Annotated[str, typer.Option(help="GB/T 2260")] = DEFAULT_TENANT,
    sub: Annotated[str, typer.Option(help="令牌主体 · who it is for")] = "",
    department: Annotated[str | None, typer.Option(help="部门 · e.g. traffic-police")] = None,
    ttl: Annotated[int, typer.Option(help="有效秒数；Keycloak 按其自身设置 · seconds; Keycloak has its own")] = int(
        LIFE.total_seconds()
    ),
) -> None:
    """签发开发用令牌 · Get a token for development: signed here, or by Keycloak (IDENTITY=keycloak)."""
    with sentences():
        if unknown := [each for each in role if each not in ROLES]:
            raise SettingError(f"未知角色 {unknown[0]}。 No such role: {unknown[0]}; one of {', '.join(ROLES)}.")
        configuration, name = Configuration.from_environment(), sub or f"{role[0]}-{tenant}"
        if configuration.keycloak():
            print(signer(configuration).token(sub=name, tenant=tenant, roles=role, department=department))
            return
        issuer = configuration.issuer()
        issuer.prepare()
        lifetime = timedelta(seconds=ttl)
        print(issuer.token(sub=name, tenant=tenant, roles=role, department=department, ttl=lifetime))


@app.command("rotate-keys")
def rotate_keys(
    *,
    retire: Annotated[
        bool,
        typer.Option("--retire", help="停用旧密钥：其令牌立即失效 · forget the old keys: their tokens are refused"),
    ] = False,
) -> None:
    """轮换开发签发方的密钥，无需重启 · Sign with a new key from now on; nothing is started again."""
    with sentences():
        configuration = Configuration.from_environment()
        change = key_rotation.retire if retire else key_rotation.rotate
        change(configuration.issuer(), configuration.gateway())
        console.print("旧密钥已停用 · the old keys are forgotten" if retire else "已启用新密钥 · a new key signs")


@app.command("realm")
def write_realm(
    output: Annotated[Path, typer.Option(help="写到，内含密钥 · file to write; it holds secrets")],
    secret: Annotated[Path, typer.Option(help="connector 的密钥文件 · file of the secret of the client connector")],
    portal: Annotated[list[str], typer.Option(help="门户地址，可多次 · address of a portal, with /*; once for each")],
) -> None:
    """写出 Keycloak 的域 · Write the realm for a Keycloak elsewhere: kc.sh import --file …."""
    with sentences():
        if output.exists():
            raise SettingError(f"{output} 已存在。 {output} is there already.")
        filling = Filling(connector_secret=secret.read_text("utf-8").strip(), portals=portal)
        write_secret(output, json.dumps(realm(filling), ensure_ascii=False, indent=1).encode())
