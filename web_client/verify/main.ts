import "@shared/theme.css";
import "./theme.css";

import { createApp } from "vue";

import { createPageI18n } from "@shared/i18n/create";
import { applyLocale, initialLocale } from "@shared/i18n/locale";

import VerifyApp from "./VerifyApp.vue";
import { en } from "./messages/en";
import { zh } from "./messages/zh";

const locale = initialLocale(localStorage, navigator.languages);
applyLocale(locale, localStorage, document.documentElement);

createApp(VerifyApp)
  .use(createPageI18n(locale, { zh, en }))
  .mount("#app");
