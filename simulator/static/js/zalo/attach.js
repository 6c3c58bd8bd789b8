// What a Zalo phone can send besides text.

import { h } from "../dom.js";
import { sampleFile, samplePhoto, sampleVoice } from "../samples.js";

// An invented point in the hills; nobody's house.
const INVENTED_POINT = { latitude: "21.85312", longitude: "106.76120" };

export class ZaloAttach {
  constructor(phone, put) {
    this.phone = phone;
    this.put = put;
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
    const oa = this.phone.store.kind === "oa";
    this.phone.layer.menu(
      [
        item("Ảnh", "photo", "attach-photo", () => this.choose("image", "image/png,image/jpeg")),
        item("Tệp", "file", "attach-document", () => this.choose("file", "")),
        oa ? item("Video", "video", "attach-video", () => this.choose("video", "video/*")) : null,
        item("Tin thoại", "microphone", "attach-voice", () => this.choose("audio", "audio/*")),
        oa ? item("Vị trí", "pin", "attach-location", () => this.location()) : null,
        oa ? item("Danh thiếp", "person", "attach-card", () => this.card()) : null,
        oa ? item("Liên kết", "link", "attach-link", () => this.link()) : null,
        item("Ảnh mẫu để thử", "photo", "sample-photo", async () => this.look("image", await samplePhoto(1))),
        item("Giọng nói mẫu để thử", "tone", "sample-voice", () => this.look("audio", sampleVoice())),
        item("Tệp mẫu để thử", "file", "sample-file", () => this.look("file", sampleFile())),
      ],
      anchor,
      "Đính kèm",
    );
  }

  choose(kind, accept) {
    this.input.accept = accept;
    this.input.value = "";
    this.input.onchange = () => {
      const [file] = this.input.files;
      if (file) this.look(kind, file);
    };
    this.input.click();
  }

  /** Show what will go, ask for words where a picture may have them, send. */
  async look(kind, file) {
    const address = URL.createObjectURL(file);
    const caption =
      kind === "image"
        ? h("textarea", {
            class: "caption",
            rows: "2",
            maxlength: "2000",
            placeholder: "Thêm lời (không bắt buộc)",
            "aria-label": "Lời kèm theo",
          })
        : null;
    const shown = {
      image: () => h("img", { src: address, alt: file.name }),
      audio: () => h("audio", { src: address, controls: true }),
      video: () => h("video", { src: address, controls: true }),
      file: () => h("p", { class: "hint", text: file.name }),
    }[kind]();
    const sure = await this.phone.layer.dialog({
      title: "Gửi đi",
      name: "attach-look",
      body: h("div", { class: "look" }, h("div", { class: "look-files" }, shown), caption),
      actions: [
        { label: "Thôi", value: null },
        { label: "Gửi", value: true, main: true },
      ],
    });
    URL.revokeObjectURL(address);
    if (sure) this.put({ kind, file, text: caption?.value.normalize("NFC").trim() ?? "" });
  }

  async location() {
    const number = (text) => Number(text.replace(",", "."));
    const values = await this.phone.layer.form({
      title: "Gửi vị trí",
      name: "location",
      label: "Gửi",
      fields: [
        { name: "latitude", label: "Vĩ độ", value: INVENTED_POINT.latitude, inputmode: "decimal" },
        { name: "longitude", label: "Kinh độ", value: INVENTED_POINT.longitude, inputmode: "decimal" },
      ],
      check: ({ latitude, longitude }) =>
        Math.abs(number(latitude)) <= 90 && Math.abs(number(longitude)) <= 180
          ? null
          : "Hãy nhập vĩ độ từ -90 đến 90 và kinh độ từ -180 đến 180.",
    });
    if (!values) return;
    const body = { latitude: number(values.latitude), longitude: number(values.longitude) };
    this.put({ kind: "location", deed: "location", body });
  }

  async card() {
    const values = await this.phone.layer.form({
      title: "Gửi danh thiếp",
      name: "card",
      label: "Gửi",
      fields: [
        { name: "name", label: "Tên", value: "Anh Mẫu (ví dụ)" },
        { name: "phone", label: "Số điện thoại", value: "0000000000", inputmode: "tel" },
      ],
      check: ({ name, phone }) => (name && phone ? null : "Hãy nhập tên và số điện thoại."),
    });
    if (values) this.put({ kind: "card", deed: "card", body: values });
  }

  async link() {
    const values = await this.phone.layer.form({
      title: "Chia sẻ liên kết",
      name: "link",
      label: "Gửi",
      fields: [{ name: "url", label: "Địa chỉ", value: "https://example.vn/bai-viet", inputmode: "url" }],
      check: ({ url }) => (/^https?:\/\/\S+$/.test(url) ? null : "Địa chỉ phải bắt đầu bằng https://"),
    });
    if (values) this.put({ kind: "link", deed: "link", body: values });
  }
}
