// What the page knows of one Zalo platform: the account (an OA or a bot), people, groups, messages, articles.

const KEPT_PER_CHAT = 600;

export class ZaloStore {
  /** `kind` is "oa" or "bot". */
  constructor(kind) {
    this.kind = kind;
    this.seq = 0;
    this.ready = false;
    this.connection = "connecting";
    this.account = null;
    this.people = new Map();
    this.groups = new Map();
    this.threads = new Map();
    this.articles = new Map();
    this.links = [];
    this.subscribers = new Set();
  }

  /** Call `listener(change)` on every change; returns the function that ends it. */
  subscribe(listener) {
    this.subscribers.add(listener);
    return () => this.subscribers.delete(listener);
  }

  tell(change) {
    for (const listener of [...this.subscribers]) listener(change);
  }

  setConnection(state) {
    if (this.connection === state) return;
    this.connection = state;
    this.tell({ type: "connection", state });
  }

  /** Has the server said who is there, or is nobody answering? */
  get settled() {
    return this.ready || this.connection === "reconnecting";
  }

  applySnapshot(snapshot) {
    this.seq = snapshot.seq ?? this.seq;
    this.account = snapshot.oa ?? snapshot.bot ?? null;
    this.people = byId(snapshot.people);
    this.groups = new Map((snapshot.groups ?? []).map((group) => [group.chat, group]));
    this.articles = byId(snapshot.articles);
    this.links = snapshot.links ?? [];
    const before = this.threads;
    const added = [];
    this.threads = new Map();
    for (const [chat, messages] of Object.entries(snapshot.messages ?? {})) {
      const known = before.get(chat);
      const thread = new Map(messages.map((message) => [message.id, keepIdentity(known?.get(message.id), message)]));
      this.threads.set(chat, thread);
      added.push(...[...thread.values()].filter((message) => !known?.has(message.id)));
    }
    this.ready = true;
    this.tell({ type: "snapshot", added });
  }

  /** Take one live event; an event already seen changes nothing. */
  applyEvent(event) {
    if (event.seq <= this.seq) return;
    this.seq = event.seq;
    const take = {
      message: () => this.upsert(event.message),
      receipt: () => {},
      reaction: () => this.change(event.chat, event.message, { reactions: event.reactions ?? {} }),
      person: () => this.people.set(event.person.id, event.person),
      group: () => this.groups.set(event.group.chat, event.group),
      group_gone: () => this.groups.delete(event.chat),
      article: () => this.articles.set(event.article.id, event.article),
      article_gone: () => this.articles.delete(event.id),
      oa: () => {
        this.account = { ...this.account, ...event.oa };
      },
      bot: () => {
        this.account = { ...this.account, ...event.bot };
      },
      read: () => this.setUnread(event.person, event.chat, 0),
    }[event.type];
    take?.();
    if (event.type !== "message" && event.type !== "reaction") this.tell(event);
  }

  /** Put in a message, or its newer version. */
  upsert(message) {
    if (!this.threads.has(message.chat)) this.threads.set(message.chat, new Map());
    const thread = this.threads.get(message.chat);
    const known = thread.get(message.id);
    const kept = keepIdentity(known, message);
    if (kept === known) return;
    thread.set(message.id, kept);
    if (thread.size > KEPT_PER_CHAT) thread.delete(thread.keys().next().value);
    if (!known) this.countUnread(kept);
    this.tell({ type: "messages", chat: message.chat, added: known ? [] : [kept] });
  }

  change(chat, id, fields) {
    const known = this.threads.get(chat)?.get(id);
    if (!known) return;
    this.threads.get(chat).set(id, { ...known, ...fields });
    this.tell({ type: "messages", chat, added: [] });
  }

  countUnread(message) {
    if (message.kind === "service") return;
    for (const id of this.groups.get(message.chat)?.members ?? [message.chat]) {
      if (id === message.from?.id) this.setUnread(id, message.chat, 0);
      else this.setUnread(id, message.chat, this.unread(id, message.chat) + 1);
    }
  }

  setUnread(id, chat, count) {
    const person = this.people.get(id);
    if (person) this.people.set(id, { ...person, unread: { ...person.unread, [chat]: count } });
  }

  unread(id, chat) {
    return this.people.get(id)?.unread?.[chat] ?? 0;
  }

  unreadTotal(id) {
    return this.chatsOf(id).reduce((sum, chat) => sum + this.unread(id, chat), 0);
  }

  messages(chat) {
    return [...(this.threads.get(chat)?.values() ?? [])];
  }

  message(chat, id) {
    return this.threads.get(chat)?.get(id) ?? null;
  }

  lastMessage(chat) {
    return this.messages(chat).at(-1) ?? null;
  }

  /** The chats on a person's phone, the newest first; the one with the account is always there. */
  chatsOf(id) {
    const own = [id, ...[...this.groups.values()].filter((one) => one.members.includes(id)).map((one) => one.chat)];
    const stamp = (chat) => Date.parse(this.lastMessage(chat)?.at ?? 0) || 0;
    return own.sort((one, other) => stamp(other) - stamp(one));
  }

  title(chat) {
    return this.groups.get(chat)?.name ?? this.account?.name ?? "Zalo";
  }
}

/** Was it written by the account, and not by a person? */
export function isOurs(message) {
  return Boolean(message.from?.is_oa || message.from?.is_bot);
}

/** A message in one line, for lists and quotes. */
export function inOneLine(message) {
  if (!message) return "";
  const words = (message.text ?? "").replace(/\s+/g, " ").trim();
  if (message.kind === "text" || message.kind === "service") return words;
  const title = message.articles?.[0]?.title ?? message.info_request?.title ?? message.elements?.[0]?.title;
  const name = NAMES[message.kind] ?? "Tin nhắn";
  const more = title ?? message.card?.name ?? message.link?.description ?? message.file?.name;
  return [`[${name}]`, words || more].filter(Boolean).join(" ");
}

const NAMES = {
  image: "Ảnh",
  gif: "Ảnh động",
  file: "Tệp",
  audio: "Tin thoại",
  video: "Video",
  sticker: "Nhãn dán",
  location: "Vị trí",
  link: "Liên kết",
  card: "Danh thiếp",
  info_request: "Xin thông tin",
  articles: "Bài viết",
  list: "Danh sách",
};

function byId(list) {
  return new Map((list ?? []).map((one) => [one.id, one]));
}

function keepIdentity(known, message) {
  return known && JSON.stringify(known) === JSON.stringify(message) ? known : message;
}
