"""Copies of databases, and what has to be forgotten: the commands for data that the suite keeps."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from deploy.config import Configuration, SettingError
from deploy.erasure import erase as erase_person
from deploy.sentences import console, sentences, step
from deploy.services import known
from deploy.suite import Suite

app = typer.Typer()

OneDatabase = Annotated[str, typer.Argument(parser=known)]
MEBIBYTE = 1024**2
CACHED_S = 60
"""As the keyring says; nothing tells a process that isn't asked for the key anyway."""


@app.command("backup")
def back_up(
    service: OneDatabase,
    file: Annotated[
        Path | None, typer.Argument(help="默认在 STATE_DIR/backups，到期删除 · by default there, until it expires")
    ] = None,
) -> None:
    """备份一个服务或密钥环的数据库，不停机 · Copy a service's database, or the keyring, while it is at work."""
    with sentences():
        made, expired = Suite(Configuration.from_environment(), step).back_up(service, file)
        console.print(f"+ {made}")
        for path in expired:
            console.print(f"- {path} 已到期 · expired")


@app.command()
def restore(
    service: OneDatabase,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="确认以备份取代现有数据库 · yes, lose the present database")
    ] = False,
) -> None:
    """以备份取代一个服务的数据库 · Put the copy in a database's place; what came since comes back from the topics."""
    with sentences():
        if not yes:
            raise SettingError("此操作以备份取代现有数据库，请加 --yes。 This loses the present database: say --yes.")
        Suite(Configuration.from_environment(), step).restore(service, file)


@app.command()
def erase(
    person: Annotated[str, typer.Argument(help="令牌主体 · the sub of their tokens")],
    context: Annotated[
        list[str] | None, typer.Option(help="默认 applicant、author · where they have keys: author.forum for a handle")
    ] = None,
    within: Annotated[float, typer.Option(min=0, help="最长等待秒数 · longest wait for the services, seconds")] = 120.0,
) -> None:
    """抹除一个人，并证明处处再无明文 · Erase a person, and prove that nothing is left in clear."""
    with sentences():
        with step("销毁密钥，待各服务确认，查遍各处 · Keys, acknowledgements, search"):
            proof = erase_person(Configuration.from_environment(), person, context or [], within_s=within)
        table = Table(show_header=False, box=None)
        table.add_row("已销毁密钥 keys destroyed", f"{proof.keys:,}")
        for owner, emptied in proof.emptied.items():
            table.add_row(f"{owner} 已确认，删去密文 acknowledged, texts deleted", f"{emptied:,}")
        table.add_row("至最后确认 until the last acknowledgement", f"{proof.seconds:.1f} s")
        table.add_row("查找的原文与密钥 texts and keys looked for", f"{proof.texts:,}")
        table.add_row("查过的行 rows looked at", f"{proof.rows:,}")
        table.add_row("查过的文件 files looked at", f"{proof.files:,} ({proof.size / MEBIBYTE:,.0f} MB)")
        table.add_row("查过的追踪 traces looked at", f"{proof.traces / MEBIBYTE:,.1f} MB")
        table.add_row("发现 found", f"{len(proof.hits):,}")
        table.add_row("镜像校验 records verified", f"{proof.records:,}")
        for path, until in proof.backups:
            table.add_row(f"此前的备份 copy from before: {path.name}", f"至 until {until:%Y-%m-%d}")
        console.print(table)
        if not proof.texts:
            console.print("密钥早已销毁，无原文可查 · the keys were destroyed before: nothing is known to look for")
        console.print(f"各进程至多再记 {CACHED_S} 秒 · processes remember a key for {CACHED_S} s at most")
