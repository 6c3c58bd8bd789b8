// What a message carries besides text: pictures, sound, films, papers, places.

import { fileUrl } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { lengthOf, sizeOf } from "./time.js";

const WIDEST = 260;
const TALLEST = 320;

/** The element for a message's attachment, or null when it has none. `sourceOf(message)` overrides the address. */
export function attachment(message, { onOpenPhoto, onVote } = {}) {
  if (message.kind === "location" && message.location) return place(message.location);
  if (message.poll) return poll(message.poll, (option) => onVote?.(message, option));
  if (!message.file)
    return KINDS_WITHOUT_FILE[message.kind]
      ? h("p", { class: "odd-kind", text: KINDS_WITHOUT_FILE[message.kind] })
      : null;
  if (message.kind === "photo" || isPicture(message)) return photo(message, onOpenPhoto);
  if (message.kind === "video" || message.kind === "animation" || message.kind === "video_note") return video(message);
  if (message.kind === "voice" || message.kind === "audio") return voice(message);
  return paper(message.file, addressOf(message));
}

const KINDS_WITHOUT_FILE = {
  photo: "Ảnh",
  video: "Video",
  voice: "Tin thoại",
  audio: "Âm thanh",
  document: "Tệp",
  sticker: "Nhãn dán",
  contact: "Danh thiếp",
  poll: "Bình chọn",
  venue: "Địa điểm",
  dice: "Xúc xắc",
  animation: "Ảnh động",
  video_note: "Video tròn",
};

/** A short name for a kind of message, for previews and screen readers. */
export function kindName(message) {
  if (message.kind === "location") return "Vị trí";
  if (message.album && message.kind === "photo") return "Bộ ảnh";
  return KINDS_WITHOUT_FILE[message.kind] ?? "";
}

/** One line that stands for a message: its text, or what it carries. */
export function previewOf(message) {
  const text = (message.text ?? "").replace(/\s+/g, " ").trim();
  const name = kindName(message);
  if (name && text) return `${name}: ${text}`;
  return text || name || "Tin nhắn";
}

// Pressing an option votes for it; `choose(number)` tells which.
function poll(
  { question, options = [], total_voter_count: voters = 0, is_closed: closed, is_anonymous: anonymous },
  choose,
) {
  const line = (option, index) => {
    const share = voters > 0 ? Math.round((100 * (option.voter_count ?? 0)) / voters) : 0;
    const full = h("i");
    full.style.width = `${share}%`;
    return h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          class: "poll-option",
          disabled: closed,
          data: { option: String(index) },
          on: { click: () => choose(index) },
        },
        h("span", { class: "poll-line" }, h("span", { text: option.text }), h("span", { text: `${share}%` })),
        h("span", { class: "poll-bar", "aria-hidden": "true" }, full),
      ),
    );
  };
  const note = closed ? "Bình chọn đã đóng" : anonymous ? "Bình chọn kín" : "Bình chọn công khai";
  return h(
    "div",
    { class: "poll" },
    h("strong", { text: question }),
    h("small", { text: `${note}, ${voters} người` }),
    h("ul", {}, options.map(line)),
  );
}

function addressOf(message) {
  return message.localUrl ?? fileUrl(message.file.unique_id);
}

function isPicture(message) {
  return message.kind === "sticker";
}

/** A photo that keeps its place while it loads. */
export function photo(message, onOpen, inGrid = false) {
  const { width, height } = message.file;
  const image = h("img", { alt: message.text || "Ảnh", loading: "lazy", decoding: "async", draggable: "false" });
  const button = h(
    "button",
    {
      type: "button",
      class: "photo",
      "aria-label": `Xem ảnh${message.text ? `: ${message.text}` : ""}`,
      data: { action: "open-photo" },
      on: { click: () => onOpen?.(addressOf(message), message.text) },
    },
    image,
  );
  if (!inGrid && width && height) {
    const scale = Math.min(WIDEST / width, TALLEST / height);
    button.style.width = `${Math.max(120, Math.round(width * scale))}px`;
    button.style.aspectRatio = `${Math.max(width / height, 120 / TALLEST)}`;
  }
  image.addEventListener("error", () =>
    fill(button, h("span", { class: "photo-missing" }, icon("photo"), "Không xem được ảnh")),
  );
  image.src = addressOf(message);
  return button;
}

/** Several photos (or films) of one album as a grid; each tile after the first carries its message id (the row has the first). */
export function album(messages, onOpen) {
  const tiles = messages.map((message, index) => {
    const inner = message.kind === "video" ? video(message, true) : photo(message, onOpen, true);
    return h("div", { class: "tile", data: index > 0 ? { message: String(message.id) } : {} }, inner);
  });
  return h(
    "div",
    { class: `album count-${Math.min(messages.length, 10)}`, role: "group", "aria-label": `Bộ ${messages.length} ảnh` },
    tiles,
  );
}

