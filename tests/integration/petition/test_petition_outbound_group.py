"""What is told to members of a group goes to its relay, signed with the secret that both know."""

import hashlib
import hmac
import json
import time
from base64 import b64encode
from pathlib import Path

from petition.channels.connector import Outgoing
from petition.channels.origin import Origin
from petition.outbound.delivery import Way
from petition.petition import Channel

from tests.integration.kit.sources import Source

from .outbound import group_of

SECRET, NEXT = b"a-secret-that-both-of-them-know", b"the-one-that-will-take-its-place"


async def test_a_relay_can_tell_who_it_comes_from_and_whom_it_is_for(zone: Source, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(SECRET + b"\n" + NEXT + b"\n")
    origin = Origin(channel=Channel.QQ_GROUP, source="gz-fans", message="g-1", address="qq:private:10086")
    told = Outgoing(key="d-1", mark="d-1.m", origin=origin, way=Way.PRIVATE, title=None, text="已收到", automatic=True)
    group = group_of(zone, secret_path=tmp_path / "secret")
    assert group.ways(origin) == {Way.PRIVATE}
    for _ in range(2):
        await group.send(told)
    assert zone.taken == {"d-1": {"in_reply_to": "g-1", "to": "qq:private:10086", "text": "已收到"}}
    headers, body = zone.offered[0]
    timestamp = headers["webhook-timestamp"]
    assert abs(time.time() - int(timestamp)) < 60
    signed = [hmac.digest(each, f"d-1.{timestamp}.".encode() + body, hashlib.sha256) for each in (SECRET, NEXT)]
    assert headers["webhook-signature"].split() == [f"v1,{b64encode(each).decode()}" for each in signed]
    assert json.loads(body)["text"] == "已收到"
