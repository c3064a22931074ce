/** What kind of browser this is, as far as the way to allow a camera differs. */
export type BrowserKind = "wechat" | "in_app" | "ios_safari" | "android_chrome" | "other";

const IN_APP = /(AlipayClient|DingTalk|QQ\/|Weibo|aweme|FBAN|FBAV|Instagram|Line\/)/;

export function browserKind(userAgent: string): BrowserKind {
  if (/MicroMessenger/i.test(userAgent)) return "wechat";
  if (IN_APP.test(userAgent)) return "in_app";
  if (/iPhone|iPad|iPod/.test(userAgent)) return "ios_safari";
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
