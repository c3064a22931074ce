from __future__ import annotations

import pytest

from server.handovers.browser import Browser, browser_of, is_other_device
from shuanglu.timeline.events import BrowserKind, Platform
from tests.server.handovers import user_agents as ua


@pytest.mark.parametrize(
    ("user_agent", "kind", "platform"),
    [
        (ua.WECHAT_ANDROID, BrowserKind.WECHAT, Platform.ANDROID),
        (ua.WECHAT_IOS, BrowserKind.WECHAT, Platform.IOS),
        (ua.ALIPAY, BrowserKind.ALIPAY, Platform.IOS),
        (ua.QQ, BrowserKind.QQ, Platform.ANDROID),
        (ua.WEIBO, BrowserKind.WEIBO, Platform.IOS),
        (ua.DINGTALK, BrowserKind.DINGTALK, Platform.IOS),
        (ua.DOUYIN, BrowserKind.DOUYIN, Platform.ANDROID),
        (ua.BARE_ANDROID, BrowserKind.OTHER_APP, Platform.ANDROID),
        (ua.BARE_IOS, BrowserKind.OTHER_APP, Platform.IOS),
        (ua.QQ_BROWSER, BrowserKind.BROWSER, Platform.ANDROID),
        (ua.CHROME_ANDROID, BrowserKind.BROWSER, Platform.ANDROID),
        (ua.SAFARI_IOS, BrowserKind.BROWSER, Platform.IOS),
        (ua.HUAWEI, BrowserKind.BROWSER, Platform.HARMONY),
        (ua.FIREFOX, BrowserKind.BROWSER, Platform.DESKTOP),
        ("", BrowserKind.BROWSER, Platform.OTHER),
    ],
)
def test_kinds(user_agent: str, kind: BrowserKind, platform: Platform) -> None:
    assert browser_of(user_agent) == Browser(kind, platform)


def test_only_another_system_is_certainly_another_device() -> None:
    wechat, chrome = browser_of(ua.WECHAT_ANDROID), browser_of(ua.CHROME_ANDROID)
    assert not is_other_device(wechat, chrome)
    assert is_other_device(wechat, browser_of(ua.SAFARI_IOS))
    assert not is_other_device(wechat, browser_of(""))
