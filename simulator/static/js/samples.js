// Made-up pictures, sounds and files, so that everything can be tried without a camera or a microphone.

const RATE = 8000;
const SECONDS = 1.6;

/** A short, soft tone as a WAV file (8 kHz, 16 bit, mono). */
export function sampleVoice() {
  const count = Math.floor(RATE * SECONDS);
  const view = new DataView(new ArrayBuffer(44 + count * 2));
  const write = (at, text) => [...text].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  write(0, "RIFF");
  view.setUint32(4, 36 + count * 2, true);
  write(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  write(36, "data");
  view.setUint32(40, count * 2, true);
  for (let index = 0; index < count; index += 1) {
    const time = index / RATE;
    const pitch = time < SECONDS / 2 ? 440 : 554;
    const fade = Math.sin((Math.PI * time) / SECONDS);
    view.setInt16(44 + index * 2, Math.sin(2 * Math.PI * pitch * time) * fade * 9000, true);
  }
  return new File([view.buffer], "giong-noi-mau.wav", { type: "audio/wav" });
}

/** A drawn street at dusk as a JPEG; `number` changes its colours. */
export async function samplePhoto(number = 1) {
  const canvas = new OffscreenCanvas(960, 720);
  drawStreet(canvas.getContext("2d"), number);
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
  return new File([blob], `anh-mau-${number}.jpg`, { type: "image/jpeg" });
}

function drawStreet(pen, number) {
  const hue = (number * 67 + 150) % 360;
  const sky = pen.createLinearGradient(0, 0, 0, 460);
  sky.addColorStop(0, `hsl(${hue} 45% 38%)`);
  sky.addColorStop(1, `hsl(${(hue + 40) % 360} 60% 78%)`);
  pen.fillStyle = sky;
  pen.fillRect(0, 0, 960, 460);
  pen.fillStyle = "#fff3d0";
  pen.beginPath();
  pen.arc(240 + ((number * 190) % 520), 190, 58, 0, Math.PI * 2);
  pen.fill();
  hills(pen, `hsl(${hue} 28% 34%)`, 380, 90, number);
  hills(pen, `hsl(${hue} 30% 25%)`, 440, 60, number + 2);
  pen.fillStyle = "#39413f";
  pen.fillRect(0, 470, 960, 250);
  pen.fillStyle = "#d8d2b8";
  for (let x = 30; x < 960; x += 150) pen.fillRect(x, 590, 84, 12);
  for (let house = 0; house < 5; house += 1)
    drawHouse(pen, 40 + house * 190, 330 + ((house * number * 37) % 60), hue + house * 24);
}

function hills(pen, colour, base, height, number) {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.moveTo(0, 480);
  for (let x = 0; x <= 960; x += 20) pen.lineTo(x, base - height * Math.abs(Math.sin(x / 150 + number)));
  pen.lineTo(960, 480);
  pen.fill();
}

function drawHouse(pen, x, top, hue) {
  pen.fillStyle = `hsl(${hue % 360} 26% 62%)`;
  pen.fillRect(x, top, 120, 480 - top);
  pen.fillStyle = `hsl(${(hue + 180) % 360} 30% 32%)`;
  pen.beginPath();
  pen.moveTo(x - 14, top);
  pen.lineTo(x + 60, top - 52);
  pen.lineTo(x + 134, top);
  pen.fill();
  pen.fillStyle = "#ffe9a8";
  for (const [dx, dy] of [
    [18, 22],
    [74, 22],
    [18, 70],
    [74, 70],
  ])
    pen.fillRect(x + dx, top + dy, 28, 28);
}

/** A small text file. */
export function sampleFile() {
  return new File(["Tệp mẫu, nội dung bịa đặt để thử.\n"], "tep-mau.txt", { type: "text/plain" });
}
