// Sends that are under way or failed. Nothing leaves it until the server has it or the writer drops it.

import { PhoneApi } from "./api.js";

const KEPT = "phone.outbox";

export class Outbox {
  constructor(store) {
    this.store = store;
    this.entries = [];
    this.lines = new Map();
    this.number = 0;
    this.subscribers = new Set();
    store.subscribe((change) => {
      for (const message of change.added ?? []) this.claim(message);
    });
    this.recall();
  }

  subscribe(listener) {
    this.subscribers.add(listener);
    return () => this.subscribers.delete(listener);
  }

  tell(entry) {
    this.keep();
    for (const listener of [...this.subscribers]) listener(entry);
  }

  /** What one phone has still to show at the end of a chat. */
  waiting(user, chat, thread = null) {
    return this.entries.filter(
      (entry) =>
        entry.user === user &&
        entry.chat === chat &&
        !entry.arrived &&
        (thread === null || (entry.thread ?? 0) === thread),
    );
  }

  /** Send `{user, chat, thread, kind, text?, files?, reply?, …}`; kind is text, location or a file kind. */
  send(draft) {
    this.number += 1;
    const entry = {
      ...draft,
      key: `${Date.now()}-${this.number}`,
      at: new Date().toISOString(),
      after: this.store.lastMessage(draft.chat)?.id ?? 0,
      state: "sending",
      expected: draft.files?.length ?? 1,
      arrived: false,
    };
    this.entries.push(entry);
    this.tell(entry);
    this.queue(entry);
    return entry;
  }

  retry(key) {
    const entry = this.entries.find((one) => one.key === key);
    if (!entry || entry.state === "sending") return;
    entry.state = "sending";
    entry.error = null;
    this.tell(entry);
    this.queue(entry);
  }

  drop(key) {
    const entry = this.entries.find((one) => one.key === key);
    this.entries = this.entries.filter((one) => one !== entry);
    if (entry) this.tell(entry);
  }

  // One line per phone and chat keeps the order in which things were written.
  queue(entry) {
    const line = `${entry.user}/${entry.chat}`;
    const before = this.lines.get(line) ?? Promise.resolve();
    this.lines.set(
      line,
      before.then(() => this.deliver(entry)),
    );
  }

  async deliver(entry) {
    if (!this.entries.includes(entry)) return;
    try {
      const answer = await post(entry);
      for (const message of messagesIn(answer)) this.store.upsert(message);
      this.drop(entry.key);
    } catch (error) {
      if (entry.arrived) {
        this.drop(entry.key);
        return;
      }
      entry.state = "failed";
      entry.error = error.message;
      entry.uncertain = error.uncertain === true;
      this.tell(entry);
    }
  }

  // A message that came back on the live line is the proof that a send arrived, even if its answer was cut off.
  claim(message) {
    const entry = this.entries.find((one) => !one.arrived && isSame(one, message));
    if (!entry) return;
    entry.expected -= 1;
    if (entry.expected > 0) return;
    entry.arrived = true;
    if (entry.state === "failed") this.drop(entry.key);
    else this.tell(entry);
  }

  /** Are there files that a reload of the page would lose? */
  get holdsFiles() {
    return this.entries.some((entry) => entry.files && !entry.arrived);
  }

  // Texts survive a reload of the page; files cannot.
  keep() {
    const texts = this.entries.filter((entry) => entry.kind === "text" && !entry.arrived);
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(texts));
    } catch {
      // Storage is full or forbidden: the page itself still holds them.
    }
  }

  recall() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
      const error = "Trang được tải lại trước khi gửi xong.";
      this.entries = kept.map((entry) => ({ ...entry, state: "failed", uncertain: true, error: entry.error ?? error }));
    } catch {
      this.entries = [];
    }
  }
}

function post(entry) {
  const api = new PhoneApi(entry.user);
  if (entry.kind === "text") return api.sendText(entry.chat, entry);
  if (entry.kind === "location") return api.sendLocation(entry.chat, entry);
  return api.sendFiles(entry.chat, entry);
}

function messagesIn(answer) {
  if (Array.isArray(answer.messages)) return answer.messages;
  if (answer.message?.id) return [answer.message];
  return answer.id && answer.chat ? [answer] : [];
}

function isSame(entry, message) {
  // A post in a channel has no sender.
  if ((message.from && message.from.id !== entry.user) || message.chat !== entry.chat) return false;
  if (entry.state === "failed" && !entry.uncertain) return false;
  if (message.id <= entry.after) return false;
  if (entry.kind === "text") return message.kind === "text" && message.text === entry.text;
  if (entry.kind === "location") return message.kind === "location" && message.location?.latitude === entry.latitude;
  if (entry.kind === "album") return Boolean(message.album);
  return message.kind === entry.kind && (message.text ?? "") === (entry.text ?? "");
}
