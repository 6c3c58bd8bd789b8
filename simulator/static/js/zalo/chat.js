// An open chat on a Zalo phone.

import { fill, h, icon, iconButton, oncePerFrame } from "../dom.js";
import { clockTime } from "../time.js";
import { watchLongPress } from "../touch.js";
import { dayNode, messageNode } from "./bubble.js";
import { ZaloComposer } from "./composer.js";
import { accountWords, badgeOf, chatFace } from "./faces.js";
import { openChatMenu, openMessageMenu, shareInfo } from "./menus.js";
import { isOurs } from "./store.js";
import { typedChoices } from "./words.js";

const WINDOW = 80;
const NEAR_END = 70;
const READ_WAIT = 200;
const TYPING_SHOWN = 5500;
const SAME_RUN = 5 * 60_000;

export class ZaloChat {
  constructor(phone, chatId) {
    this.phone = phone;
    this.store = phone.store;
    this.chatId = chatId;
    this.group = this.store.groups.get(chatId)?.id ?? null;
    this.shown = WINDOW;
    this.stuck = true;
    this.nodes = new Map();
    this.refresh = oncePerFrame(() => this.draw());
    this.view = { store: this.store, person: phone.person, chat: chatId, hands: this.hands() };
    this.composer = new ZaloComposer(phone, {
      group: this.group,
      draft: phone.draftOf(chatId),
      send: (entry) => this.send(entry),
    });
    this.build();
  }

  build() {
    this.title = h("span", { class: "z-title-words" });
    this.subtitle = h("p", { class: "z-subtitle" });
    const menu = iconButton("more", "Việc với cuộc trò chuyện", "chat-menu", () => openChatMenu(this, menu));
    const badge = this.group ? null : badgeOf(this.store.account, this.store.kind);
    const name = h("div", { class: "z-title" }, this.title, badge);
    this.names = h(
      "button",
      {
        type: "button",
        class: "z-names",
        data: { action: "about" },
        on: { click: () => (this.group ? openChatMenu(this, menu) : this.phone.openPage()) },
      },
      name,
      this.subtitle,
    );
    this.notice = h("div", { class: "z-notice", hidden: true });
    this.rows = h("div", { class: "z-rows" });
    this.scroller = h(
      "div",
      {
        class: "z-scroller",
        tabindex: "0",
        role: "log",
        "aria-live": "off",
        "aria-label": "Tin nhắn",
        on: { scroll: () => this.onScroll(), keydown: (event) => this.onKey(event) },
      },
      this.rows,
    );
    this.toEnd = h(
      "button",
      {
        type: "button",
        class: "to-end",
        hidden: true,
        "aria-label": "Xuống tin mới nhất",
        data: { action: "to-end" },
        on: { click: () => this.scrollToEnd() },
      },
      icon("down"),
    );
    this.foot = h("div", { class: "z-foot" });
    this.node = h(
      "section",
      { class: "z-chat-view", "aria-label": this.store.title(this.chatId), data: { view: "chat", chat: this.chatId } },
      h(
        "header",
        { class: "z-head chat" },
        iconButton("back", "Về danh sách", "back", () => this.phone.showList()),
        chatFace(this.store, this.chatId, "medium"),
        this.names,
        menu,
      ),
      this.notice,
      h("div", { class: "z-wall" }, this.scroller, this.toEnd),
      this.foot,
    );
    const openAt = (row) => this.openMenu(row.dataset.message, row.querySelector(".z-bubble") ?? row);
    watchLongPress(this.scroller, openAt, ".z-row[data-message]");
    this.watch = new ResizeObserver(() => {
      if (this.stuck) this.scrollToEnd();
    });
    this.watch.observe(this.rows);
    this.watch.observe(this.scroller);
    this.draw();
  }

  /** After the view is in the page. */
  opened() {
    this.scrollToEnd();
    this.markRead();
    this.composer.focus();
  }

  open() {
    this.scrollToEnd();
    this.markRead();
  }

  close() {
    clearTimeout(this.typing);
    clearTimeout(this.reading);
    this.watch.disconnect();
  }

  owner() {
    return this.phone.owner();
  }

