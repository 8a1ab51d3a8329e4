"""Starts, stops and describes the whole suite on this machine."""

import contextlib
import os
import secrets
import subprocess
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from contracts.registry import Registry
from kafka import KafkaAdminClient

from deploy import backup, preflight
from deploy.access import Principal
from deploy.admission import dismiss
from deploy.config import Configuration
from deploy.erasure import SINK, ErasureError, reapply
from deploy.issuer import write_secret
from deploy.programs import (
    Program,
    environment_of,
    key_encryption_key,
    keyring_environment,
    processes,
    programs,
    pseudonym_secret,
)
from deploy.provision import Provisioned, principals_of_services, provision
from deploy.scraping import write_targets
from deploy.services import KEYRING, KEYRING_COMMAND, SERVICES, database, service
from deploy.subscribers import Subscriber
from deploy.supervisor import Supervisor, leftovers

READY_WITHIN_S = 180.0
"""Longest wait for the services; a busy machine needs a minute. A service that keeps dying is given up earlier."""

READY_POLL_S = 0.2
TOLERATED_DEATHS = 2
PSEUDONYM_BYTES = 48
KEK_BYTES = 32

Step = Callable[[str], contextlib.AbstractContextManager[object]]
"""Shows what is being done, while it is being done."""


class StartError(RuntimeError):
    """The suite can't start; the message says why, in a sentence for each reason."""


