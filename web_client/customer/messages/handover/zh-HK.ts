/** Going on in another browser. */
export const handover = {
  inApp: {
    title: "請換到手機瀏覽器",
    why: "在這個應用程式裏,畫面和指紋確認可能用不了。",
    whyNeeded: "這個應用程式辦不了,換瀏覽器就能接着辦。",
    picture: "先按右上角的三點,再按在瀏覽器打開",
    entry: "在瀏覽器打開",
    how1: "按右上角的「···」",
    how2: "選「在瀏覽器打開」",
    or: "沒有這一項?複製連結,貼上到瀏覽器。",
    copyHow: "請複製連結,用另一個瀏覽器打開。",
    paste: "已複製。請打開瀏覽器,貼上到最上面。",
    link: "您的連結",
    copy: "複製連結",
    copied: "已複製",
    copyFailed: "請長按上面的連結來複製",
    type: "也可以在瀏覽器打開這個網址,輸入數字:",
    left: "還有 {seconds} 秒有效,到時換一組新的",
    scan: "用另一部裝置掃碼",
    scanWhose: "請用您自己的裝置,紀錄會註明。",
    qr: "接着辦理的二維碼",
    making: "正在準備",
    expired: "剛才的代碼已失效。",
    fresh: "換一個新的",
    stay: "仍在這裏繼續",
    confirmWhy: "換到手機瀏覽器,就能用指紋或面容確認。",
    confirmGo: "換瀏覽器確認",
    back: "返回",
  },
  enterDigits: {
    title: "接着辦理",
    label: "請輸入另一個頁面上的 8 位數字",
    why: "輸入後在這裏接着辦,原來的頁面會關閉。",
    go: "接着辦理",
  },
};

export const handoverProblems = {
  handover_refused: {
    title: "這個代碼不能用了",
    text: "代碼兩分鐘內有效,只能用一次。",
    next: "請回到原來的頁面,那裏有新的。",
  },
  handed_over: {
    title: "已在瀏覽器接着辦",
    text: "這個頁面可以關閉了。",
    next: "請到打開的瀏覽器繼續。",
  },
};

export const handedOverWords = {
  handed_over: "已在瀏覽器接着辦",
  handed_overText: "這個頁面可以關閉了,請到瀏覽器繼續。",
};
