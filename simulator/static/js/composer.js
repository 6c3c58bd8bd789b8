// Where a message is written: the growing text box, reply and edit bars, attach, voice, send.

import { Attach } from "./attach.js";
import { CommandList } from "./commands.js";
import { fill, h, icon, iconButton, isTouch } from "./dom.js";
import { previewOf } from "./media.js";
import { startRecording } from "./recorder.js";
import { ReplyKeyboard } from "./reply-keyboard.js";
import { lengthOf } from "./time.js";

const LONGEST = 4096;
const COUNT_FROM = 3600;
const TALLEST = 140;

export class Composer {
  /**
   * `hands`: send(draft), saveEdit(message, text), commands(); `draft` is a plain object that outlives this composer,
   * so that half-written words are there again when the chat is opened anew.
   */
  constructor(layer, hands, draft) {
    this.layer = layer;
    this.hands = hands;
    this.draft = draft;
    this.composing = false;
    this.editing = null;
    this.attach = new Attach(layer, { send: (one) => this.sendDraft(one), record: () => this.record() });
    this.commands = new CommandList((command) => this.sendCommand(command));
    this.keyboard = new ReplyKeyboard((key) => this.pressKey(key));
    this.build();
    this.box.value = draft.text ?? "";
    this.showBar();
    this.onInput();
  }

