"""Where somebody is found on the net: mail addresses, and names on platforms."""

import re
from typing import Final

from masking.kinds import Kind
from masking.patterns import pattern

_PLATFORMS: Final = (
    r"(?:微信|威信|薇信|维信|V信|加V|QQ|扣扣|企鹅|抖音|快手|小红书|微博|支付宝|陌陌|探探|闲鱼|淘宝|旺旺|推特|脸书|钉钉"
    r"|(?<![0-9A-Za-z])(?:we ?chat|weixin|wx|vx|telegram|whats ?app|skype|instagram|facebook|twitter|tiktok))"
)
_NAME: Final = r"[0-9A-Za-z][0-9A-Za-z_.-]{4,29}"
_DAY: Final = re.compile(r"(?:19|20)[0-9]{2}[.-]?[0-9]{1,2}(?:[.-]?[0-9]{1,2})?")
_AMOUNT: Final = re.compile(" ?(?:元|万|块|人|次|年|亿)")
_NOBODY: Final = re.compile("@(?:所有人|全体|大家|[0-9]+(?:元|块))")


def _name(match: re.Match[str]) -> int | None:
    name = match["it"].rstrip(".-")
    end = match.start("it") + len(name)
    if match["named"].strip():
        return end
    looks_like_one = re.search("[0-9_]", name) is not None and not _DAY.fullmatch(name)
    return end if looks_like_one and not _AMOUNT.match(match.string, end) else None


def _handle(match: re.Match[str]) -> int | None:
    return None if _NOBODY.match(match["it"]) else match.end("it")


MAIL: Final = (
    pattern(
        Kind.MAIL,
        r"(?<![0-9A-Za-z._%+-])(?P<it>[0-9A-Za-z._%+-]++ {0,2}(?:@|[(\[] ?at ?[)\]]) {0,2}"
        r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+)",
    ),
)
HANDLES: Final = (
    pattern(
        Kind.ACCOUNT,
        rf"{_PLATFORMS}(?P<named> ?(?:账号|帐号|賬號|号码|号|號|ID|昵称|群|用户名|account)? ?[:=是为(]{{0,2}} ?)"
        rf"(?P<it>{_NAME})",
        _name,
    ),
    pattern(Kind.ACCOUNT, r"(?<![0-9A-Za-z._%+-])(?P<it>@[0-9A-Za-z_\u4e00-\u9fff-]{2,30})", _handle),
)
