/* A microphone that says what it is told: replaces the audio track, and nothing else, of what
   getUserMedia gives. Room noise is always there. Installed before the page's own scripts. */
(() => {
  const devices = navigator.mediaDevices;
  if (devices === undefined) return;
  const NOISE_S = 5;
  const state = { context: null, mixer: null, muted: false, playing: new Set() };

  function roomNoise(context) {
    const length = NOISE_S * context.sampleRate;
    const buffer = context.createBuffer(1, length, context.sampleRate);
    const samples = buffer.getChannelData(0);
    const level = 10 ** (__ROOM_NOISE_DBFS__ / 20);
    for (let at = 0; at < length; at += 1) {
      const spread = Math.sqrt(-2 * Math.log(1 - Math.random()));
      samples[at] = level * spread * Math.cos(2 * Math.PI * Math.random());
    }
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.loop = true;
    source.start();
    return source;
  }

  function mixer() {
    if (state.context === null) {
      state.context = new AudioContext({ sampleRate: 48000 });
      state.mixer = state.context.createGain();
      state.mixer.gain.value = state.muted ? 0 : 1;
      roomNoise(state.context).connect(state.mixer);
      const awake = () => void state.context.resume();
      for (const name of ["pointerdown", "touchend", "click"]) addEventListener(name, awake, true);
    }
    void state.context.resume();
    return state.mixer;
  }

  const real = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const stream = await real(constraints);
    if (stream.getAudioTracks().length > 0) {
      for (const track of stream.getAudioTracks()) {
        stream.removeTrack(track);
        track.stop();
      }
      const into = mixer();
      const out = state.context.createMediaStreamDestination();
      into.connect(out);
      stream.addTrack(out.stream.getAudioTracks()[0]);
    }
    return stream;
  };

  window.syntheticMicrophone = {
    async play(wav, gain) {
      const into = mixer();
      const bytes = Uint8Array.from(atob(wav), (sign) => sign.charCodeAt(0));
      const source = state.context.createBufferSource();
      source.buffer = await state.context.decodeAudioData(bytes.buffer);
      const volume = state.context.createGain();
      volume.gain.value = gain;
      source.connect(volume).connect(into);
      state.playing.add(source);
      source.onended = () => state.playing.delete(source);
      source.start();
      return source.buffer.duration;
    },
    hush() {
      for (const source of state.playing) source.stop();
    },
    mute(muted) {
      state.muted = muted;
      if (state.mixer !== null) state.mixer.gain.value = muted ? 0 : 1;
    },
    state() {
      return state.context === null ? "none" : state.context.state;
    },
  };
})();
