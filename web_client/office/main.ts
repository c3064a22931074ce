import "@shared/theme.css";
import "element-plus/theme-chalk/base.css";
import "element-plus/theme-chalk/el-overlay.css";
import "element-plus/theme-chalk/el-button.css";
import "element-plus/theme-chalk/el-dialog.css";
import "element-plus/theme-chalk/el-form.css";
import "element-plus/theme-chalk/el-form-item.css";
import "element-plus/theme-chalk/el-input.css";
import "element-plus/theme-chalk/el-popper.css";
import "element-plus/theme-chalk/el-scrollbar.css";
import "element-plus/theme-chalk/el-tag.css";
import "element-plus/theme-chalk/el-dropdown.css";
import "element-plus/theme-chalk/el-dropdown-menu.css";
import "element-plus/theme-chalk/el-dropdown-item.css";
import "./theme.css";

import { createPinia } from "pinia";
import { createApp } from "vue";

import { createPageI18n } from "@shared/i18n/create";
import { applyLocale, initialLocale } from "@shared/i18n/locale";

import OfficeApp from "./OfficeApp.vue";
import { en } from "./messages/en";
import { zh } from "./messages/zh";
import { createOfficeRouter } from "./router";
import { applyTheme, initialTheme } from "./parts/theme_choice";

const locale = initialLocale(localStorage, navigator.languages);
applyLocale(locale, localStorage, document.documentElement);
applyTheme(initialTheme(localStorage, matchMedia), localStorage, document.documentElement);

createApp(OfficeApp)
  .use(createPinia())
  .use(createPageI18n(locale, { zh, en }))
  .use(createOfficeRouter())
  .mount("#app");
