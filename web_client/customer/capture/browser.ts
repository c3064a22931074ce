/** What kind of browser this is, as far as the way to allow a camera differs. */
export type BrowserKind = "wechat" | "in_app" | "ios_safari" | "android_chrome" | "other";

const IN_APP =
  /(AlipayClient|AliApp\(|DingTalk|\bQQ\/|Weibo|aweme|BytedanceWebview|FBAN|FBAV|Instagram|\bLine\/)/i;
/** Android's own mark of a web view. */
const ANDROID_WEB_VIEW = /Android.*; wv\)/;
const IOS = /iPhone|iPad|iPod/;

/** Every browser on iOS says "Safari/"; an app's bare web view does not. */
function isBareWebView(userAgent: string): boolean {
  const bareOnIos = IOS.test(userAgent) && !userAgent.includes("Safari/");
  return bareOnIos || ANDROID_WEB_VIEW.test(userAgent);
}

export function browserKind(userAgent: string): BrowserKind {
  if (/MicroMessenger|wxwork/i.test(userAgent)) return "wechat";
  if (IN_APP.test(userAgent) || isBareWebView(userAgent)) return "in_app";
  if (IOS.test(userAgent)) return "ios_safari";
  if (/Android/.test(userAgent)) return "android_chrome";
  return "other";
}

/** Browsers inside another app: some grant the camera and give no picture, none has passkeys. */
export function livesInsideAnApp(kind: BrowserKind): boolean {
  return kind === "wechat" || kind === "in_app";
}

/** Whether this page may have a camera at all: a secure context with WebRTC. */
export function canRecord(): boolean {
  return (
    window.isSecureContext &&
    "mediaDevices" in navigator &&
    "RTCPeerConnection" in window &&
    "WebSocket" in window
  );
}
