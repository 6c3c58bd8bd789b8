// The attach menu: what can be sent besides text, with a look before it goes.

import { h, icon } from "./dom.js";
import { canRecord } from "./recorder.js";
import { sampleFile, samplePhoto, sampleVoice } from "./samples.js";
import { sizeOf } from "./time.js";

const LONGEST_CAPTION = 1024;
const LARGEST_ALBUM = 10;
const PRETENDED = 25 * 1024 * 1024;
// An invented point in the hills of Lạng Sơn; nobody's house.
const INVENTED_POINT = { latitude: "21.85312", longitude: "106.76120" };

export class Attach {
  /** `send(draft)` takes `{kind, files?, text?, latitude?, …}`; `record()` opens the recorder. */
  constructor(layer, { send, record }) {
    this.layer = layer;
    this.send = send;
    this.record = record;
    this.input = h("input", {
      type: "file",
      class: "hidden-input",
      tabindex: "-1",
      "aria-hidden": "true",
      data: { role: "file-input" },
    });
  }

  openMenu(anchor) {
    const item = (label, name, action, act) => ({ label, icon: name, action, act });
    this.layer.menu(
      [
        item("Ảnh", "photo", "attach-photo", () => this.choose("photo", "image/*")),
        item("Nhiều ảnh", "album", "attach-album", () => this.choose("album", "image/*,video/*", true)),
        item("Video", "video", "attach-video", () => this.choose("video", "video/*")),
        item("Tin thoại", "microphone", "attach-voice", () => this.voice()),
        item("Tệp", "file", "attach-document", () => this.choose("document", "")),
        item("Vị trí", "pin", "attach-location", () => this.location()),
        item("Mẫu có sẵn để thử…", "tone", "attach-sample", () => this.openSamples(anchor)),
      ],
      anchor,
      "Đính kèm",
    );
  }

  openSamples(anchor) {
    const item = (label, name, action, act) => ({ label, icon: name, action, act });
    this.layer.menu(
      [
        item("Giọng nói mẫu", "tone", "sample-voice", () => this.look("voice", [sampleVoice()])),
        item("Ảnh mẫu", "photo", "sample-photo", async () => this.look("photo", [await samplePhoto(1)])),
        item("Bộ ba ảnh mẫu", "album", "sample-album", async () =>
          this.look("album", await Promise.all([1, 2, 3].map(samplePhoto))),
        ),
        item("Giả vờ tệp 25 MB", "file", "sample-large", () => this.look("document", [sampleFile()], PRETENDED)),
      ],
      anchor,
      "Mẫu có sẵn",
    );
  }

  voice() {
    if (canRecord()) this.record();
    else this.choose("voice", "audio/*");
  }

  choose(kind, accept, multiple = false) {
    this.input.accept = accept;
    this.input.multiple = multiple;
    this.input.value = "";
    this.input.onchange = () => {
      const files = [...this.input.files];
      if (files.length > 0) this.take(kind, files);
    };
    this.input.click();
  }

  /** Files that were dropped or pasted: pictures go as photos, the rest as papers. */
  takeAny(files) {
    const pictures = files.filter((file) => file.type.startsWith("image/"));
    if (pictures.length === files.length) this.take(files.length > 1 ? "album" : "photo", files);
    else this.take("document", files.slice(0, 1));
  }

  take(kind, files) {
    if (kind !== "album") this.look(kind, files.slice(0, 1));
    else if (files.length === 1) this.look(files[0].type.startsWith("video/") ? "video" : "photo", files);
    else {
      if (files.length > LARGEST_ALBUM)
        this.layer.toast(`Một bộ có nhiều nhất ${LARGEST_ALBUM} ảnh; các ảnh sau chưa được lấy.`);
      this.look("album", files.slice(0, LARGEST_ALBUM));
    }
  }

