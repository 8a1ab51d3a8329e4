"""Settings of whoever holds personal data: a service's own, and where the keys are."""

from pathlib import Path
from typing import ClassVar

from chassis.settings import DEVELOPMENT, STATE, Settings
from pydantic import Field

from yiwangban_keyring.encryption import FileEncryption
from yiwangban_keyring.store import DatabaseKeyring


class KeyringSettings(Settings):
    """A service subclasses this in place of the suite's settings."""

    SECRETS: ClassVar[tuple[str, ...]] = (*Settings.SECRETS, "keyring_database_url", "keyring_kek_path")

    keyring_database_url: str = Field(
        validation_alias="KEYRING_DATABASE_URL", repr=False, description="libpq URL of the keyring's own database."
    )
    keyring_kek_path: Path = Field(
        default=STATE / "secrets" / "kek",
        validation_alias="KEYRING_KEK_PATH",
        description="Key-encryption key: a file of 32 bytes, apart from the database and its backups.",
    )

    def open_keyring(self) -> DatabaseKeyring:
        """Open the keyring; nothing is connected yet.

        Raises:
            OSError: The key-encryption key or the pseudonym secret can't be read.
            KeyringBrokenError: The key-encryption key isn't one.
        """
        encryption = FileEncryption(self.keyring_kek_path, create=self.environment == DEVELOPMENT)
        return DatabaseKeyring(
            self.keyring_database_url, encryption, secret=self.pseudonym_secret(), wait_s=self.pool_wait_s
        )
