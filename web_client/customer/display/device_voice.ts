/**
 * The phone's own voice, for text that the server has no speech of. Only voices that live on the
 * phone are used: another would send what is on the screen to a stranger.
 */
export class DeviceVoice {
  readonly #synthesis: SpeechSynthesis | null;

  constructor(synthesis: SpeechSynthesis | undefined = window.speechSynthesis) {
    this.#synthesis = synthesis ?? null;
  }

  /** Whether the phone can speak this language by itself. */
  canSpeak(language: string): boolean {
    return this.#voiceFor(language) !== null;
  }

  /** Calls `changed` when voices come; browsers load them late. Returns what ends that. */
  onVoices(changed: () => void): () => void {
    const synthesis = this.#synthesis;
    if (synthesis === null || !("addEventListener" in synthesis)) return () => undefined;
    synthesis.addEventListener("voiceschanged", changed);
    return () => {
      synthesis.removeEventListener("voiceschanged", changed);
    };
  }

  /** Reads a text aloud from its beginning; `over` is called at its end, however it ends. */
  speak(text: string, language: string, rate: number, over: () => void): void {
    const voice = this.#voiceFor(language);
    if (this.#synthesis === null || voice === null) {
      over();
      return;
    }
    this.stop();
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.rate = rate;
    utterance.onend = over;
    utterance.onerror = over;
    this.#synthesis.speak(utterance);
  }

  stop(): void {
    this.#synthesis?.cancel();
  }

  #voiceFor(language: string): SpeechSynthesisVoice | null {
    const own = (this.#synthesis?.getVoices() ?? []).filter((voice) => voice.localService);
    const tag = (voice: SpeechSynthesisVoice): string => voice.lang.replace("_", "-").toLowerCase();
    const wanted = language.toLowerCase();
    const exact = own.find((voice) => tag(voice) === wanted);
    if (exact !== undefined) return exact;
    // Cantonese and Mandarin do not stand in for each other; British and American English do.
    return own.find((voice) => wanted === "en" && tag(voice).startsWith("en")) ?? null;
  }
}
