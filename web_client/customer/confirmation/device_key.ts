import { base64url } from "./base64url";

const DATABASE = "shuanglu";
const STORE = "device_keys";
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;

/**
 * A key of this browser for one session: ECDSA P-256, not exportable, kept in IndexedDB so that a
 * reload finds it. Weaker than WebAuthn: nobody's finger or face is asked for.
 */
export class DeviceKeyHolder {
  constructor(
    private readonly sessionId: string,
    private readonly databases: IDBFactory = indexedDB,
  ) {}

  /** The public part, as SPKI in base64url; made at the first call. */
  async publicKey(): Promise<string> {
    const pair = await this.#pair();
    return base64url(new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey)));
  }

  /** ECDSA with SHA-256 over the bytes of `text`: r ‖ s, 64 bytes, in base64url (IEEE P1363). */
  async sign(text: string): Promise<string> {
    const pair = await this.#pair();
    const signature = await crypto.subtle.sign(
      { name: "ECDSA", hash: "SHA-256" },
      pair.privateKey,
      new TextEncoder().encode(text),
    );
    return base64url(new Uint8Array(signature));
  }

  async #pair(): Promise<CryptoKeyPair> {
    const database = await this.#open();
    try {
      const found = await done<CryptoKeyPair | undefined>(
        database.transaction(STORE).objectStore(STORE).get(this.sessionId),
      );
      if (found !== undefined) return found;
      const fresh = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
      const store = database.transaction(STORE, "readwrite").objectStore(STORE);
      await done(store.put(fresh, this.sessionId));
      return fresh;
    } finally {
      database.close();
    }
  }

  #open(): Promise<IDBDatabase> {
    const request = this.databases.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORE);
    };
    return done(request);
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error("the key store does not answer"));
    };
  });
}