class Suite:
    """The suite of one configuration.

    Args:
        configuration: Ports, folder and shape.
        step: Shows what is being done.
    """

    def __init__(self, configuration: Configuration, step: Step = contextlib.nullcontext) -> None:
        self.configuration = configuration
        self.supervisor = Supervisor(configuration.state, configuration.logs)
        self._step = step

    def start(self) -> Provisioned:
        """Start everything and wait until it can be given work. What runs already stays as it is.

        Raises:
            StartError: Something is in the way, or a part didn't become ready.
        """
        configuration = self.configuration
        kafka, postgres, gateway = configuration.kafka(), configuration.postgres(), configuration.gateway()
        zipkin, keycloak = configuration.zipkin_server(), configuration.keycloak()
        beside = [server for server in (zipkin, keycloak) if server]
        if not self.supervisor.running:
            self._clear_the_way()
        with self._step("准备密钥与服务器 · Keys and servers"), ThreadPoolExecutor() as pool:
            self._make_secrets()
            write_targets(configuration)
            list(pool.map(lambda server: server.prepare(), [kafka, postgres, gateway, *beside]))
        planned = programs(configuration)
        self.supervisor.launch(planned)
        for server in beside:
            self.supervisor.start(server.name)  # nobody waits for Zipkin, and only the gateway for the other
        with self._step("PostgreSQL, Kafka"), ThreadPoolExecutor() as pool:
            self.supervisor.start(postgres.name)
            for broker in kafka.brokers:
                self.supervisor.start(broker.name)
            postgres.wait_ready()
            postgres.provision()
            migrations = [pool.submit(self._migrate, each.name, each.command) for each in SERVICES]
            migrations.append(pool.submit(self._migrate, KEYRING, KEYRING_COMMAND))
            kafka.wait_ready()
            for migration in migrations:
                migration.result()
            postgres.let_reconcile()
        with self._step("主题 · Topics"):
            provisioned = self.provision()
        with self._step("服务 · Services"):
            services = [program for program in planned if program.ready_url]
            for program in services:
                self.supervisor.start(program.name)
            self._wait_ready(services)
        if keycloak:
            with self._step("身份认证 · Keycloak"):
                keycloak.wait_ready()
        with self._step("网关 · Gateway"):
            self.supervisor.start(gateway.name)
            gateway.wait_ready()
        return provisioned

    def down(self) -> None:
        """Stop everything. Stopping twice is fine."""
        self.supervisor.shutdown()

    def provision(self) -> Provisioned:
        """Make the topics that are missing, tell what differs, and let in who may write and read them."""
        kafka, prefix = self.configuration.kafka(), self.configuration.topic_prefix
        topics = tuple(Registry.load().topics.values())
        principals: list[Principal] = []
        if kafka.credentials is not None:
            principals = principals_of_services(topics, kafka.credentials.password, prefix)
            principals += self.configuration.subscribers().principals(topics, prefix)
        return provision(kafka.bus, topics, principals=principals, prefix=prefix, replication=len(kafka.brokers))

    def subscribe(self, name: str, names: Sequence[str]) -> Subscriber:
        """Let a system outside the suite read topics.

        Raises:
            NotForSubscribersError: They are not for it; nothing was changed.
            AdmissionError: The brokers refused. It is noted; the next provisioning tries again.
        """
        made = self.configuration.subscribers().add(name, names, Registry.load().topics.values())
        self.provision()
        return made

    def dismiss(self, name: str) -> None:
        """Take from a system outside the suite everything that it has, at once.

        Raises:
            NotForSubscribersError: No system is called so.
            AdmissionError: The brokers refused; it is forgotten all the same.
        """
        principal = self.configuration.subscribers().remove(name)
        with KafkaAdminClient(**self.configuration.kafka().bus.client()) as admin:
            dismiss(admin, principal)

    def restart_services(self) -> None:
        """Restart all services, one after the other, and wait until they are ready.

        Raises:
            StartError: One didn't become ready.
        """
        for each in SERVICES:
            stopped = self.processes_of(each.name)
            with ThreadPoolExecutor() as pool:
                list(pool.map(self.supervisor.stop, (program.name for program in stopped)))
            for program in stopped:
                self.supervisor.start(program.name)
            self._wait_ready(stopped)

    def wipe_broker(self) -> Provisioned:
        """Lose every broker's disk: stop, wipe, format, start and provision again. Services keep running."""
        kafka = self.configuration.kafka()
        for broker in kafka.brokers:
            self.supervisor.stop(broker.name)
        kafka.wipe()
        kafka.prepare()
        for broker in kafka.brokers:
            self.supervisor.start(broker.name)
        kafka.wait_ready()
        return self.provision()

    def back_up(self, name: str, path: Path | None = None) -> tuple[Path, list[Path]]:
        """Copy a service's database, or the keyring, while it is at work; give the copy, and those that have expired.

        Args:
            name: The service, or the keyring.
            path: File to write; by default one in the folder of copies. Those there that have expired are deleted.

        Raises:
            BackupError: It failed.
        """
        made = path or self.configuration.backups / name / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.dump"
        backup.dump(self.configuration.postgres(), database(name), made)
        return made, backup.expire(self.configuration.backups, days=self.configuration.backup_days)

    def restore(self, name: str, path: Path) -> None:
        """Put a copy in the place of a service's database: stop the service, restore, start it. Doesn't wait for it.

        For the keyring's, all who hold personal data are stopped.

        What the service has published since the copy comes back from its topics; until then it is read-only. What
        lay in its outbox alone is lost with the database, and so are the Idempotency-Keys since the copy.

        Raises:
            BackupError: It failed; the service stays stopped.
            ErasureError: What was erased since the copy couldn't be erased again; all stay stopped.
        """
        if name == KEYRING and (late := [each for each in self.not_ready() if each.startswith(SINK)]):
            raise ErasureError(
                f"{late[0]} 未就绪，无从得知已抹除者。 {late[0]}, which knows who was erased, isn't ready."
            )
        stopped = self.processes_of(name)
        with ThreadPoolExecutor() as pool:
            list(pool.map(self.supervisor.stop, (program.name for program in stopped)))
        backup.restore(self.configuration.postgres(), database(name), path)
        if name == KEYRING:
            reapply(self.configuration)
        for program in stopped:
            self.supervisor.start(program.name)

    def processes_of(self, name: str) -> list[Program]:
        """Give the processes of a service: one, or one a role; of the keyring, those of all who hold personal data."""
        owners = [each for each in SERVICES if each.personal] if name == KEYRING else [service(name)]
        return [program for owner in owners for program in processes(self.configuration, owner)]

    def not_ready(self) -> dict[str, str]:
        """Ask each service whether it may be given work, and tell of those that may not."""
        asked = {program.name: ask(program.ready_url) for program in programs(self.configuration) if program.ready_url}
        return {name: answer for name, answer in asked.items() if answer is not None}

    def _clear_the_way(self) -> None:
        if any(leftovers(self.configuration.state)):
            self.supervisor.shutdown()
        if found := preflight.problems(self.configuration):
            raise StartError("\n".join(found))

    def _make_secrets(self) -> None:
        self.configuration.issuer().prepare()
        if not (path := pseudonym_secret(self.configuration)).exists():
            write_secret(path, secrets.token_urlsafe(PSEUDONYM_BYTES).encode())
        if not (path := key_encryption_key(self.configuration)).exists():
            write_secret(path, secrets.token_bytes(KEK_BYTES))

    def _migrate(self, name: str, command: str) -> None:
        """Bring the tables of a service, or of the keyring, to its version.

        Raises:
            StartError: The migration failed.
        """
        told = keyring_environment if name == KEYRING else partial(environment_of, name=name)
        run = subprocess.run(
            [command, "migrate"],
            env={**os.environ, **told(self.configuration)},
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode:
            raise StartError(f"{name} 数据库迁移失败。 {name}: migration failed.\n{run.stderr[-4000:]}")

    def _wait_ready(self, waiting: Sequence[Program]) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        before = Counter(death.program for death in self.supervisor.deaths())
        answers: dict[str, str | None] = {program.name: "" for program in waiting}
        while late := {name: answer for name, answer in answers.items() if answer is not None}:
            died = Counter(death.program for death in self.supervisor.deaths()) - before
            if time.monotonic() > deadline or any(died[name] > TOLERATED_DEATHS for name in late):
                raise StartError("\n".join(_late(self.configuration.logs, name, said) for name, said in late.items()))
            time.sleep(READY_POLL_S)
            answers = {program.name: ask(program.ready_url) for program in waiting if program.name in late}


def ask(url: str | None) -> str | None:
    """Ask a readiness page: None when ready, else what it said."""
    try:
        with urllib.request.urlopen(str(url), timeout=5) as answer:  # noqa: S310  the deployment's own address
            return None if answer.status == 200 else str(answer.status)  # noqa: PLR2004
    except urllib.error.HTTPError as error:
        return error.read(2000).decode("utf-8", "replace")
    except OSError:
        return "no answer"


def _late(logs: Path, name: str, said: str) -> str:
    log = logs / f"{name}.log"
    end = log.read_text("utf-8", "replace")[-2000:] if log.exists() else ""
    return f"{name} 未能就绪。 {name} did not become ready: {said}\n{log}:\n{end}"
