// The desk: which phones lie on it, the bar above them, one phone at a time on a narrow screen.

import { personAvatar, roleName } from "./avatar.js";
import { fill, h, icon, oncePerFrame } from "./dom.js";
import { openPeople } from "./people.js";
import { Phone } from "./phone.js";

const MOST = 5;
const KEPT = "phone.desk";

export class Desk {
  constructor(root, store, outbox) {
    this.root = root;
    this.store = store;
    this.outbox = outbox;
    this.phones = new Map();
    this.front = null;
    this.refreshBar = oncePerFrame(() => this.showBar());
    this.build();
    store.subscribe((change) => this.onChange(change));
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

  onChange(change) {
    if (change.type === "connection") this.showLine();
    if (change.type === "snapshot") this.settle();
    if (["snapshot", "chat", "user", "messages"].includes(change.type)) this.refreshBar();
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

  // At the first snapshot the desk is laid; later ones only take away people who are gone.
  settle() {
    const wanted = this.phones.size > 0 ? this.people() : (fromAddress() ?? kept() ?? []);
    const there = wanted.filter((id) => this.store.users.has(id)).slice(0, MOST);
    this.lay(there.length > 0 ? there : this.usual(), { keep: false });
  }

  // Two residents, the officer, the chief, a reviewer.
  usual() {
    const users = [...this.store.users.values()];
    const of = (role, count) => users.filter((user) => user.role === role).slice(0, count);
    const picked = [...of("resident", 2), ...of("officer", 1), ...of("chief", 1), ...of("reviewer", 1)];
    return (picked.length > 0 ? picked : users.slice(0, 2)).map((user) => user.id);
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
      const phone = known ?? new Phone(this.store, this.outbox, id, this);
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
      id,
      user: this.store.users.get(id),
      unread: this.store.unreadTotal(id),
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

  chip({ id, user, unread, front }) {
    const name = user?.name ?? String(id);
    return h(
      "button",
      {
        type: "button",
        class: `chip ${front ? "front" : ""}`,
        "aria-pressed": String(front),
        "aria-label": `${name}, ${roleName(user?.role)}${unread ? `, ${unread} tin chưa đọc` : ""}`,
        title: name,
        data: { action: "front", person: String(id) },
        on: { click: () => this.bringToFront(id) },
      },
      personAvatar(id, name, "small"),
      h("span", { class: "chip-words", text: name.replace(/\s*\(.*?\)/g, "") }),
      unread > 0
        ? h("span", { class: "badge", "aria-hidden": "true", text: unread > 99 ? "99+" : String(unread) })
        : null,
    );
  }

  async choosePeople() {
    const chosen = await openPeople([...this.store.users.values()], this.people(), MOST);
    if (chosen) this.lay(chosen);
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
  const numbers = (list ?? "")
    .split(",")
    .map(Number)
    .filter((id) => Number.isInteger(id) && id > 0);
  return numbers.length > 0 ? [...new Set(numbers)] : null;
}
