import "@shared/theme.css";
import "./customer.css";

import { createPageI18n } from "@shared/i18n/create";
import { applyLocale, initialLocaleOf, languageTag } from "@shared/i18n/locale";
import { createApp } from "vue";

import App from "./App.vue";
import { Display } from "./display/display";
import { CUSTOMER_LOCALES } from "./display/locales";
import { Journey } from "./journey/journey";
import { en } from "./messages/en";
import { zh } from "./messages/zh";
import { zhHK } from "./messages/zh-HK";
import { applyTextSize, initialTextSize } from "./parts/text_size";
import { VoiceOutput } from "./peer/voice_output";
import { arrivalIn } from "./session/arrival";
import { removeFragment } from "./session/invitation_code";
import type { Socket } from "./signalling/signalling_client";

const SIGNALLING_PATH = "/ws/v1/session";

function openSocket(): Socket {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(`${scheme}//${location.host}${SIGNALLING_PATH}`);
}

const locale = initialLocaleOf(CUSTOMER_LOCALES, localStorage, navigator.languages);
applyLocale(locale, localStorage, document.documentElement);
applyTextSize(initialTextSize(localStorage), localStorage, document.documentElement);

const arrival = arrivalIn(location.hash);
removeFragment(location, history);

const voiceElement = document.createElement("audio");
document.body.append(voiceElement);

const journey = new Journey({
  storage: sessionStorage,
  voice: new VoiceOutput(voiceElement),
  display: new Display(sessionStorage, document.documentElement, languageTag(locale)),
  openSocket,
});

createApp(App, { journey })
  .use(createPageI18n(locale, { zh, "zh-HK": zhHK, en }))
  .mount("#app");
void journey.open(arrival);
