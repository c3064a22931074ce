/** Going on in another browser. */
export const handover = {
  inApp: {
    title: "Please use your phone's browser",
    why: "Inside this app the camera or fingerprint may not work.",
    whyNeeded: "It cannot be done inside this app. Your browser can go on from here.",
    picture: "First tap the three dots at the top right, then Open in browser",
    entry: "Open in browser",
    how1: "Tap “···” at the top right",
    how2: "Choose “Open in browser”",
    or: "Not there? Copy the link and paste it into your browser.",
    copyHow: "Copy the link and open it in another browser.",
    paste: "Copied. Open your browser and paste it at the top.",
    link: "Your link",
    copy: "Copy link",
    copied: "Copied",
    copyFailed: "Press and hold the link above to copy it",
    type: "Or open this address in your browser and type the digits:",
    left: "Good for {seconds} seconds, then there will be new ones",
    scan: "Scan with another device",
    scanWhose: "Please use your own device; the record will say so.",
    qr: "QR code to go on with",
    making: "One moment",
    expired: "The code has run out.",
    fresh: "Get a new one",
    stay: "Go on here anyway",
    confirmWhy: "In your phone's browser you can confirm by fingerprint or face.",
    confirmGo: "Confirm in the browser",
    back: "Back",
  },
  enterDigits: {
    title: "Go on",
    label: "Please type the 8 digits of the other page",
    why: "You go on here, and the other page will close.",
    go: "Go on",
  },
};

export const handoverProblems = {
  handover_refused: {
    title: "This code does not work",
    text: "A code is good for two minutes, and once.",
    next: "Please go back to the other page: it has a new one.",
  },
  handed_over: {
    title: "You went on in the browser",
    text: "You can close this page.",
    next: "Please go on in the browser that opened.",
  },
};

export const handedOverWords = {
  handed_over: "You went on in the browser",
  handed_overText: "You can close this page and go on in the browser.",
};
