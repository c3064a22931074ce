/** Whether the customer asked the phone for less motion: no flicker is proposed first, nothing shakes. */
export function wantsLessMotion(): boolean {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
