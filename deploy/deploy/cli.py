"""The ``deploy`` command; ``make`` calls it."""

import contextlib
import os
import subprocess
import time
from datetime import timedelta
from typing import Annotated

import psutil
import typer
from contracts.registry import default_directory
from rich.table import Table

from contracts.openapi import FILE, text
from deploy.bus_cli import app as bus
from deploy.config import Configuration, SettingError
from deploy.data_cli import app as data
from deploy.documents import ENTRANCE
from deploy.identity_cli import app as identity
from deploy.openapi import NoDocumentError, suite_document
from deploy.production_cli import app as production
from deploy.programs import environment_of, programs
from deploy.sentences import console, sentences, step, tell
from deploy.services import BINARIES
from deploy.suite import Suite

ABOUT = "一网办：在本机启动与管理 · start and manage the suite on this machine"
app = typer.Typer(no_args_is_help=True, add_completion=False, help=ABOUT)
app.add_typer(bus)
app.add_typer(data)
app.add_typer(production)
app.add_typer(identity)

MEBIBYTE = 1024**2
SHOWN_DEATHS = 10


@app.command()
def start(roles: Annotated[str, typer.Option(help="all | split：每个角色一个进程 · each role a process")] = "") -> None:
    """启动整套系统 · Start the suite and wait until it is ready."""
    with sentences():
        if roles:
            os.environ["ROLES"] = roles
        suite = Suite(Configuration.from_environment(), step)
        began = time.monotonic()
        provisioned = suite.start()
        console.print(f"[green]已就绪[/green] · ready in {time.monotonic() - began:.1f} s")
        tell(provisioned)
        _links(suite.configuration)


@app.command()
def fetch() -> None:
    """获取 Kafka 与 Zipkin（仅首次） · Fetch Kafka's and Zipkin's jars, once."""
    with sentences():
        configuration = Configuration.from_environment()
        configuration.kafka().install()
        for server in (configuration.zipkin_server(), configuration.keycloak()):
            if server:
                server.install()


@app.command()
def links() -> None:
    """各入口地址 · Where everything is."""
    with sentences():
        _links(Configuration.from_environment())


@app.command()
def down() -> None:
    """停止整套系统 · Stop everything."""
    with sentences(), step("停止 · Stopping"):
        Suite(Configuration.from_environment()).down()


@app.command()
def status() -> None:
    """各进程状态、内存与重启记录 · What runs, how much memory, what died and was restarted."""
    with sentences():
        suite = Suite(Configuration.from_environment())
        if not suite.supervisor.running:
            console.print("未运行 · not running (make start)")
            raise typer.Exit(3)
        late = suite.not_ready()
        deaths = suite.supervisor.deaths()
        table = Table("程序 program", "状态 state", "pid", "运行 up", "内存 MB", "重启 restarts", "就绪 ready")
        total = 0.0
        found = {info["name"]: info for info in suite.supervisor.info()}
        for name in (program.name for program in programs(suite.configuration) if program.name in found):
            info = found[name]
            pid = info["pid"]
            memory = _memory(pid)
            total += memory
            up = timedelta(seconds=info["now"] - info["start"]) if pid else "–"
            restarts = sum(death.program == name for death in deaths)
            ready = "[red]否 no[/red]" if name in late or not pid else "是 yes"
            table.add_row(name, info["statename"], str(pid or "–"), str(up), f"{memory:.0f}", str(restarts), ready)
        console.print(table)
        console.print(f"内存合计 · memory: {total:.0f} MB")
        for name, said in late.items():
            console.print(f"[red]{name}[/red]: {said}")
        for death in deaths[-SHOWN_DEATHS:]:
            console.print(f"{death.at} {death.program}: {death.how} → 已重启 · restarted")
        raise typer.Exit(1 if late else 0)


@app.command()
@app.command()
def openapi(
    check: Annotated[
        bool, typer.Option("--check", help="只比较 · write nothing; exit with 1 if it would change")
    ] = False,
) -> None:
    """把各服务的接口合为一份文档 · Merge the services' HTTP APIs into contracts/openapi/suite.json."""
    with sentences():
        path = default_directory() / FILE
        written = text(suite_document(Configuration.from_environment()))
        if check and (not path.is_file() or path.read_text("utf-8") != written):
            raise NoDocumentError(f"{FILE} 与各服务不符。 {FILE} isn't what the services say: run make contracts.")
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(written, "utf-8")


@app.command()
def logs(
    program: Annotated[str, typer.Argument(help="程序名，空则列出 · a program; none: list them")] = "",
    follow: Annotated[bool, typer.Option("--follow", "-f")] = False,
) -> None:
    """查看日志 · Show a program's log."""
    with sentences():
        folder = Configuration.from_environment().logs
        path = folder / f"{program}.log"
        if not program or not path.exists():
            console.print("\n".join(sorted(found.stem for found in folder.glob("*.log"))) or "无 · none")
            raise typer.Exit(0 if not program else 1)
        raise typer.Exit(
            subprocess.run(["tail", "-n", "100", *(["-f"] if follow else []), path], check=False).returncode
        )


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run(context: typer.Context, service: str) -> None:
    """以部署的设置运行服务的命令 · Run a service's command here: deploy run intel-sink verify."""
    with sentences():
        try:
            environment = environment_of(Configuration.from_environment(), service)
        except KeyError:
            raise SettingError(f"没有服务 {service}。 There is no service {service}.") from None
        os.execve(BINARIES / service, [service, *context.args], {**os.environ, **environment})  # noqa: S606  its own command


def _links(configuration: Configuration) -> None:
    ports = configuration.ports
    table = Table(show_header=False, box=None)
    table.add_row("网关 gateway", configuration.gateway().url)
    table.add_row("接口与事件 docs", configuration.gateway().url + ENTRANCE)
    table.add_row("网关状态 Envoy", f"http://127.0.0.1:{ports.envoy_admin}")
    for program in programs(configuration):
        if program.ready_url:
            base = program.ready_url.removesuffix("/readyz")
            table.add_row(program.name, f"{base}/readyz  {base}/metrics")
    if zipkin := configuration.zipkin_server():
        table.add_row("链路追踪 Zipkin", zipkin.page)
    if keycloak := configuration.keycloak():
        table.add_row("身份认证 Keycloak", keycloak.issuer)
    table.add_row("Kafka", configuration.kafka().bootstrap)
    table.add_row("PostgreSQL", f"127.0.0.1:{ports.postgres}")
    table.add_row("日志 logs", str(configuration.logs))
    console.print(table)
    console.print("令牌 · a token: make token ROLE=citizen    状态 · status: make status    停止 · stop: make down")


def _memory(pid: int) -> float:
    """Add up what a process and its children hold for themselves (shared pages count once), in MB."""
    total = 0
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                total += each.memory_full_info().pss
    return total / MEBIBYTE if pid else 0.0
