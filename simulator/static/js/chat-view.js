// An open chat: header, pinned bar, messages, and what stands at the bottom.

import { chatAvatar } from "./avatar.js";
import { openChatMenu } from "./chat-menu.js";
import { Composer } from "./composer.js";
import { fill, h, icon, iconButton, oncePerFrame } from "./dom.js";
import { previewOf } from "./media.js";
import { openMessageMenu } from "./message-menu.js";
import { MessageList } from "./message-list.js";
import { keyboardOf } from "./reply-keyboard.js";
import { threadOf } from "./store.js";
import { watchLongPress } from "./touch.js";

const TYPING_SHOWN = 5500;
const READ_WAIT = 250;
const ACTIONS = {
  typing: "đang nhập…",
  upload_photo: "đang gửi ảnh…",
  record_voice: "đang ghi âm…",
  upload_document: "đang gửi tệp…",
};

export class ChatView {
  /** `phone` is the phone it stands on; `thread` is null outside forums. */
  constructor(phone, chatId, thread = null) {
    this.phone = phone;
    this.store = phone.store;
    this.chatId = chatId;
    this.thread = thread;
    this.reported = 0;
    this.typing = null;
    this.refreshFrame = oncePerFrame(() => this.showFrame());
    this.view = { chat: this.chat, user: phone.user, presses: phone.presses, hands: this.hands() };
    this.list = new MessageList(
      this.view,
      { messages: () => this.messages(), waiting: () => phone.outbox.waiting(phone.user, chatId, thread) },
      { unreadFrom: this.firstUnread(), onRead: (id) => this.markRead(id) },
    );
    this.composer = new Composer(phone.layer, this.composerHands(), phone.draftOf(chatId, thread));
    this.build();
  }

  get chat() {
    return this.store.chat(this.chatId, this.phone.user);
  }

  messages() {
    return this.store.messages(this.chatId, this.thread);
  }

  firstUnread() {
    const unread = this.store
      .unreadMessages(this.chatId, this.phone.user)
      .filter((message) => this.thread === null || threadOf(message) === this.thread);
    return unread[0]?.id ?? null;
  }

  build() {
    this.title = h("h2", { class: "chat-title" });
    this.subtitle = h("p", { class: "chat-subtitle" });
    this.elsewhere = h("span", { class: "badge elsewhere", hidden: true });
    const back = iconButton("back", "Về danh sách", "back", () => this.phone.back());
    back.append(this.elsewhere);
    const menu = iconButton("more", "Việc với cuộc trò chuyện", "chat-menu", () =>
      openChatMenu(this.phone, this.chat, menu),
    );
    this.header = h(
      "header",
      { class: "chat-header" },
      back,
      chatAvatar(this.chat, "medium"),
      h("div", { class: "chat-names" }, this.title, this.subtitle),
      menu,
    );
    this.pinned = h("button", {
      type: "button",
      class: "pinned-bar",
      hidden: true,
      data: { action: "pinned" },
      on: { click: () => this.list.goTo(this.chat.pinned) },
    });
    this.foot = h("div", { class: "chat-foot" });
    this.node = h(
      "section",
      {
        class: "chat-view",
        "aria-label": this.chat.title,
        data: { view: "chat", chat: String(this.chatId), thread: this.thread === null ? "" : String(this.thread) },
      },
      this.header,
      this.pinned,
      this.list.node,
      this.foot,
    );
    this.greeting = h("div", { class: "greeting" });
    this.list.node.append(this.greeting);
    watchLongPress(this.list.scroller, (row) =>
      this.openMenu(Number(row.dataset.message), row.querySelector(".bubble") ?? row),
    );
    this.node.addEventListener("dragover", (event) => event.preventDefault());
    this.node.addEventListener("drop", (event) => this.onDrop(event));
    this.showFrame();
  }

