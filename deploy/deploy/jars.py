"""Jars of the programs that this repository chose: fetched by Maven, each compared with the hash that is named here."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

KINDS = (".jar", ".zip")


class DownloadError(RuntimeError):
    """Maven didn't deliver the jars, or not the ones that this repository names."""


@dataclass(frozen=True, slots=True)
class Jars:
    """The jars of one program.

    Attributes:
        program: What they are, for messages.
        home: Folder with ``pom.xml``, which names them, and ``jars.sha256``, which says what must come of it.
    """

    program: str
    home: Path

    @property
    def sums(self) -> Path:
        """Each jar's hash, as ``sha256sum`` writes it."""
        return self.home / "jars.sha256"

    @property
    def names(self) -> Mapping[str, str]:
        """Each jar's hash by its name."""
        return {name: digest for digest, name in map(str.split, self.sums.read_text("utf-8").splitlines())}

    def wrong(self, folder: Path) -> set[str]:
        """Name the jars that are missing, changed or unknown in a folder."""
        named = self.names
        found = {jar.name: _digest(jar) for jar in folder.glob("*") if jar.suffix in KINDS}
        return {name for name in named.keys() | found.keys() if named.get(name) != found.get(name)}

    def install(self, folder: Path) -> None:
        """Fetch them into a folder unless all of them lie there as they should.

        Raises:
            DownloadError: Maven is missing or failed, or a jar is another one.
        """
        if not self.wrong(folder):
            return
        if (maven := shutil.which("mvn")) is None:
            raise DownloadError(
                f"缺少 Maven，无法获取 {self.program}：请安装（Debian/Ubuntu:apt-get install maven）。"
                f" Maven is missing, so {self.program} can't be fetched: install it"
                " (Debian, Ubuntu: apt-get install maven)."
            )
        arriving = folder.with_name(f"{folder.name}.arriving-{os.getpid()}")
        shutil.rmtree(arriving, ignore_errors=True)
        arriving.mkdir(parents=True)
        maven_cache = arriving.with_name(f"{arriving.name}-maven")
        goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={arriving}"]
        goal.append(f"-Dmaven.repo.local={maven_cache}")  # nothing of the suite outside its state folder
        try:
            fetched = subprocess.run(
                [maven, "--quiet", "--batch-mode", "--file", self.home / "pom.xml", *goal],
                capture_output=True,
                text=True,
                check=False,
            )
            if fetched.returncode:
                said = fetched.stdout + fetched.stderr
                raise DownloadError(
                    f"Maven 未能获取 {self.program}。 Maven could not fetch {self.program}:\n{said[-2000:]}"
                )
            if wrong := self.wrong(arriving):
                raise DownloadError(
                    f"下载的文件与仓库记录的哈希不符。 Other jars than {self.sums} names: {', '.join(sorted(wrong))}"
                )
            if self.wrong(folder):  # nobody else was faster
                shutil.rmtree(folder, ignore_errors=True)
                arriving.rename(folder)
        finally:
            shutil.rmtree(arriving, ignore_errors=True)
            shutil.rmtree(maven_cache, ignore_errors=True)


def _digest(jar: Path) -> str:
    with jar.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
