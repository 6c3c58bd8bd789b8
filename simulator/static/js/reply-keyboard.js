// The keyboard of ready answers that the bot may put under the text box.

import { fill, h } from "./dom.js";

/** The rows of the newest keyboard of a chat; an empty one means it was taken away. */
export function keyboardOf(messages) {
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const { keyboard } = messages[index];
    if (Array.isArray(keyboard)) return keyboard;
  }
  return [];
}

export class ReplyKeyboard {
  constructor(onPress) {
    this.onPress = onPress;
    this.node = h("div", { class: "reply-keyboard", role: "group", "aria-label": "Câu trả lời có sẵn", hidden: true });
    this.shownFor = null;
  }

  show(rows) {
    const seal = JSON.stringify(rows);
    if (seal === this.shownFor) return;
    this.shownFor = seal;
    this.node.hidden = rows.length === 0;
    fill(
      this.node,
      rows.map((line) =>
        h(
          "div",
          { class: "button-line" },
          line.map((key) => this.key(typeof key === "string" ? { text: key } : key)),
        ),
      ),
    );
  }

  key(key) {
    return h("button", {
      type: "button",
      class: "reply-key",
      data: { key: key.text },
      text: key.text,
      on: { click: () => this.onPress(key) },
    });
  }

  toggle() {
    if (this.node.childElementCount > 0) this.node.hidden = !this.node.hidden;
  }

  get hasKeys() {
    return this.node.childElementCount > 0;
  }
}
