import { useRouter } from "vue-router";

import { ApiError } from "@shared/api/problem";

import { useStaff } from "../auth/staff_store";

/** Sends the person to the login when an answer says that nobody is logged in any more. */
export function useSignedOut(): (error: unknown) => boolean {
  const router = useRouter();
  const staff = useStaff();
  return (error) => {
    if (!(error instanceof ApiError) || error.code !== "not_authenticated") return false;
    staff.forget();
    void router.push({ name: "login", query: { next: router.currentRoute.value.fullPath } });
    return true;
  };
}
