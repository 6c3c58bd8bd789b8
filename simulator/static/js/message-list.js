// The scrolling list of messages: draws only rows that changed, holds its place, counts what is new below.

import { messageNode, serviceNode, waitingNode } from "./bubble.js";
import { fill, h, icon, oncePerFrame } from "./dom.js";
import { buildRows, sameRow } from "./rows.js";
import { dayName } from "./time.js";

const FIRST_WINDOW = 60;
const STEP = 60;
const NEAR_END = 80;
const NEAR_TOP = 300;

export class MessageList {
  /** `view` holds chat, user, hands and presses; `source` gives messages() and waiting(); `onRead(id)` follows reading. */
  constructor(view, source, { unreadFrom, onRead }) {
    this.view = view;
    this.source = source;
    this.unreadFrom = unreadFrom;
    this.onRead = onRead;
    this.shown = FIRST_WINDOW;
    this.nodes = new Map();
    this.stuck = true;
    this.below = 0;
    this.lastSeen = null;
    this.refresh = oncePerFrame(() => this.sync());
    this.build();
  }

  build() {
    this.rows = h("div", { class: "rows" });
    this.scroller = h(
      "div",
      {
        class: "scroller",
        tabindex: "0",
        role: "log",
        "aria-live": "off",
        "aria-label": "Tin nhắn",
        on: { scroll: () => this.onScroll(), keydown: (event) => this.onKey(event) },
      },
      this.rows,
    );
    this.count = h("span", { class: "badge", hidden: true });
    this.toEnd = h(
      "button",
      {
        type: "button",
        class: "to-end",
        hidden: true,
        "aria-label": "Xuống tin mới nhất",
        data: { action: "to-end" },
        on: { click: () => this.scrollToEnd(true) },
      },
      icon("down"),
      this.count,
    );
    this.node = h("div", { class: "message-list" }, this.scroller, this.toEnd);
    this.watch = new ResizeObserver(() => {
      if (this.stuck) this.scrollToEnd();
    });
    this.watch.observe(this.rows);
    this.watch.observe(this.scroller);
  }

  close() {
    this.watch.disconnect();
  }

  /** Show the first time: at the unread mark if there is one, else at the end. */
  open() {
    const all = this.source.messages();
    const unreadAt = this.unreadFrom === null ? -1 : all.findIndex((message) => message.id === this.unreadFrom);
    if (unreadAt >= 0) this.shown = Math.max(FIRST_WINDOW, all.length - unreadAt + 10);
    this.sync(true);
    const mark = this.rows.querySelector(".unread-mark");
    if (mark && this.scroller.scrollHeight > this.scroller.clientHeight) {
      this.scroller.scrollTop = Math.max(0, mark.offsetTop - 60);
      this.lastSeen = this.unreadFrom - 1;
      this.onScroll();
      this.countNew(all);
    } else {
      this.scrollToEnd();
    }
  }

  sync(first = false) {
    if (!first && !this.node.isConnected) return;
    const all = this.source.messages();
    const messages = all.slice(-this.shown);
    const waiting = this.source.waiting();
    const rows = buildRows(messages, waiting, { user: this.view.user, unreadFrom: this.unreadFrom });
    const held = this.stuck ? null : this.anchor();
    this.reconcile(rows, first);
    this.countNew(messages);
    if (this.stuck) this.scrollToEnd();
    else this.hold(held);
    this.node.classList.toggle("empty", rows.length === 0);
    this.reportRead();
  }

  // The first row in sight keeps its place when rows come in above it. Kept by key: its node may be drawn anew.
  anchor() {
    const top = this.scroller.scrollTop;
    for (const [key, { node, row }] of this.nodes) {
      if (
        row.kind === "message" &&
        node.offsetTop <= top + this.scroller.clientHeight &&
        node.offsetTop + node.offsetHeight > top
      ) {
        return { key, bottom: node.offsetTop + node.offsetHeight };
      }
    }
    return null;
  }

  hold(held) {
    const node = held && this.nodes.get(held.key)?.node;
    if (node) this.scroller.scrollTop += node.offsetTop + node.offsetHeight - held.bottom;
  }

