import type { Messages } from "@shared/i18n/create";

import { events } from "./events";
import { pages } from "./pages";
import { scriptTools } from "./script_tools";
import { scripts } from "./scripts";

export const zh: Messages = { ...pages, ...events, ...scripts, ...scriptTools };
