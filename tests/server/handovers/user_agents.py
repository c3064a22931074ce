"""User agents as browsers and apps send them, shortened nowhere that matters."""

from __future__ import annotations

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"

CHROME_ANDROID = f"Mozilla/5.0 (Linux; Android 10; K) {_WEBKIT} Chrome/131.0 Mobile Safari/537.36"
SAFARI_IOS = f"{_IPHONE} (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
WECHAT_ANDROID = (
    f"Mozilla/5.0 (Linux; Android 14; M2102J2SC; wv) {_WEBKIT} Version/4.0 Chrome/116.0 "
    "Mobile Safari/537.36 XWEB/1160083 MMWEBSDK/20240501 MicroMessenger/8.0.49.2600(0x28003137)"
)
WECHAT_IOS = f"{_IPHONE} (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.49(0x1800312b)"
ALIPAY = f"{_IPHONE} Mobile/15E148 Ariver/1.1.0 AliApp(AP/10.6.0.6000) AlipayClient/10.6.0.6000"
QQ = f"Mozilla/5.0 (Linux; Android 13; V2; wv) {_WEBKIT} MQQBrowser/6.2 QQ/9.0.8.11 V1_AND_SQ_9"
QQ_BROWSER = (
    f"Mozilla/5.0 (Linux; U; Android 13; V2) {_WEBKIT} MQQBrowser/14.9 Mobile Safari/537.36"
)
WEIBO = f"{_IPHONE} Mobile/15E148 Weibo (iPhone14,5__weibo__14.5.2__iphone__os17.5)"
DINGTALK = f"{_IPHONE} Mobile/15E148 AliApp(DingTalk/7.6.0) com.laiwang.DingTalk/40"
DOUYIN = f"Mozilla/5.0 (Linux; Android 14; X; wv) {_WEBKIT} aweme_300000 BytedanceWebview/d8a21c6"
BARE_ANDROID = f"Mozilla/5.0 (Linux; Android 13; X; wv) {_WEBKIT} Version/4.0 Mobile Safari/537.36"
BARE_IOS = f"{_IPHONE} (KHTML, like Gecko) Mobile/15E148"
HUAWEI = f"Mozilla/5.0 (Phone; OpenHarmony 5.0) {_WEBKIT} Chrome/114.0 Safari/537.36 ArkWeb/4.1"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