  build() {
    this.bar = h("div", { class: "composer-bar", hidden: true });
    this.box = h("textarea", {
      class: "text-box",
      rows: "1",
      placeholder: "Nhắn tin",
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
        paste: (event) => this.onPaste(event),
      },
    });
    this.counter = h("span", { class: "counter", "aria-live": "polite", hidden: true });
    this.sendButton = iconButton("send", "Gửi", "send", () => this.submit(), { class: "send" });
    this.voiceButton = iconButton("microphone", "Ghi tin thoại", "voice", () => this.attach.voice(), { class: "mic" });
    this.attachButton = iconButton("attach", "Đính kèm", "attach", () => this.attach.openMenu(this.attachButton));
    this.keysButton = iconButton("keyboard", "Câu trả lời có sẵn", "toggle-keyboard", () => this.keyboard.toggle());
    this.slashButton = iconButton("slash", "Lệnh của bot", "commands", () => this.openCommands());
    // Pressing a button must not take the focus (and the phone's keyboard) away from the text box.
    for (const button of [this.sendButton, this.keysButton, this.slashButton])
      button.addEventListener("pointerdown", (event) => event.preventDefault());
    this.field = h("div", { class: "composer-field" }, this.slashButton, this.box, this.counter, this.keysButton);
    this.line = h("div", { class: "composer-line" }, this.attachButton, this.field, this.voiceButton, this.sendButton);
    this.recording = h("div", { class: "recording", hidden: true });
    this.node = h(
      "div",
      { class: "composer", data: { role: "composer" } },
      this.commands.node,
      this.bar,
      this.line,
      this.recording,
      this.keyboard.node,
      this.attach.input,
    );
  }

  focus() {
    this.grow();
    if (!isTouch()) this.box.focus({ preventScroll: true });
  }

  get text() {
    return this.box.value.normalize("NFC");
  }

  onInput() {
    this.draft.text = this.editing ? this.draft.text : this.box.value;
    this.grow();
    const length = this.text.length;
    const words = this.text.trim().length > 0;
    this.counter.hidden = length < COUNT_FROM;
    this.counter.textContent = String(LONGEST - length);
    this.counter.classList.toggle("over", length > LONGEST);
    this.sendButton.hidden = !words && !this.editing;
    this.voiceButton.hidden = words || Boolean(this.editing);
    this.sendButton.disabled = !words || length > LONGEST;
    this.sendButton.title = length > LONGEST ? `Tin dài quá ${LONGEST} ký tự` : "Gửi";
    this.slashButton.hidden = this.box.value.length > 0 || this.hands.commands().length === 0;
    this.keysButton.hidden = !this.keyboard.hasKeys || this.box.value.length > 0;
    if (!this.composing) this.commands.follow(this.box.value, this.editing ? [] : this.hands.commands());
  }

  /** Fit the box to its words; does nothing while the composer is not in the page. */
  grow() {
    if (!this.box.isConnected) return;
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, TALLEST)}px`;
  }

  onKey(event) {
    // While an input method is composing (keyCode 229 where the flag comes late), Enter belongs to it.
    const composing = event.isComposing || this.composing || event.keyCode === 229;
    if (composing) return;
    if (this.commands.onKey(event)) {
      event.preventDefault();
    } else if (event.key === "Enter" && !event.shiftKey && !isTouch()) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape" && (this.editing || this.draft.reply)) {
      event.preventDefault();
      event.stopPropagation();
      this.cancelBar();
    } else if (event.key === "ArrowUp" && this.box.value === "" && !this.editing) {
      const message = this.hands.lastOwn();
      if (message) {
        event.preventDefault();
        this.edit(message);
      }
    }
  }

  onPaste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    this.attach.takeAny(files);
  }

  submit() {
    const text = this.text.trim();
    if (!text || text.length > LONGEST) return;
    if (this.editing) {
      const message = this.editing;
      this.stopEditing();
      if (text !== message.text) this.hands.saveEdit(message, text);
    } else {
      this.sendDraft({ kind: "text", text });
      this.box.value = "";
    }
    this.onInput();
    this.focus();
  }

  sendDraft(one) {
    this.hands.send({ ...one, reply: this.draft.reply ?? null });
    this.draft.reply = null;
    this.showBar();
  }

  sendCommand(command) {
    this.box.value = "";
    this.sendDraft({ kind: "text", text: `/${command}${this.hands.commandSuffix()}` });
    this.onInput();
    this.focus();
  }

  openCommands() {
    this.box.value = "/";
    this.onInput();
    this.focus();
  }

  pressKey(key) {
    if (key.request_location) this.attach.location();
    else this.sendDraft({ kind: "text", text: key.text });
  }

  /** Answer a message, if wished quoting a part of it. */
  reply(message, quote = null) {
    this.stopEditing();
    this.draft.reply = { id: message.id, text: previewOf(message), quote, name: message.from?.name ?? "Kênh" };
    this.showBar();
    this.box.focus({ preventScroll: true });
  }

  edit(message) {
    this.editing = message;
    this.draft.reply = null;
    this.box.value = message.text;
    this.showBar();
    this.onInput();
    this.box.focus({ preventScroll: true });
  }

  stopEditing() {
    if (!this.editing) return;
    this.editing = null;
    this.box.value = this.draft.text ?? "";
    this.showBar();
    this.onInput();
  }

  cancelBar() {
    this.draft.reply = null;
    this.stopEditing();
    this.showBar();
  }

  showBar() {
    const { reply } = this.draft;
    this.bar.hidden = !reply && !this.editing;
    this.bar.dataset.bar = this.editing ? "edit" : "reply";
    if (this.bar.hidden) return;
    const name = this.editing ? "Đang sửa tin" : reply.quote ? `Trích tin của ${reply.name}` : `Trả lời ${reply.name}`;
    const words = this.editing ? this.editing.text : (reply.quote ?? reply.text);
    fill(
      this.bar,
      icon(this.editing ? "edit" : reply.quote ? "quote" : "reply"),
      h("div", { class: "bar-words" }, h("strong", { text: name }), h("span", { text: words })),
      iconButton("close", "Thôi", "cancel-bar", () => this.cancelBar()),
    );
  }

  showKeyboard(rows) {
    this.keyboard.show(rows);
    this.keysButton.hidden = !this.keyboard.hasKeys || this.box.value.length > 0;
  }

  async record() {
    let take;
    try {
      take = await startRecording();
    } catch {
      this.layer.toast("Chưa dùng được micrô; hãy chọn một tệp âm thanh hoặc giọng nói mẫu.");
      this.attach.openSamples(this.attachButton);
      return;
    }
    const time = h("span", { class: "recording-time", text: "0:00" });
    const timer = setInterval(() => {
      time.textContent = lengthOf(take.seconds());
    }, 250);
    const end = () => {
      clearInterval(timer);
      this.recording.hidden = true;
      this.line.hidden = false;
    };
    const cancel = () => {
      end();
      take.cancel();
    };
    const send = async () => {
      const duration = Math.max(1, take.seconds());
      end();
      this.sendDraft({ kind: "voice", files: [await take.finish()], text: "", duration });
    };
    fill(
      this.recording,
      iconButton("trash", "Bỏ ghi âm", "cancel-recording", cancel),
      h("span", { class: "recording-dot", "aria-hidden": "true" }),
      h("span", { text: "Đang ghi âm" }),
      time,
      iconButton("send", "Gửi tin thoại", "send-recording", send, { class: "send" }),
    );
    this.line.hidden = true;
    this.recording.hidden = false;
    this.recording.lastElementChild.focus();
  }
}
