import { createRouter, createWebHashHistory, type Router } from "vue-router";

import { useStaff } from "./auth/staff_store";
import LoginPage from "./auth/LoginPage.vue";
import SessionsPage from "./sessions/SessionsPage.vue";

/** Pages of the office. The hash keeps addresses working wherever the page is served. */
export function createOfficeRouter(): Router {
  const router = createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: "/", name: "sessions", component: SessionsPage },
      {
        path: "/alerts",
        name: "alerts",
        component: () => import("./alerts/AlertsPage.vue"),
      },
      {
        path: "/scripts",
        name: "scripts",
        component: () => import("./scripts/ScriptsPage.vue"),
      },
      {
        path: "/scripts/compare",
        name: "script-compare",
        component: () => import("./scripts/ComparePage.vue"),
      },
      {
        path: "/scripts/drafts/:id",
        name: "script-draft",
        component: () => import("./scripts/DraftPage.vue"),
        props: true,
      },
      {
        path: "/scripts/:scriptId/versions/:version",
        name: "script-version",
        component: () => import("./scripts/VersionPage.vue"),
        props: true,
      },
      {
        path: "/scripts/:scriptId/history",
        name: "script-history",
        component: () => import("./scripts/HistoryPage.vue"),
        props: true,
      },
      { path: "/login", name: "login", component: LoginPage, meta: { open: true } },
      {
        path: "/sessions/:id",
        name: "record",
        component: () => import("./record/RecordPage.vue"),
        props: true,
      },
      { path: "/:rest(.*)*", redirect: { name: "sessions" } },
    ],
  });
  router.beforeEach(async (to) => {
    const staff = useStaff();
    await staff.load();
    if (to.meta.open !== true && staff.me === null) {
      return { name: "login", query: { next: to.fullPath } };
    }
    return true;
  });
  return router;
}
