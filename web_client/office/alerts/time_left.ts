/** Time until a deadline, by the server's clock: `29:58`, `1:59:58`, or how long it is over. */
export interface TimeLeft {
  readonly isOver: boolean;
  readonly words: string;
}

/** What is left of a deadline. Whole seconds; over means over, never "0:00 left". */
export function timeLeft(deadlineIso: string, serverNowMs: number): TimeLeft {
  const leftMs = Date.parse(deadlineIso) - serverNowMs;
  const seconds = Math.floor(Math.abs(leftMs) / 1000);
  const minutes = Math.floor(seconds / 60);
  const words =
    minutes >= 60
      ? `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(seconds % 60)}`
      : `${pad(minutes)}:${pad(seconds % 60)}`;
  return { isOver: leftMs <= 0, words };
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
