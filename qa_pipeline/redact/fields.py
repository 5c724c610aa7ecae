"""Fields of a call's metadata: masked by what their name says they hold."""

import re

from qa_pipeline.redact.masking import MASK, mask_text

_PERSONAL_FIELD = re.compile(
    r"customer|client|caller|phone|mobile|tel|name|address|mail|wechat|weixin|qq|id_?card|card"
    r"|account|birth|客户|主叫|来电|手机|电话|姓名|名字|地址|邮箱|微信|身份|证件|银行|账号|卡号|生日|车牌|联系",
    re.IGNORECASE,
)
_NUMBER_IN_NAME = re.compile(r"(?<!\d)(?:(?:0|86)?1[3-9]\d{9}|[1-9]\d{16}[\dXx])(?!\d)")


def mask_whole(text: str) -> str:
    """Nothing of the text is left but its length."""
    return MASK * len(text)


def mask_field(name: str, value: str) -> str:
    """A metadata field: all of it where its name speaks of a person, else by `mask_text`."""
    return mask_whole(value) if _PERSONAL_FIELD.search(name) else mask_text(value)


def mask_file_name(name: str) -> str:
    """A file's name with the caller's number in it hidden; days and other numbers stay."""
    return _NUMBER_IN_NAME.sub(lambda found: MASK * len(found.group()), name)
