import type { CustomerToken } from "@wire/wire";

const STORED_UNDER = "shuanglu.customer";
/** A token is renewed when this share of its life has passed. */
const RENEW_AFTER_SHARE = 0.6;
/** Longest delay that `setTimeout` takes, in milliseconds. */
const MAX_DELAY_MS = 2_147_483_647;
const RETRY_MS = 10_000;

interface Stored {
  token: string;
  expires_at: string;
}

type Renew = (token: string) => Promise<CustomerToken>;

/**
 * Keeps the session's token in this tab only: a reload finds it, another tab does not.
 * Renews it in time; a failed renewal is tried again until the token has expired.
 */
export class TokenKeeper {
  #current: Stored | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly storage: Storage,
    private readonly renewToken: Renew,
    private readonly now: () => number = Date.now,
  ) {
    this.#current = this.#read();
  }

  /** The token, unless there is none or it has expired. */
  get token(): string | null {
    if (this.#current === null) return null;
    return Date.parse(this.#current.expires_at) > this.now() ? this.#current.token : null;
  }

  keep(fresh: CustomerToken): void {
    this.#current = { token: fresh.token, expires_at: fresh.expires_at };
    this.storage.setItem(STORED_UNDER, JSON.stringify(this.#current));
    this.#schedule(this.#lifeMs() * RENEW_AFTER_SHARE);
  }

  /** Renews now; throws what the server answered. */
  async renew(): Promise<void> {
    const token = this.token;
    if (token !== null) this.keep(await this.renewToken(token));
  }

  forget(): void {
    clearTimeout(this.#timer);
    this.#current = null;
    this.storage.removeItem(STORED_UNDER);
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.renew().catch(() => {
          if (this.token !== null) this.#schedule(RETRY_MS);
        });
      },
      Math.min(Math.max(delayMs, 1000), MAX_DELAY_MS),
    );
  }

  #lifeMs(): number {
    return this.#current === null ? 0 : Date.parse(this.#current.expires_at) - this.now();
  }

  #read(): Stored | null {
    try {
      const value: unknown = JSON.parse(this.storage.getItem(STORED_UNDER) ?? "null");
      return isStored(value) ? value : null;
    } catch {
      return null;
    }
  }
}

function isStored(value: unknown): value is Stored {
  return (
    typeof value === "object" &&
    value !== null &&
    "token" in value &&
    typeof value.token === "string" &&
    "expires_at" in value &&
    typeof value.expires_at === "string"
  );
}