  onDrop(event) {
    event.preventDefault();
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0 && this.mayWrite()) this.composer.attach.takeAny(files);
  }

  /** After the view is in the page. */
  opened() {
    this.list.open();
    if (!this.composer.node.isConnected) this.foot.querySelector("button")?.focus({ preventScroll: true });
    else this.composer.focus();
  }

  close() {
    clearTimeout(this.typing);
    this.list.close();
  }

  // The bottom is the composer, or the one thing to do instead of writing.
  footFor() {
    const owner = this.phone.owner();
    if (this.chat.kind === "private") {
      if (owner?.blocked) return "blocked";
      if (!owner?.started) return "start";
    }
    if (this.chat.kind === "channel" && owner?.role === "resident") return "channel";
    if (this.topic()?.closed) return "closed";
    return "write";
  }

  topic() {
    return (this.chat.topics ?? []).find((topic) => topic.thread === this.thread) ?? null;
  }

  mayWrite() {
    return this.footFor() === "write";
  }

  showFrame() {
    const { chat } = this;
    if (!chat) return;
    this.view.chat = chat;
    this.title.textContent = this.thread === null ? chat.title : (this.topic()?.name ?? "Chung");
    if (this.typing === null) this.subtitle.textContent = this.describe(chat);
    const others = this.store.unreadTotal(this.phone.user, this.chatId);
    this.elsewhere.hidden = others === 0;
    this.elsewhere.textContent = others > 99 ? "99+" : String(others);
    this.showPinned(chat);
    this.showFoot();
    this.showGreeting();
    this.composer.showKeyboard(keyboardOf(this.messages()));
  }

  describe(chat) {
    if (chat.kind === "private") return this.phone.owner()?.blocked ? "đã chặn" : "bot";
    if (this.thread !== null) return chat.title;
    const count = chat.members?.length ?? 0;
    return chat.kind === "channel" ? `kênh, ${count} người theo dõi` : `${count} thành viên`;
  }

  showPinned(chat) {
    const message = chat.pinned ? this.store.message(this.chatId, chat.pinned) : null;
    this.pinned.hidden = !message || (this.thread !== null && threadOf(message) !== this.thread);
    if (this.pinned.hidden) return;
    fill(
      this.pinned,
      icon("pinned"),
      h("span", { class: "pinned-words" }, h("strong", { text: "Tin ghim" }), h("span", { text: previewOf(message) })),
    );
    this.pinned.setAttribute("aria-label", `Tin ghim: ${previewOf(message)}`);
  }

  showFoot() {
    const kind = this.footFor();
    if (this.foot.dataset.foot === kind) return;
    this.foot.dataset.foot = kind;
    const big = (label, action, act) =>
      h("button", { type: "button", class: "big-button", data: { action }, text: label, on: { click: act } });
    const feet = {
      write: () => this.composer.node,
      start: () => big("Bắt đầu", "start", () => this.phone.start()),
      blocked: () => [
        big("Bỏ chặn", "unblock", () => this.phone.act(() => this.phone.api.unblock())),
        h("p", { class: "foot-note", text: "Bạn đã chặn bot này." }),
      ],
      channel: () => h("p", { class: "foot-note", text: "Kênh một chiều: chỉ người quản trị đăng bài." }),
      closed: () => h("p", { class: "foot-note", text: "Chủ đề này đã đóng." }),
    };
    fill(this.foot, feet[kind]());
  }

  showGreeting() {
    const empty = this.messages().length === 0;
    this.greeting.hidden = !empty;
    if (!empty || this.greeting.childElementCount > 0) return;
    const words =
      this.chat.kind === "private"
        ? "Chưa có tin nhắn nào. Bấm Bắt đầu, hoặc quét mã QR trên áp phích, để trò chuyện."
        : "Chưa có tin nhắn nào ở đây.";
    fill(
      this.greeting,
      chatAvatar(this.chat, "large"),
      h("strong", { text: this.chat.title }),
      h("p", { text: words }),
    );
  }

  /** Take a change of the store or the outbox. */
  onChange(change) {
    if (change.type === "typing") {
      if (change.chat === this.chatId) this.showTyping(change.action);
      return;
    }
    if (change.type === "messages" && change.chat === this.chatId) {
      if ((change.added ?? []).some((message) => message.from?.is_bot)) this.endTyping();
      // What comes while nobody looks gets its mark, if everything before it was read.
      if (!this.list.isSeen && this.store.unread(this.chatId, this.phone.user) === 1)
        this.list.unreadFrom = this.firstUnread();
      this.list.refresh();
    }
    if (change.type === "snapshot" || change.type === "outbox") this.list.refresh();
    this.refreshFrame();
  }

  showTyping(action) {
    clearTimeout(this.typing);
    fill(this.subtitle, h("span", { class: "typing" }, ACTIONS[action] ?? ACTIONS.typing, h("i"), h("i"), h("i")));
    this.typing = setTimeout(() => this.endTyping(), TYPING_SHOWN);
  }

  endTyping() {
    clearTimeout(this.typing);
    this.typing = null;
    this.refreshFrame();
  }

  markRead(id) {
    if (this.store.unread(this.chatId, this.phone.user) === 0 || id <= this.reported) return;
    this.reported = id;
    clearTimeout(this.readTimer);
    this.readTimer = setTimeout(() => {
      this.phone.api.read(this.chatId, this.reported).catch(() => {
        this.reported = 0;
      });
    }, READ_WAIT);
  }

  openMenu(id, anchor) {
    const message = this.store.message(this.chatId, id);
    if (!message || message.kind === "service") return;
    openMessageMenu(this.phone.layer, message, anchor, {
      own: message.from?.id === this.phone.user,
      mayWrite: this.mayWrite(),
      hands: {
        reply: (one, quote) => this.composer.reply(one, quote),
        edit: (one) => this.composer.edit(one),
        remove: (one) => this.remove(one),
        copy: (text) => this.phone.copy(text),
      },
    });
  }

  async remove(message) {
    const sure = await this.phone.layer.confirm("Xóa tin này?", "Xóa", { danger: true });
    if (sure) await this.phone.act(() => this.phone.api.remove(this.chatId, message.id));
  }

  hands() {
    const { phone } = this;
    return {
      openMenu: (id, anchor) => this.openMenu(id, anchor),
      openPhoto: (address, words) => phone.lightbox(address, words),
      goTo: (id) => this.list.goTo(id) || phone.layer.toast("Tin được trả lời không còn ở đây."),
      press: (message, row, column, button) => phone.pressButton(message, row, column, button),
      vote: (message, option) => phone.act(() => phone.api.vote(message.chat, message.id, [option])),
      retry: (key) => phone.outbox.retry(key),
      discard: (key) => phone.outbox.drop(key),
      textHands: {
        onLink: (url) => phone.followLink(url),
        onCommand: (command) => this.mayWrite() && this.send({ kind: "text", text: command }),
      },
    };
  }

  send(draft) {
    this.list.stuck = true;
    this.phone.outbox.send({ ...draft, user: this.phone.user, chat: this.chatId, thread: this.thread || null });
  }

  composerHands() {
    return {
      send: (draft) => this.send(draft),
      saveEdit: (message, text) => this.phone.act(() => this.phone.api.edit(this.chatId, message.id, text)),
      commands: () => (this.chat.kind === "channel" ? [] : (this.store.bot?.commands ?? [])),
      commandSuffix: () => (this.chat.kind === "private" ? "" : `@${this.store.bot?.username ?? ""}`),
      lastOwn: () =>
        this.messages().findLast((message) => message.from?.id === this.phone.user && message.kind === "text") ?? null,
    };
  }
}
