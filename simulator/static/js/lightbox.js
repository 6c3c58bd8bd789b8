// A photo over the whole page.

import { h, iconButton } from "./dom.js";

export class Lightbox {
  constructor(address, words) {
    const image = h("img", { alt: words || "Ảnh" });
    image.src = address;
    this.node = h(
      "dialog",
      {
        class: "lightbox",
        "aria-label": "Xem ảnh",
        data: { dialog: "lightbox" },
        on: { close: () => this.node.remove(), click: (event) => event.target !== image && this.node.close() },
      },
      iconButton("close", "Đóng", "close-lightbox", () => this.node.close()),
      image,
      words ? h("p", { text: words }) : null,
    );
  }

  open() {
    document.body.append(this.node);
    this.node.showModal();
  }
}
