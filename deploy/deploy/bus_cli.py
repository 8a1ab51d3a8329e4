"""Commands about the bus: who may do what on it, under which certificates, and losing all of it."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from contracts.bus import Bus

from deploy.config import Configuration, SettingError
from deploy.provision import provision_elsewhere
from deploy.rotation import rotate_certificates
from deploy.sentences import console, sentences, step, tell
from deploy.services import BINARIES
from deploy.subscribers import Subscriber
from deploy.suite import Suite

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "subscribing"

app = typer.Typer()


@app.command()
def provision(
    bootstrap: Annotated[str, typer.Option(help="Kafka 地址，默认本机 · default: the broker on this machine")] = "",
    replication: Annotated[int, typer.Option(min=1, help="副本数，生产为 3 · replicas, in production 3")] = 1,
    passwords: Annotated[
        Path | None,
        typer.Option(help="服务口令目录，空则不设用户 · folder of the services' passwords; none: no users"),
    ] = None,
) -> None:
    """按 contracts/topics 建立主题与权限，并指出差异 · Make missing topics, set who may do what, tell what differs."""
    with sentences():
        configuration = Configuration.from_environment()
        if bootstrap:
            bus = replace(Bus.from_environment(), bootstrap=bootstrap)  # the environment says as whom
            done = provision_elsewhere(bus, passwords, prefix=configuration.topic_prefix, replication=replication)
        else:
            done = Suite(configuration).provision()
        for name in done.created:
            console.print(f"+ {name}")
        for name in done.kept:
            console.print(f"= {name}")
        tell(done)
        raise typer.Exit(1 if done.differences or done.strangers else 0)


@app.command("wipe-broker")
def wipe_broker(
    yes: Annotated[bool, typer.Option("--yes", help="确认清空 Kafka 磁盘 · yes, lose the broker's disk")] = False,
) -> None:
    """演练：清空 Kafka 磁盘后重建，再由发件箱补发 · Drill: lose the broker's disk; the outboxes feed it again."""
    with sentences():
        if not yes:
            raise SettingError("此操作清空 Kafka 的全部数据，请加 --yes。 This loses all that Kafka keeps: say --yes.")
        tell(Suite(Configuration.from_environment(), step).wipe_broker())


@app.command()
def subscriber(
    name: Annotated[str, typer.Argument(help="系统名称 · e.g. tax-bureau")],
    topics: Annotated[list[str] | None, typer.Argument(help="主题 · e.g. accept.cases.v1")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="收回其全部权限 · take everything back")] = False,
) -> None:
    """为下游系统建立凭证与权限，并给出示例 · Make a downstream system's credentials, and print how it reads."""
    with sentences():
        suite = Suite(Configuration.from_environment())
        if not suite.configuration.secured:
            raise SettingError("BUS=plaintext 时没有凭证。 With BUS=plaintext there are no credentials.")
        if remove:
            suite.dismiss(name)
            console.print(f"- {name}")
        elif topics:
            made = suite.subscribe(name, topics)
            _show(made)
        else:
            raise SettingError("请给出至少一个主题。 Name at least one topic.")


@app.command("rotate-certificates")
def rotate(
    authority: Annotated[
        bool, typer.Option("--authority", help="连同签发机构 · a new authority, too; services restart")
    ] = False,
) -> None:
    """更换 Kafka 证书，逐个重启 · Give every broker a new certificate, one after the other; nothing is lost."""
    with sentences():
        rotate_certificates(Suite(Configuration.from_environment(), step), authority=authority)


def _show(made: Subscriber) -> None:
    first, settings = made.topics[0], made.settings
    console.print(f"凭证 · credentials: {made.folder} (交给该系统 · hand them over; nobody else)")
    print(f"\nset -a; . {settings}; set +a")
    print(f"{BINARIES / 'python'} {EXAMPLES / 'stages.py'} {' '.join(made.topics)} --once")
    print(f"{EXAMPLES / 'watch.sh'} {first} -e")
