/** Going on in another browser. */
export const handover = {
  inApp: {
    title: "请换到手机浏览器",
    why: "在这个应用里,画面和指纹确认可能用不了。",
    whyNeeded: "这个应用里办不了,换个浏览器就能接着办。",
    picture: "先点右上角的三个点,再点在浏览器打开",
    entry: "在浏览器打开",
    how1: "点右上角的“···”",
    how2: "选“在浏览器打开”",
    or: "没有这一项?复制链接,粘贴到浏览器。",
    copyHow: "请复制链接,用另一个浏览器打开。",
    paste: "已复制。请打开浏览器,粘贴到最上面。",
    link: "您的链接",
    copy: "复制链接",
    copied: "已复制",
    copyFailed: "请长按上面的链接来复制",
    type: "也可以在浏览器里打开这个网址,输入数字:",
    left: "还有 {seconds} 秒有效,到时换一组新的",
    scan: "用另一部设备扫码",
    scanWhose: "请用您自己的设备,记录里会注明。",
    qr: "接着办理的二维码",
    making: "正在准备",
    expired: "刚才的代码已失效。",
    fresh: "换一个新的",
    stay: "仍在这里继续",
    confirmWhy: "换到手机浏览器,就能用指纹或面容确认。",
    confirmGo: "换浏览器确认",
    back: "返回",
  },
  enterDigits: {
    title: "接着办理",
    label: "请输入另一个页面上的 8 位数字",
    why: "输入后在这里接着办,原来的页面会关闭。",
    go: "接着办理",
  },
};

export const handoverProblems = {
  handover_refused: {
    title: "这个代码不能用了",
    text: "代码两分钟内有效,只能用一次。",
    next: "请回到原来的页面,那里有新的。",
  },
  handed_over: {
    title: "已在浏览器里接着办",
    text: "这个页面可以关闭了。",
    next: "请到打开的浏览器里继续。",
  },
};

export const handedOverWords = {
  handed_over: "已在浏览器里接着办",
  handed_overText: "这个页面可以关闭了,请到浏览器里继续。",
};
