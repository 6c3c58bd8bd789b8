// The first screen of a Zalo phone: its chats, newest first.

import { fill, h, icon, iconButton, oncePerFrame } from "../dom.js";
import { fullStamp, shortStamp } from "../time.js";
import { badgeOf, chatFace } from "./faces.js";
import { openAppMenu, openScan } from "./menus.js";
import { inOneLine, isOurs } from "./store.js";

export class ZaloList {
  constructor(phone) {
    this.phone = phone;
    this.refresh = oncePerFrame(() => this.draw());
    this.rows = h("div", { class: "z-chats", role: "list" });
    const scan = iconButton("scan", "Quét mã QR", "scan", () => openScan(phone, scan));
    scan.hidden = phone.store.kind !== "oa";
    const menu = iconButton("more", "Việc với máy này", "phone-menu", () => openAppMenu(phone, menu));
    this.node = h(
      "section",
      { class: "z-list", "aria-label": "Các cuộc trò chuyện", data: { view: "list" } },
      h("header", { class: "z-head" }, h("h2", { text: "Zalo" }), scan, menu),
      this.rows,
    );
    this.draw();
  }

  onChange(change) {
    if (change.type !== "typing") this.refresh();
  }

  draw() {
    const { store, person } = this.phone;
    const facts = store.chatsOf(person).map((chat) => this.facts(chat));
    const seal = JSON.stringify([facts, store.account?.verified, store.account?.name]);
    if (seal === this.seal) return;
    this.seal = seal;
    const focused = document.activeElement?.closest?.(".z-chat")?.dataset.chat;
    fill(
      this.rows,
      facts.map((one) => this.row(one)),
    );
    if (focused) this.rows.querySelector(`[data-chat="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  facts(chat) {
    const { store, person } = this.phone;
    const last = store.lastMessage(chat);
    const draft = (this.phone.draftOf(chat).text ?? "").trim().slice(0, 60);
    return {
      chat,
      title: store.title(chat),
      members: store.groups.get(chat)?.members ?? null,
      last: this.preview(last, chat),
      at: last?.at ?? null,
      draft,
      unread: store.unread(person, chat),
    };
  }

  preview(last, chat) {
    if (!last && chat !== this.phone.person) return "Chưa có tin nhắn";
    if (!last) return this.phone.store.kind === "oa" ? "Chạm để xem trang và nhắn tin" : "Chạm để nhắn tin";
    const words = inOneLine(last);
    if (last.kind === "service") return words;
    if (last.from?.id === this.phone.person) return `Bạn: ${words}`;
    const named = this.phone.store.groups.has(chat) && !isOurs(last);
    return named ? `${last.from.name.replace(/\s*\(.*?\)/g, "")}: ${words}` : words;
  }

  row({ chat, title, last, at, draft, unread }) {
    const { store } = this.phone;
    const words = draft ? [h("span", { class: "draft", text: "Nháp: " }), draft] : last;
    return h(
      "div",
      { role: "listitem" },
      h(
        "button",
        {
          type: "button",
          class: `z-chat ${unread ? "unread" : ""}`,
          data: { action: "open-chat", chat },
          on: { click: () => this.phone.openChat(chat) },
        },
        chatFace(store, chat),
        h(
          "span",
          { class: "z-chat-words" },
          h(
            "span",
            { class: "z-chat-line" },
            h("span", { class: "z-chat-title", text: title }),
            store.groups.has(chat) ? null : badgeOf(store.account, store.kind),
            at ? h("time", { datetime: at, title: fullStamp(at), text: shortStamp(at) }) : null,
          ),
          h(
            "span",
            { class: "z-chat-line" },
            h("span", { class: "z-chat-last" }, words),
            unread
              ? h("span", {
                  class: "badge",
                  "aria-label": `${unread} tin chưa đọc`,
                  text: unread > 5 ? "5+" : String(unread),
                })
              : null,
          ),
        ),
        h("span", { class: "z-go", "aria-hidden": "true" }, icon("next")),
      ),
    );
  }
}
