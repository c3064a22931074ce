"""What kind of browser asks, by its own word (User-Agent). Nothing here is believed further.

Stage: before an event is written. It keeps the kind and throws the words away: they could
tell one phone from another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from shuanglu.timeline.events import BrowserKind, Platform

_APPS: tuple[tuple[str, BrowserKind], ...] = (
    (r"MicroMessenger|wxwork", BrowserKind.WECHAT),
    (r"AlipayClient|AliApp\(AP", BrowserKind.ALIPAY),
    (r"DingTalk", BrowserKind.DINGTALK),
    (r"Weibo", BrowserKind.WEIBO),
    (r"aweme|BytedanceWebview|ToutiaoMicroApp|NewsArticle", BrowserKind.DOUYIN),
    (r"\bQQ/", BrowserKind.QQ),
    (r"FBAN|FBAV|Instagram|\bLine/|baiduboxapp|Lark/|xhsdiscover", BrowserKind.OTHER_APP),
)
_ANDROID_WEB_VIEW = re.compile(r"Android.*; wv\)")
_IOS = re.compile(r"iPhone|iPad|iPod")


@dataclass(frozen=True, slots=True)
class Browser:
    """Kind and platform."""

    kind: BrowserKind
    platform: Platform


def browser_of(user_agent: str) -> Browser:
    """The browser that calls itself so."""
    return Browser(_kind(user_agent), _platform(user_agent))


def is_other_device(before: Browser, after: Browser) -> bool:
    """Whether these are certainly two devices: one device has one system."""
    known = Platform.OTHER not in {before.platform, after.platform}
    return known and before.platform is not after.platform


def _kind(user_agent: str) -> BrowserKind:
    for pattern, kind in _APPS:
        if re.search(pattern, user_agent, re.IGNORECASE):
            return kind
    # Safari and every browser on iOS say "Safari/"; an app's bare web view does not.
    bare_on_ios = _IOS.search(user_agent) is not None and "Safari/" not in user_agent
    if bare_on_ios or _ANDROID_WEB_VIEW.search(user_agent):
        return BrowserKind.OTHER_APP
    return BrowserKind.BROWSER


def _platform(user_agent: str) -> Platform:
    if re.search(r"OpenHarmony|HarmonyOS", user_agent):
        return Platform.HARMONY
    if "Android" in user_agent:
        return Platform.ANDROID
    if _IOS.search(user_agent):
        return Platform.IOS
    if re.search(r"Windows|Macintosh|X11|CrOS", user_agent):
        return Platform.DESKTOP
    return Platform.OTHER