  onChange(change) {
    if (change.type === "typing") {
      if (change.chat === this.chatId) this.showTyping();
      return;
    }
    if (change.type === "messages" && change.chat === this.chatId && (change.added ?? []).some(isOurs)) {
      clearTimeout(this.typing);
      this.typing = null;
    }
    this.refresh();
    if (change.type === "snapshot" || change.type === "messages") this.markRead();
  }

  draw() {
    this.title.textContent = this.store.title(this.chatId);
    if (!this.typing) this.subtitle.textContent = this.about();
    this.showNotice();
    this.showFoot();
    const messages = this.store.messages(this.chatId).slice(-this.shown);
    this.reconcile(messages);
    this.composer.showChoices(this.choices(messages));
    if (this.stuck) this.scrollToEnd();
  }

  about() {
    const group = this.store.groups.get(this.chatId);
    if (group) return `${group.members.length} thành viên${group.locked ? " · chỉ trưởng nhóm gửi tin" : ""}`;
    return accountWords(this.store);
  }

  // Numbers are offered only where the last word is the account's and it has no buttons of its own.
  choices(messages) {
    const last = messages.at(-1);
    return last && isOurs(last) && !last.buttons ? typedChoices(last.text) : [];
  }

  reconcile(messages) {
    const rows = [];
    messages.forEach((message, index) => {
      const before = messages[index - 1];
      const first =
        !before ||
        before.kind === "service" ||
        before.from?.id !== message.from?.id ||
        Date.parse(message.at) - Date.parse(before.at) > SAME_RUN;
      if (dayNode(before, message))
        rows.push({ key: `day:${message.id}`, seal: "", draw: () => dayNode(before, message) });
      const draw = () => messageNode(message, this.view, { first });
      rows.push({ key: message.id, seal: message, first, draw });
    });
    for (const entry of this.phone.waiting(this.chatId))
      rows.push({ key: `wait:${entry.key}`, seal: entry.error ?? "", draw: () => this.waitingNode(entry) });
    const wanted = new Set(rows.map((row) => row.key));
    for (const [key, known] of this.nodes) {
      if (wanted.has(key)) continue;
      known.node.remove();
      this.nodes.delete(key);
    }
    let cursor = this.rows.firstElementChild;
    for (const row of rows) {
      let known = this.nodes.get(row.key);
      if (!known || known.seal !== row.seal || known.first !== row.first) {
        const node = row.draw();
        if (known) {
          if (cursor === known.node) cursor = node;
          known.node.replaceWith(node);
        }
        known = { node, seal: row.seal, first: row.first };
        this.nodes.set(row.key, known);
      }
      if (cursor === known.node) cursor = cursor.nextElementSibling;
      else this.rows.insertBefore(known.node, cursor);
    }
  }

  waitingNode(entry) {
    const failed = Boolean(entry.error);
    const small = (label, action, act, quiet) =>
      h("button", {
        type: "button",
        class: `small-button ${quiet ? "quiet" : ""}`,
        data: { action },
        text: label,
        on: { click: act },
      });
    return h(
      "div",
      { class: `z-row own waiting ${failed ? "failed" : ""}`, data: { state: failed ? "failed" : "sending" } },
      h(
        "div",
        { class: "z-stack" },
        h(
          "div",
          { class: "z-bubble" },
          h("div", { class: "z-words", text: entry.text || entry.file?.name || "Đang gửi…" }),
          h("span", { class: "z-hour", text: failed ? "Chưa gửi được" : `${clockTime(entry.at)} · Đang gửi` }),
        ),
        failed
          ? h(
              "div",
              { class: "mend", role: "alert" },
              h("span", { class: "mend-why", text: entry.error }),
              small("Gửi lại", "retry", () => this.phone.deliver(entry)),
              small("Bỏ", "discard", () => this.phone.drop(entry), true),
            )
          : null,
      ),
    );
  }

  showNotice() {
    const owner = this.owner();
    const follow = this.store.kind === "oa" && !this.group && owner && !owner.follows;
    const seal = follow ? "follow" : "";
    this.notice.hidden = !follow;
    if (this.noticeSeal === seal) return;
    this.noticeSeal = seal;
    if (!follow) return;
    fill(
      this.notice,
      h("span", { text: "Quan tâm để nhận tin của tài khoản này." }),
      h("button", {
        type: "button",
        class: "z-follow",
        data: { action: "follow" },
        text: "Quan tâm",
        on: { click: () => this.phone.act(() => this.phone.api.do("follow")) },
      }),
    );
  }

