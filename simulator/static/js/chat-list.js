// The list of chats on a phone, and the list of topics of a forum.

import { chatAvatar } from "./avatar.js";
import { fill, h, icon, iconButton, oncePerFrame } from "./dom.js";
import { openPhoneMenu } from "./chat-menu.js";
import { previewOf } from "./media.js";
import { fullStamp, shortStamp } from "./time.js";
import { threadOf } from "./store.js";

export class ChatList {
  constructor(phone) {
    this.phone = phone;
    this.rows = new Map();
    this.refresh = oncePerFrame(() => this.draw());
    const menu = iconButton("more", "Việc với máy này", "phone-menu", () => openPhoneMenu(phone, menu));
    const scan = iconButton("scan", "Quét mã QR", "scan", () => phone.scan(scan));
    this.list = h("div", { class: "chat-rows", role: "list" });
    this.node = h(
      "section",
      { class: "chat-list", "aria-label": "Các cuộc trò chuyện", data: { view: "list" } },
      h("header", { class: "list-header" }, h("h2", { text: "Tin nhắn" }), scan, menu),
      this.list,
    );
    this.draw();
  }

  onChange(change) {
    if (change.type !== "typing" && change.type !== "answer") this.refresh();
  }

  draw() {
    const chats = this.phone.store.chatsOf(this.phone.user);
    arrange(
      this.list,
      this.rows,
      chats,
      (chat) => chat.id,
      (chat) => this.facts(chat),
      (facts) => this.row(facts),
    );
  }

  facts(chat) {
    const { store, user } = this.phone;
    const last = store.lastMessage(chat.id);
    return {
      chat: { id: chat.id, kind: chat.kind, title: chat.title },
      last: preview(last, user, chat),
      at: last?.at ?? null,
      failed: this.phone.outbox.waiting(user, chat.id).some((entry) => entry.state === "failed"),
      unread: store.unread(chat.id, user),
      draft: this.phone.draftWords(chat.id),
    };
  }

  row({ chat, last, at, failed, unread, draft }) {
    const words = draft ? [h("span", { class: "draft", text: "Nháp: " }), draft] : last;
    return chatRow({
      avatar: chatAvatar(chat),
      title: chat.title,
      words,
      at,
      failed,
      unread,
      data: { action: "open-chat", chat: String(chat.id) },
      open: () => this.phone.openChat(chat.id),
    });
  }
}

export class TopicList {
  constructor(phone, chatId) {
    this.phone = phone;
    this.chatId = chatId;
    this.rows = new Map();
    this.refresh = oncePerFrame(() => this.draw());
    this.list = h("div", { class: "chat-rows", role: "list" });
    const chat = phone.store.chat(chatId, phone.user);
    const menu = iconButton("more", "Việc với nhóm", "chat-menu", () =>
      import("./chat-menu.js").then(({ openChatMenu }) =>
        openChatMenu(phone, phone.store.chat(chatId, phone.user), menu),
      ),
    );
    this.node = h(
      "section",
      { class: "chat-list", "aria-label": `Chủ đề của ${chat.title}`, data: { view: "topics", chat: String(chatId) } },
      h(
        "header",
        { class: "chat-header" },
        iconButton("back", "Về danh sách", "back", () => phone.back()),
        chatAvatar(chat, "medium"),
        h(
          "div",
          { class: "chat-names" },
          h("h2", { class: "chat-title", text: chat.title }),
          h("p", { class: "chat-subtitle", text: `${chat.members?.length ?? 0} thành viên` }),
        ),
        menu,
      ),
      this.list,
    );
    this.draw();
  }

  onChange(change) {
    if (change.type !== "typing" && change.type !== "answer") this.refresh();
  }

  draw() {
    const { store, user } = this.phone;
    const chat = store.chat(this.chatId, user);
    if (!chat) return;
    const unread = store.unreadMessages(this.chatId, user);
    const topics = [{ thread: 0, name: "Chung", closed: false }, ...(chat.topics ?? [])].map((topic) => {
      const last = store.lastMessage(this.chatId, topic.thread);
      return {
        ...topic,
        last: preview(last, user, chat),
        at: last?.at ?? null,
        unread: unread.filter((message) => threadOf(message) === topic.thread).length,
      };
    });
    topics.sort((one, other) => (Date.parse(other.at ?? 0) || 0) - (Date.parse(one.at ?? 0) || 0));
    arrange(
      this.list,
      this.rows,
      topics,
      (topic) => topic.thread,
      (topic) => topic,
      (topic) => this.row(topic),
    );
  }

  row(topic) {
    return chatRow({
      avatar: h("span", { class: "avatar topic", "aria-hidden": "true" }, icon("topic")),
      title: topic.closed ? `${topic.name} (đã đóng)` : topic.name,
      words: topic.last,
      at: topic.at,
      unread: topic.unread,
      data: { action: "open-topic", thread: String(topic.thread) },
      open: () => this.phone.openTopic(this.chatId, topic.thread),
    });
  }
}

// Keyed rows: only those whose facts changed are drawn anew.
function arrange(list, known, items, keyOf, factsOf, draw) {
  const keys = new Set(items.map(keyOf));
  for (const [key, row] of known) {
    if (keys.has(key)) continue;
    row.node.remove();
    known.delete(key);
  }
  let cursor = list.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const facts = factsOf(item);
    const seal = JSON.stringify(facts);
    let row = known.get(key);
    if (!row) {
      row = { node: draw(facts), seal };
      known.set(key, row);
    } else if (row.seal !== seal) {
      // The button itself stays: a finger that is on it just now still presses it, and it keeps focus.
      const [button, fresh] = [row.node.firstElementChild, draw(facts).firstElementChild];
      button.className = fresh.className;
      button.replaceChildren(...fresh.childNodes);
      row.seal = seal;
    }
    if (cursor === row.node) cursor = cursor.nextElementSibling;
    else list.insertBefore(row.node, cursor);
  }
}

function chatRow({ avatar, title, words, at, failed, unread, data, open }) {
  const badge =
    unread > 0
      ? h("span", {
          class: "badge",
          data: { unread: String(unread) },
          "aria-label": `${unread} tin chưa đọc`,
          text: unread > 99 ? "99+" : String(unread),
        })
      : null;
  return h(
    "div",
    { role: "listitem" },
    h(
      "button",
      { type: "button", class: `chat-row ${unread ? "unread" : ""}`, data, on: { click: open } },
      avatar,
      h(
        "span",
        { class: "chat-row-words" },
        h(
          "span",
          { class: "chat-row-line" },
          h("span", { class: "chat-row-title", text: title }),
          at ? h("time", { datetime: at, title: fullStamp(at), text: shortStamp(at) }) : null,
        ),
        h(
          "span",
          { class: "chat-row-line" },
          h("span", { class: "chat-row-last" }, words),
          failed ? h("span", { class: "badge failed", "aria-label": "Có tin chưa gửi được", text: "!" }) : null,
          badge,
        ),
      ),
    ),
  );
}

function preview(message, user, chat) {
  if (!message) return chat.kind === "private" ? "Bấm để bắt đầu trò chuyện" : "Chưa có tin nhắn";
  const words = previewOf(message);
  if (message.kind === "service") return words;
  if (message.from?.id === user) return `Bạn: ${words}`;
  if (chat.kind === "private" || chat.kind === "channel" || !message.from) return words;
  return `${message.from.name.replace(/\s*\(.*?\)/g, "")}: ${words}`;
}
