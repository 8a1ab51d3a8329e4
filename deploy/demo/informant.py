"""An informant of whom nothing may be found after a run: a seeded mark is looked for in all that the suite keeps."""

import secrets
from dataclasses import dataclass, field
from typing import Final

from deploy.search import Needles, in_files, in_rows

from demo.gateway import Gateway
from demo.promises import received
from demo.target import Places, TokenFor

TENANT: Final = "440300"


@dataclass(frozen=True, slots=True)
class Search:
    """What was looked through, and where the mark was found.

    Attributes:
        files: So many files.
        rows: So many rows.
        found: Files and tables that hold it.
    """

    files: int
    rows: int
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Informant:
    """Somebody who reports a crime, and the marks by which they would be known.

    Attributes:
        account: Who they are.
        mark: What only their message says.
    """

    account: str = field(default_factory=lambda: f"informant-{secrets.token_hex(12)}")
    mark: str = field(default_factory=lambda: f"知情人记号{secrets.token_hex(12)}")

    async def report(self, gateway: Gateway, token_for: TokenFor) -> str | None:
        """Report a crime on the portal; give the petition's id."""
        text = f"每晚有人在{self.mark}家里聚众赌博抽水，请保密，怕报复"
        body = {"channel": "portal", "title": f"举报{self.mark}聚众赌博", "text": text}
        token = token_for(self.account, TENANT, "citizen", None)
        reply = await gateway.write("/v1/petitions", token, body, action="receive", tenant=TENANT, promise=received)
        if reply.accepted and reply.body.get("confidential"):
            return str(reply.body.get("id"))
        gateway.tally.refuse(f"report {reply.reason}", TENANT)
        return None

    def searched(self, places: Places) -> Search:
        """Look for the marks in every file and every row.

        Raises:
            psycopg.Error: A database can't be read.
        """
        needles = Needles([self.account, self.mark])
        hits, files, _ = in_files([places.folder], needles, besides=[places.besides])
        found, rows = [hit.place for hit in hits], 0
        for name, url in places.databases.items():
            in_these, number = in_rows(name, url, needles)
            found += [hit.place for hit in in_these]
            rows += number
        return Search(files, rows, tuple(sorted(set(found))))