  footKind() {
    const owner = this.owner();
    const group = this.store.groups.get(this.chatId);
    if (owner?.blocked && !group) return "blocked";
    if (group?.status === "disabled") return "lapsed";
    if (group?.locked && !group.admins?.includes(this.phone.person)) return "locked";
    return "write";
  }

  showFoot() {
    const kind = this.footKind();
    if (this.foot.dataset.foot === kind) return;
    this.foot.dataset.foot = kind;
    const note = (text) => h("p", { class: "foot-note", text });
    const feet = {
      write: () => this.composer.node,
      blocked: () => [
        note("Bạn đã chặn bot này."),
        h("button", {
          type: "button",
          class: "z-big",
          data: { action: "unblock" },
          text: "Bỏ chặn",
          on: { click: () => this.phone.act(() => this.phone.api.do("unblock")) },
        }),
      ],
      lapsed: () => note("Nhóm này đã hết hạn."),
      locked: () => note("Chỉ trưởng nhóm được gửi tin vào nhóm này."),
    };
    fill(this.foot, feet[kind]());
  }

  showTyping() {
    clearTimeout(this.typing);
    this.subtitle.textContent = "Đang soạn tin…";
    this.typing = setTimeout(() => {
      this.typing = null;
      this.refresh();
    }, TYPING_SHOWN);
  }

  /** Not on a phone behind another, nor in a page in the background. */
  get isSeen() {
    return this.scroller.clientHeight > 0 && document.visibilityState === "visible";
  }

  // Opening tells the platform that the messages were seen; what comes while one looks is seen as well.
  markRead() {
    clearTimeout(this.reading);
    this.reading = setTimeout(() => {
      if (!this.isSeen || !this.stuck || !this.node.isConnected) return;
      const unread = this.store.unread(this.phone.person, this.chatId) > 0;
      const unseen = this.store.messages(this.chatId).some((message) => isOurs(message) && message.seen === false);
      const last = this.store.lastMessage(this.chatId)?.id;
      if ((!unread && !unseen) || (!unread && this.readUpTo === last)) return;
      this.readUpTo = last;
      this.phone.api.open(this.chatId).catch(() => {
        this.readUpTo = null;
      });
    }, READ_WAIT);
  }

  onScroll() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.stuck = scrollHeight - scrollTop - clientHeight < NEAR_END;
    this.toEnd.hidden = this.stuck;
    if (this.stuck) this.markRead();
    const total = this.store.messages(this.chatId).length;
    if (scrollTop < 200 && this.shown < total) {
      const below = scrollHeight - scrollTop;
      this.shown += WINDOW;
      this.reconcile(this.store.messages(this.chatId).slice(-this.shown));
      this.scroller.scrollTop = this.scroller.scrollHeight - below;
    }
  }

  scrollToEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.stuck = true;
    this.toEnd.hidden = true;
  }

  // Up and down walk from message to message; Enter opens the menu of the one in focus.
  onKey(event) {
    const row = event.target.closest?.(".z-row[data-message]");
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const all = [...this.rows.querySelectorAll(".z-row[data-message]")];
      const at = row ? all.indexOf(row) : event.key === "ArrowUp" ? all.length : -1;
      const next = all[at + (event.key === "ArrowUp" ? -1 : 1)];
      if (!next) return;
      event.preventDefault();
      next.focus();
    } else if (row && event.target === row && event.key === "Enter") {
      event.preventDefault();
      this.openMenu(row.dataset.message, row);
    }
  }

  send(entry) {
    this.stuck = true;
    this.phone.send({ ...entry, chat: this.chatId, group: this.group });
  }

  openMenu(id, anchor) {
    const message = this.store.message(this.chatId, id);
    if (message && message.kind !== "service") openMessageMenu(this, message, anchor);
  }

  hands() {
    const { phone } = this;
    return {
      menu: (id, anchor) => this.openMenu(id, anchor),
      link: (url) => phone.followLink(url),
      photo: (address, words) => phone.lightbox(address, words),
      article: (id) => phone.openArticle(id),
      press: (message, index, node) => phone.press(message, index, node),
      shareInfo: () => shareInfo(phone),
    };
  }
}