function video(message, inGrid = false) {
  const node = h("video", {
    class: inGrid ? "film in-grid" : "film",
    controls: true,
    preload: "metadata",
    playsinline: true,
    "aria-label": "Video",
  });
  if (message.file.width && message.file.height && !inGrid)
    node.style.aspectRatio = `${message.file.width / message.file.height}`;
  node.src = addressOf(message);
  return node;
}

let nowPlaying = null;

// Bars that look like sound; drawn from the file's id, so they are the same every time.
function bars(seed) {
  let state = 7;
  for (const letter of String(seed)) state = (state * 31 + letter.codePointAt(0)) % 65_521;
  return Array.from({ length: 26 }, (_, index) => {
    state = (state * 137 + 71) % 65_521;
    const bar = h("i");
    bar.style.height = `${Math.round(5 + (state % 13) + 4 * Math.sin(index / 3))}px`;
    return bar;
  });
}

function voice(message) {
  const sound = new Audio();
  sound.preload = "none";
  sound.src = addressOf(message);
  const shape = h("span", { class: "wave", "aria-hidden": "true" }, bars(message.file.unique_id ?? message.file.name));
  const time = h("span", { class: "voice-time", text: lengthOf(message.file.duration) });
  const button = h(
    "button",
    { type: "button", class: "play", "aria-label": "Nghe tin thoại", data: { action: "play" } },
    icon("play"),
  );
  const node = h(
    "div",
    { class: "voice", data: { state: "still" } },
    button,
    h("span", { class: "voice-body" }, shape, time),
  );
  const show = () => {
    const playing = !sound.paused && !sound.ended;
    node.dataset.state = playing ? "playing" : "still";
    fill(button, icon(playing ? "pause" : "play"));
    button.setAttribute("aria-label", playing ? "Dừng" : "Nghe tin thoại");
  };
  const progress = () => {
    const total = Number.isFinite(sound.duration) && sound.duration > 0 ? sound.duration : message.file.duration || 1;
    const share = sound.ended ? 0 : sound.currentTime / total;
    const lit = Math.round(share * shape.children.length);
    [...shape.children].forEach((bar, index) => bar.classList.toggle("lit", index < lit));
    time.textContent = lengthOf(
      sound.currentTime > 0 && !sound.ended ? sound.currentTime : message.file.duration || total,
    );
  };
  for (const event of ["play", "pause", "ended"])
    sound.addEventListener(event, () => {
      show();
      progress();
    });
  sound.addEventListener("timeupdate", progress);
  sound.addEventListener("error", () => {
    node.dataset.state = "broken";
    time.textContent = "Không nghe được";
  });
  button.addEventListener("click", () => {
    if (!sound.paused) {
      sound.pause();
      return;
    }
    if (nowPlaying && nowPlaying !== sound) nowPlaying.pause();
    nowPlaying = sound;
    sound.play().catch(() => {
      node.dataset.state = "broken";
    });
  });
  return node;
}

/** A file as a row: name, size, and a way to save it. */
export function paper(file, address) {
  return h(
    "a",
    { class: "paper", href: address, download: file.name ?? "tep", data: { action: "save-file" } },
    h("span", { class: "paper-icon" }, icon("file")),
    h(
      "span",
      { class: "paper-words" },
      h("span", { class: "paper-name", text: file.name ?? "Tệp" }),
      h("span", { class: "paper-size", text: sizeOf(file.size) }),
    ),
  );
}

/** Coordinates as people write them: 21,85312° B, 106,76120° Đ. */
export function coordinates({ latitude, longitude }) {
  const one = (value, plus, minus) => `${Math.abs(value).toFixed(5).replace(".", ",")}° ${value >= 0 ? plus : minus}`;
  return `${one(latitude, "B", "N")}, ${one(longitude, "Đ", "T")}`;
}

// A drawn place: no map is loaded from anywhere.
function place(location) {
  return h(
    "div",
    { class: "place", role: "img", "aria-label": `Vị trí ${coordinates(location)}` },
    h(
      "div",
      { class: "place-map" },
      h("span", { class: "place-road" }),
      h("span", { class: "place-road second" }),
      h("span", { class: "place-river" }),
      h("span", { class: "place-pin" }, icon("pin")),
    ),
    h("div", { class: "place-words" }, h("strong", { text: "Vị trí" }), h("span", { text: coordinates(location) })),
  );
}