  /** Show what will go, ask for words, send. */
  async look(kind, files, declaredSize = null) {
    const addresses = [];
    const address = (file) => {
      addresses.push(URL.createObjectURL(file));
      return addresses.at(-1);
    };
    const caption = h("textarea", {
      class: "caption",
      rows: "2",
      maxlength: String(LONGEST_CAPTION),
      placeholder: "Thêm lời (không bắt buộc)",
      "aria-label": "Lời kèm theo",
      name: "caption",
    });
    const answer = await this.layer.dialog({
      title: TITLES[kind],
      name: "attach-look",
      body: h(
        "div",
        { class: "look" },
        h(
          "div",
          { class: `look-files ${files.length > 1 ? "many" : ""}` },
          files.map((file) => preview(kind, file, address(file), declaredSize)),
        ),
        caption,
      ),
      actions: [
        { label: "Thôi", value: null },
        { label: "Gửi", main: true, check: () => ({ text: caption.value.normalize("NFC").trim() }) },
      ],
    });
    for (const one of addresses) URL.revokeObjectURL(one);
    if (!answer) return;
    const ready = kind === "photo" || kind === "album" ? await Promise.all(files.map(asPicture)) : files;
    const duration = kind === "voice" ? await lengthOfSound(files[0]) : null;
    this.send({ kind, files: ready, text: answer.text, declaredSize, duration });
  }

  async location() {
    const values = await this.layer.form({
      title: "Gửi vị trí",
      name: "location",
      label: "Gửi",
      fields: [
        { name: "latitude", label: "Vĩ độ (từ −90 đến 90)", value: INVENTED_POINT.latitude, inputmode: "decimal" },
        {
          name: "longitude",
          label: "Kinh độ (từ −180 đến 180)",
          value: INVENTED_POINT.longitude,
          inputmode: "decimal",
        },
      ],
      extra: h("p", { class: "hint", text: "Điểm điền sẵn là điểm bịa đặt." }),
      check: ({ latitude, longitude }) => {
        const within = (value, limit) =>
          value !== "" && Number.isFinite(number(value)) && Math.abs(number(value)) <= limit;
        if (!within(latitude, 90)) return "Vĩ độ phải là số từ −90 đến 90.";
        if (!within(longitude, 180)) return "Kinh độ phải là số từ −180 đến 180.";
        return null;
      },
    });
    if (values) this.send({ kind: "location", latitude: number(values.latitude), longitude: number(values.longitude) });
  }
}

const TITLES = {
  photo: "Gửi ảnh",
  album: "Gửi nhiều ảnh",
  video: "Gửi video",
  voice: "Gửi tin thoại",
  document: "Gửi tệp",
};

// Telegram's phones send photos as JPEG; other pictures are turned into one first.
async function asPicture(file) {
  if (!file.type.startsWith("image/") || file.type === "image/jpeg" || file.type === "image/png") return file;
  try {
    const picture = await createImageBitmap(file);
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    canvas.getContext("2d").drawImage(picture, 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
    return new File([blob], `${file.name.replace(/\.\w+$/, "")}.jpg`, { type: "image/jpeg" });
  } catch {
    return file;
  }
}

// Whole seconds; null when the browser cannot tell.
function lengthOfSound(file) {
  return new Promise((resolve) => {
    const sound = new Audio();
    const address = URL.createObjectURL(file);
    const tell = (seconds) => {
      URL.revokeObjectURL(address);
      resolve(Number.isFinite(seconds) && seconds > 0 ? Math.max(1, seconds) : null);
    };
    sound.addEventListener("loadedmetadata", () => tell(sound.duration), { once: true });
    sound.addEventListener("error", () => tell(null), { once: true });
    setTimeout(() => tell(null), 2000);
    sound.src = address;
  });
}

function number(text) {
  return Number(String(text).replace(",", "."));
}

function preview(kind, file, address, declaredSize) {
  if (file.type.startsWith("image/") && kind !== "document") {
    const image = h("img", { alt: file.name });
    image.src = address;
    return image;
  }
  if (file.type.startsWith("video/") && kind !== "document") {
    const film = h("video", { controls: true, muted: true, playsinline: true });
    film.src = address;
    return film;
  }
  if (kind === "voice") {
    const sound = h("audio", { controls: true });
    sound.src = address;
    return sound;
  }
  const size = declaredSize ? `giả vờ ${sizeOf(declaredSize)}` : sizeOf(file.size);
  return h(
    "div",
    { class: "paper" },
    h("span", { class: "paper-icon" }, icon("file")),
    h(
      "span",
      { class: "paper-words" },
      h("span", { class: "paper-name", text: file.name }),
      h("span", { class: "paper-size", text: size }),
    ),
  );
}
