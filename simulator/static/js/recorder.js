// Recording a voice message with the device's microphone, where the browser allows it.

const TYPES = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];

/** Can this browser record at all? (Needs a secure page: loopback or https.) */
export function canRecord() {
  return Boolean(navigator.mediaDevices?.getUserMedia && globalThis.MediaRecorder);
}

/** Start recording; rejects when the microphone is refused. */
export async function startRecording() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? "";
  const recorder = new MediaRecorder(stream, mimeType ? { mimeType } : {});
  const parts = [];
  recorder.addEventListener("dataavailable", (event) => event.data.size > 0 && parts.push(event.data));
  recorder.start(250);
  const startedAt = performance.now();
  const end = () =>
    new Promise((resolve) => {
      recorder.addEventListener("stop", resolve, { once: true });
      recorder.stop();
      for (const track of stream.getTracks()) track.stop();
    });
  return {
    seconds: () => (performance.now() - startedAt) / 1000,
    cancel: end,
    finish: async () => {
      await end();
      const type = (recorder.mimeType || mimeType).split(";")[0];
      return new File(parts, `tin-thoai.${type.split("/")[1] ?? "webm"}`, { type });
    },
  };
}
