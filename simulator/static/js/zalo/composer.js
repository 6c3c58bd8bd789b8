// Where a message is written on a Zalo phone: stickers, text, mention, attach, send; numbers that can be typed.

import { fill, h, icon, iconButton, isTouch } from "../dom.js";
import { ZaloAttach } from "./attach.js";
import { STICKERS } from "./bubble.js";
import { inOneLine } from "./store.js";

const LONGEST = 2000;
const COUNT_FROM = 1700;
const TALLEST = 132;

export class ZaloComposer {
  /** `draft` outlives this composer: `{text, quote, mention}`. `hands`: send(entry). */
  constructor(phone, { group, draft, send }) {
    this.phone = phone;
    this.group = group;
    this.draft = draft;
    this.send = send;
    this.composing = false;
    this.attach = new ZaloAttach(phone, (entry) => this.put(entry));
    this.build();
    this.box.value = draft.text ?? "";
    this.showBar();
    this.onInput();
  }

  build() {
    this.bar = h("div", { class: "z-bar", hidden: true });
    this.choices = h("div", { class: "z-choices", role: "group", "aria-label": "Số có thể gõ", hidden: true });
    this.box = h("textarea", {
      class: "text-box",
      rows: "1",
      placeholder: "Tin nhắn",
      "aria-label": "Nội dung tin nhắn",
      lang: "vi",
      enterkeyhint: isTouch() ? "enter" : "send",
      autocapitalize: "sentences",
      data: { role: "text" },
      on: {
        input: () => this.onInput(),
        keydown: (event) => this.onKey(event),
        compositionstart: () => {
          this.composing = true;
        },
        compositionend: () => {
          this.composing = false;
          this.onInput();
        },
      },
    });
    this.counter = h("span", { class: "counter", "aria-live": "polite", hidden: true });
    this.stickers = iconButton("smile", "Nhãn dán", "stickers", () => this.openStickers());
    this.mention = iconButton("at", "Nhắc tên tài khoản này", "mention", () => this.toggleMention());
    this.mention.hidden = !this.group;
    this.attachButton = iconButton("attach", "Đính kèm", "attach", () =>
      this.attach.openMenu(this.attachButton),
    );
    this.sendButton = iconButton("send", "Gửi", "send", () => this.submit(), { class: "send" });
    for (const button of [this.sendButton, this.mention])
      button.addEventListener("pointerdown", (event) => event.preventDefault());
    this.node = h(
      "div",
      { class: "z-composer", data: { role: "composer" } },
      this.choices,
      this.bar,
      h(
        "div",
        { class: "z-composer-line" },
        this.stickers,
        this.box,
        this.counter,
        this.mention,
        this.attachButton,
        this.sendButton,
      ),
      this.attach.input,
    );
  }

  get text() {
    return this.box.value.normalize("NFC");
  }

  focus() {
    this.grow();
    if (!isTouch()) this.box.focus({ preventScroll: true });
  }

  fillIn(text) {
    this.box.value = text;
    this.onInput();
    this.box.focus({ preventScroll: true });
  }

  onInput() {
    this.draft.text = this.box.value;
    this.grow();
    const { length } = this.text;
    const empty = this.text.trim() === "";
    this.counter.hidden = length < COUNT_FROM;
    this.counter.textContent = String(LONGEST - length);
    this.counter.classList.toggle("over", length > LONGEST);
    this.attachButton.hidden = !empty;
    this.sendButton.hidden = empty;
    this.sendButton.disabled = length > LONGEST;
    this.sendButton.title = length > LONGEST ? `Tin dài quá ${LONGEST} ký tự` : "Gửi";
  }

  grow() {
    if (!this.box.isConnected) return;
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, TALLEST)}px`;
  }

  onKey(event) {
    if (event.isComposing || this.composing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey && !isTouch()) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape" && this.draft.quote) {
      event.preventDefault();
      event.stopPropagation();
      this.quote(null);
    }
  }

  submit() {
    const text = this.text.trim();
    if (!text || text.length > LONGEST) return;
    this.put({ kind: "text", text });
    this.box.value = "";
    this.onInput();
    this.focus();
  }

  put(entry) {
    const extra = entry.kind === "text" ? { quote: this.draft.quote?.id ?? null, mention: this.draft.mention } : {};
    this.send({ ...entry, ...extra });
    if (entry.kind !== "text") return;
    this.draft.quote = null;
    this.draft.mention = false;
    this.showBar();
  }

  quote(message) {
    this.draft.quote = message ? { id: message.id, name: message.from?.name ?? "", text: inOneLine(message) } : null;
    this.showBar();
    if (message) this.box.focus({ preventScroll: true });
  }

  toggleMention() {
    this.draft.mention = !this.draft.mention;
    this.showBar();
  }

  showBar() {
    const { quote, mention } = this.draft;
    this.mention.setAttribute("aria-pressed", String(Boolean(mention)));
    this.bar.hidden = !quote && !mention;
    fill(
      this.bar,
      mention ? h("span", { class: "z-mentioned", text: `@${this.phone.store.account?.name ?? ""}` }) : null,
      quote
        ? h(
            "span",
            { class: "z-quoting" },
            h("strong", { text: `Trả lời ${quote.name}` }),
            h("span", { text: quote.text }),
          )
        : null,
      quote ? iconButton("close", "Thôi trả lời", "cancel-bar", () => this.quote(null)) : null,
    );
  }

  /** Offer the numbers the last message asks for; typing them works as well. */
  showChoices(choices) {
    const seal = JSON.stringify(choices);
    if (seal === this.choicesSeal) return;
    this.choicesSeal = seal;
    this.choices.hidden = choices.length === 0;
    fill(
      this.choices,
      h("span", { class: "z-choices-words", text: "Gõ số:" }),
      choices.map(({ number, label }) =>
        h("button", {
          type: "button",
          class: "z-choice",
          title: label,
          "aria-label": `${number}: ${label}`,
          data: { action: "type-number", number: String(number) },
          text: String(number),
          on: { click: () => this.put({ kind: "text", text: String(number) }) },
        }),
      ),
    );
  }

  openStickers() {
    this.phone.layer.menu(
      Object.entries(STICKERS).map(([name, face]) => ({
        label: face,
        action: `sticker-${name}`,
        act: () => this.put({ kind: "sticker", deed: "sticker", body: { sticker: name } }),
      })),
      this.stickers,
      "Nhãn dán",
    );
  }
}