  reconcile(rows, first) {
    const wanted = new Set(rows.map((row) => row.key));
    for (const [key, known] of this.nodes) {
      if (wanted.has(key)) continue;
      known.node.remove();
      this.nodes.delete(key);
    }
    let cursor = this.rows.firstElementChild;
    for (const row of rows) {
      let known = this.nodes.get(row.key);
      if (!known || !sameRow(known.row, row)) {
        const node = this.draw(row);
        if (!first && !known && (row.kind === "message" || row.kind === "waiting") && this.stuck)
          node.classList.add("entering");
        if (known) {
          if (cursor === known.node) cursor = node;
          known.node.replaceWith(node);
        }
        known = { node, row: row.kind === "waiting" ? { ...row, state: row.entry.state } : row };
        this.nodes.set(row.key, known);
      }
      if (cursor === known.node) cursor = cursor.nextElementSibling;
      else this.rows.insertBefore(known.node, cursor);
    }
  }

  draw(row) {
    if (row.kind === "day") return h("div", { class: "middle day" }, h("span", { text: dayName(row.at) }));
    if (row.kind === "unread")
      return h("div", { class: "unread-mark", data: { mark: "unread" } }, h("span", { text: "Tin chưa đọc" }));
    if (row.kind === "service") return serviceNode(row);
    if (row.kind === "waiting") return waitingNode(row, this.view);
    return messageNode(row, this.view);
  }

  countNew(messages) {
    const last = messages.at(-1)?.id ?? 0;
    if (this.lastSeen === null || this.stuck) this.lastSeen = last;
    const fresh = messages.filter((message) => message.id > this.lastSeen);
    this.below = this.stuck ? 0 : fresh.filter((message) => message.from?.id !== this.view.user).length;
    this.showToEnd();
  }

  showToEnd() {
    this.toEnd.hidden = this.stuck;
    this.count.hidden = this.below === 0;
    fill(this.count, String(this.below));
  }

  onScroll() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.stuck = scrollHeight - scrollTop - clientHeight < NEAR_END;
    if (this.stuck) {
      this.lastSeen = this.source.messages().at(-1)?.id ?? 0;
      this.below = 0;
      this.reportRead();
    }
    this.showToEnd();
    if (scrollTop < NEAR_TOP && this.shown < this.source.messages().length) {
      this.shown += STEP;
      this.refresh();
    }
  }

  scrollToEnd(smooth = false) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smooth && !calm ? "smooth" : "instant" });
    this.stuck = true;
    this.below = 0;
    this.showToEnd();
  }

  /** Can the list be seen now? Not on a phone behind another, nor in a page in the background. */
  get isSeen() {
    return this.scroller.clientHeight > 0 && document.visibilityState === "visible";
  }

  reportRead() {
    if (!this.stuck || !this.isSeen) return;
    const last = this.source.messages().at(-1);
    if (last) this.onRead(last.id);
  }

  /** Bring a message into sight and point at it; false when it is not here. */
  goTo(id) {
    const all = this.source.messages();
    const at = all.findIndex((message) => message.id === id);
    if (at < 0) return false;
    if (all.length - at > this.shown) {
      this.shown = all.length - at + 10;
      this.stuck = false;
      this.sync();
    }
    const node = this.rows.querySelector(`[data-message="${id}"]`);
    if (!node) return false;
    this.stuck = false;
    node.scrollIntoView({ block: "center", behavior: "instant" });
    node.classList.remove("pointed");
    void node.offsetWidth;
    node.classList.add("pointed");
    return true;
  }

  // Up and down walk from message to message; Enter opens the menu of the one in focus.
  onKey(event) {
    const row = event.target.closest?.(".row[data-message]");
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const all = [...this.rows.querySelectorAll(".row[data-message]")];
      if (all.length === 0) return;
      const at = row ? all.indexOf(row) : event.key === "ArrowUp" ? all.length : -1;
      const next = all[at + (event.key === "ArrowUp" ? -1 : 1)];
      if (!next) return;
      event.preventDefault();
      next.focus();
    } else if (row && event.target === row && (event.key === "Enter" || event.key === "ContextMenu")) {
      event.preventDefault();
      this.view.hands.openMenu(Number(row.dataset.message), row);
    }
  }
}
