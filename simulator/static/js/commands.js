// The list of the bot's commands that opens when a text begins with a slash.

import { fill, h } from "./dom.js";

export class CommandList {
  /** `onChoose(command)` gets the command without its slash. */
  constructor(onChoose) {
    this.onChoose = onChoose;
    this.chosen = 0;
    this.matches = [];
    this.node = h("div", { class: "commands", role: "listbox", "aria-label": "Lệnh của bot", hidden: true });
  }

  get isOpen() {
    return !this.node.hidden;
  }

  /** Show the commands that begin as `text` does; hide when it is no command. */
  follow(text, commands) {
    const typed = /^\/([a-z0-9_]*)$/i.exec(text);
    this.matches = typed ? commands.filter((one) => one.command.startsWith(typed[1].toLowerCase())) : [];
    this.chosen = 0;
    this.draw();
  }

  draw() {
    this.node.hidden = this.matches.length === 0;
    fill(
      this.node,
      this.matches.map((one, index) =>
        h(
          "button",
          {
            type: "button",
            class: "command",
            role: "option",
            "aria-selected": String(index === this.chosen),
            data: { command: one.command },
            on: { click: () => this.choose(index) },
          },
          h("strong", { text: `/${one.command}` }),
          h("span", { text: one.description }),
        ),
      ),
    );
  }

  choose(index = this.chosen) {
    const one = this.matches[index];
    this.close();
    if (one) this.onChoose(one.command);
  }

  close() {
    this.matches = [];
    this.draw();
  }

  /** Take arrow keys, Enter and Escape while open; true when the key was used. */
  onKey(event) {
    if (!this.isOpen) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.chosen = (this.chosen + step + this.matches.length) % this.matches.length;
      this.draw();
      this.node.children[this.chosen]?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" || event.key === "Tab") this.choose();
    else if (event.key === "Escape") this.close();
    else return false;
    return true;
  }
}
