// The desk: which phones lie on it, the bar above them, one phone at a time on a narrow screen.

import { personAvatar, roleName } from "./avatar.js";
import { fill, h, icon, oncePerFrame } from "./dom.js";
import { openPeople } from "./people.js";
import { Phone } from "./phone.js";
import { ZaloPhone } from "./zalo/phone.js";

const MOST = 8;
const KEPT = "phone.desk";

const APPS = { zalo: "Zalo OA", zbot: "Zalo Bot" };

export class Desk {
  /** `zalo` holds the stores of the Zalo platforms by the first word of their phones' names on the desk. */
  constructor(root, store, outbox, zalo = {}) {
    this.zalo = zalo;
    this.wanted = null;
    this.root = root;
    this.store = store;
    this.outbox = outbox;
    this.phones = new Map();
    this.front = null;
    this.refreshBar = oncePerFrame(() => this.showBar());
    this.build();
    for (const one of [store, ...Object.values(zalo)]) one.subscribe((change) => this.onChange(change, one));
    document.addEventListener("visibilitychange", () => {
      for (const phone of this.phones.values()) phone.current.onChange({ type: "snapshot" });
    });
  }

  build() {
    this.line = h("p", { class: "line-state", role: "status", data: { connection: "connecting" } });
    this.chips = h("div", { class: "chips", role: "group", "aria-label": "Máy trên bàn" });
    this.add = h(
      "button",
      {
        type: "button",
        class: "chip add",
        "aria-label": "Chọn người",
        data: { action: "people" },
        on: { click: () => this.choosePeople() },
      },
      icon("add"),
      h("span", { class: "chip-words", text: "Chọn người" }),
    );
    this.row = h("main", { class: "phones" }, h("p", { class: "waiting-note", text: "Đang mở máy…" }));
    fill(
      this.root,
      h(
        "header",
        { class: "desk-bar" },
        h(
          "h1",
          {},
          h("span", { class: "mark", "aria-hidden": "true" }, icon("check")),
          h("span", { text: "Bàn điện thoại" }),
        ),
        this.chips,
        this.add,
        this.line,
      ),
      this.row,
    );
    this.showLine();
  }

  onChange(change, store) {
    if (change.type === "connection" && store === this.store) this.showLine();
    if (change.type === "snapshot" || (change.type === "connection" && store !== this.store)) this.settle();
    if (["snapshot", "chat", "user", "messages", "person", "read"].includes(change.type)) this.refreshBar();
  }

  showLine() {
    const { connection } = this.store;
    const words = { connecting: "đang kết nối…", reconnecting: "đang kết nối lại…", online: "" };
    this.line.dataset.connection = connection;
    this.line.textContent = words[connection];
    this.root.dataset.connection = connection;
  }

  /** The ids of the people on the desk, in their order. */
  people() {
    return [...this.phones.keys()];
  }

  // Every platform tells who is there in its own time: what is wished for is laid as it becomes known, and people
  // who are gone are taken away.
  settle() {
    if (!this.store.ready || !Object.values(this.zalo).every((one) => one.settled)) return;
    this.wanted ??= fromAddress() ?? kept() ?? [];
    const there = this.wanted.filter((key) => this.person(key)).slice(0, MOST);
    this.lay(there.length > 0 ? there : this.usual(), { keep: false });
  }

  /** Whose phone a name on the desk means: `{key, id, name, role, app, unread}`, null when there is no such person. */
  person(key) {
    const [platform, id] = this.parts(key);
    const store = platform ? this.zalo[platform] : this.store;
    const user = platform ? store?.people.get(id) : store.users.get(key);
    if (!user) return null;
    const unread = store.unreadTotal(platform ? id : key);
    return { key, id, name: user.name, role: user.role, app: APPS[platform] ?? "Telegram", unread };
  }

  parts(key) {
    if (typeof key === "number") return [null, key];
    const at = key.indexOf("-");
    return [key.slice(0, at), key.slice(at + 1)];
  }

  /** Everybody whose phone could lie on the desk. */
  everybody() {
    const keys = [...this.store.users.keys()];
    for (const [platform, store] of Object.entries(this.zalo))
      keys.push(...[...store.people.keys()].map((id) => `${platform}-${id}`));
    return keys.map((key) => this.person(key));
  }

  // Two residents, the officer, the chief, a reviewer on Telegram; a resident of the OA and an officer of the bot.
  usual() {
    const all = this.everybody();
    const of = (app, role, count) => all.filter((one) => one.app === app && one.role === role).slice(0, count);
    const usual = [
      ["Telegram", "resident", 2],
      ["Telegram", "officer", 1],
      ["Telegram", "chief", 1],
      ["Telegram", "reviewer", 1],
      ["Zalo OA", "resident", 1],
      ["Zalo Bot", "officer", 1],
    ];
    const picked = usual.flatMap(([app, role, count]) => of(app, role, count));
    return (picked.length > 0 ? picked : all.slice(0, 2)).map((one) => one.key);
  }

