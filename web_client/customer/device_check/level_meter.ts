/** Quietest level that is shown, in dBFS. */
export const FLOOR_DBFS = -60;

/** Loudest sample of a block, in dB below full scale. */
export function peakDbfs(samples: Float32Array): number {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return peak === 0 ? -120 : Math.max(-120, Math.min(0, 20 * Math.log10(peak)));
}

/** Where the bar of a meter ends, 0 to 1. */
export function meterShare(dbfs: number): number {
  return Math.min(1, Math.max(0, 1 - dbfs / FLOOR_DBFS));
}

const READ_EVERY_MS = 80;

/** The microphone's own level, from the one capture. Nothing of it leaves the phone. */
export class LevelMeter {
  #context: AudioContext | null = null;
  #source: MediaStreamAudioSourceNode | null = null;
  #analyser: AnalyserNode | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly onLevel: (dbfs: number) => void) {}

  /** To be called inside a tap, or iOS keeps the audio context suspended. */
  prepare(): void {
    this.#context ??= new AudioContext();
    void this.#context.resume();
  }

  listen(stream: MediaStream): void {
    this.prepare();
    const context = this.#context;
    if (context === null || stream.getAudioTracks().length === 0) return;
    this.#source?.disconnect();
    this.#analyser ??= context.createAnalyser();
    this.#analyser.fftSize = 2048;
    this.#source = context.createMediaStreamSource(stream);
    this.#source.connect(this.#analyser);
    const samples = new Float32Array(this.#analyser.fftSize);
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      this.#analyser?.getFloatTimeDomainData(samples);
      this.onLevel(peakDbfs(samples));
    }, READ_EVERY_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#source?.disconnect();
    void this.#context?.close();
    this.#context = null;
    this.#analyser = null;
    this.#source = null;
  }
}
