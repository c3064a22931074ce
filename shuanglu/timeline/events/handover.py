"""The session goes on in another browser (换浏览器): from which kind to which, and how."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from shuanglu.timeline.events.payload import Payload


class BrowserKind(StrEnum):
    """What shows the page: an app's own web view, by the app, or a browser.

    Coarse on purpose: enough to see that a web view was left, too little to know a person by.
    """

    WECHAT = "wechat"
    QQ = "qq"
    ALIPAY = "alipay"
    WEIBO = "weibo"
    DINGTALK = "dingtalk"
    DOUYIN = "douyin"
    OTHER_APP = "other_app"  # a web view of an app that is not named here
    BROWSER = "browser"


class Platform(StrEnum):
    """The system that the browser runs on."""

    ANDROID = "android"
    IOS = "ios"
    HARMONY = "harmony"
    DESKTOP = "desktop"
    OTHER = "other"


class SessionHandedOver(Payload):
    """A fresh one-time code was redeemed; the page before has no say from here on.

    What was done before stays done. Who is in the picture is watched as before: the same
    reference face goes on being compared.
    """

    type: Literal["session.handed_over"] = "session.handed_over"
    number: int = Field(ge=1, description="counts the hand-overs of the session")
    way: Literal["link", "qr", "digits"] = Field(
        description="link: opened on the same device or sent on; qr: scanned; digits: typed"
    )
    from_browser: BrowserKind
    to_browser: BrowserKind
    from_platform: Platform
    to_platform: Platform
    device: Literal["other", "not_told"] = Field(
        description="other: certainly another device; not_told: a page cannot tell which device"
    )
    liveness_passed: bool = Field(description="liveness was passed before, in the former browser")
