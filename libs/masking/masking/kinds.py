"""What is masked, and by which word."""

from enum import StrEnum


class Kind(StrEnum):
    """A kind of personal data that has a form."""

    TELEPHONE = "telephone"
    IDENTITY_CARD = "identity-card"
    """居民身份证, 港澳台居民居住证, and the identity cards of Hong Kong and Macao."""
    TRAVEL_PERMIT = "travel-permit"
    """来往内地通行证 (回乡证), 往来港澳通行证, 台胞证."""
    PASSPORT = "passport"
    BANK_CARD = "bank-card"
    PLATE = "plate"
    MAIL = "mail"
    ACCOUNT = "account"
    """Names under which somebody is found elsewhere: 微信, QQ, @…."""

    @property
    def mask(self) -> str:
        """What stands in its place."""
        return f"〔{_WORDS[self]}〕"


_WORDS = {
    Kind.TELEPHONE: "电话",
    Kind.IDENTITY_CARD: "身份证",
    Kind.TRAVEL_PERMIT: "通行证",
    Kind.PASSPORT: "护照",
    Kind.BANK_CARD: "银行卡",
    Kind.PLATE: "车牌",
    Kind.MAIL: "邮箱",
    Kind.ACCOUNT: "账号",
}