  phoneOf(key) {
    const [platform, id] = this.parts(key);
    return platform ? new ZaloPhone(this.zalo[platform], key, id, this) : new Phone(this.store, this.outbox, id, this);
  }

  /** Put exactly these people's phones on the desk; phones already there stay as they are. */
  lay(ids, { keep = true } = {}) {
    for (const [id, phone] of this.phones) {
      if (ids.includes(id)) continue;
      phone.close();
      this.phones.delete(id);
    }
    const before = this.phones;
    this.phones = new Map();
    this.row.querySelector(".waiting-note")?.remove();
    ids.forEach((id, index) => {
      const known = before.get(id);
      const phone = known ?? this.phoneOf(id);
      this.phones.set(id, phone);
      if (this.row.children[index] !== phone.node) this.row.insertBefore(phone.node, this.row.children[index] ?? null);
      if (!known) phone.placed();
    });
    if (!this.phones.has(this.front)) this.front = ids[0] ?? null;
    this.showFront();
    this.showBar();
    if (keep) this.remember();
  }

  remember() {
    const list = this.people().join(",");
    try {
      localStorage.setItem(KEPT, list);
    } catch {
      // Without storage the address alone remembers.
    }
    const address = new URL(location.href);
    address.searchParams.set("phones", list);
    history.replaceState(null, "", address.toString().replaceAll("%2C", ","));
  }

  bringToFront(id) {
    const phone = this.phones.get(id);
    const wasHidden = phone?.node.clientHeight === 0;
    this.front = id;
    this.showFront();
    this.showBar();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    phone?.node.scrollIntoView({ inline: "center", block: "nearest", behavior: calm ? "instant" : "smooth" });
    if (wasHidden) phone.placed();
  }

  /** The phone that is being used, which alone speaks to screen readers. */
  use(id) {
    if (this.front === id) return;
    this.front = id;
    this.showFront();
    this.refreshBar();
  }

  showFront() {
    for (const [id, phone] of this.phones) phone.node.classList.toggle("front", id === this.front);
  }

  showBar() {
    for (const id of this.phones.keys()) this.phones.get(id).showStatus();
    const facts = this.people().map((id) => ({
      ...(this.person(id) ?? { key: id, id, name: String(id), app: "Telegram", unread: 0 }),
      front: id === this.front,
    }));
    const seal = JSON.stringify(facts);
    if (seal === this.barSeal) return;
    this.barSeal = seal;
    const focused = document.activeElement?.closest?.(".chip")?.dataset.person;
    fill(
      this.chips,
      facts.map((one) => this.chip(one)),
    );
    if (focused) this.chips.querySelector(`[data-person="${focused}"]`)?.focus({ preventScroll: true });
  }

  chip({ key, id, name, role, app, unread, front }) {
    const said = `${name}, ${roleName(role)}${app === "Telegram" ? "" : `, ${app}`}`;
    return h(
      "button",
      {
        type: "button",
        class: `chip ${front ? "front" : ""}`,
        "aria-pressed": String(front),
        "aria-label": `${said}${unread ? `, ${unread} tin chưa đọc` : ""}`,
        title: `${name} (${app})`,
        data: { action: "front", person: String(key) },
        on: { click: () => this.bringToFront(key) },
      },
      h(
        "span",
        { class: "chip-face" },
        personAvatar(id, name, "small"),
        app === "Telegram" ? null : h("span", { class: "chip-app", "aria-hidden": "true", text: "Z" }),
      ),
      h("span", { class: "chip-words", text: name.replace(/\s*\(.*?\)/g, "") }),
      unread > 0
        ? h("span", { class: "badge", "aria-hidden": "true", text: unread > 99 ? "99+" : String(unread) })
        : null,
    );
  }

  async choosePeople() {
    const chosen = await openPeople(this.everybody(), this.people(), MOST);
    if (!chosen) return;
    this.wanted = chosen;
    this.lay(chosen);
  }
}

function fromAddress() {
  return ids(new URL(location.href).searchParams.get("phones"));
}

function kept() {
  try {
    return ids(localStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

function ids(list) {
  const keys = (list ?? "")
    .split(",")
    .map((one) => (/^(zalo|zbot)-[0-9a-f]+$/.test(one) ? one : Number(one)))
    .filter((key) => typeof key === "string" || (Number.isInteger(key) && key > 0));
  return keys.length > 0 ? [...new Set(keys)] : null;
}
