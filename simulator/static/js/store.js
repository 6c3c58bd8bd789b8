// What the page knows: people, chats, messages. Changes are told to subscribers, one small note each.

const KEPT_PER_CHAT = 1000;

export class Store {
  constructor() {
    this.seq = 0;
    this.ready = false;
    this.connection = "connecting";
    this.bot = null;
    this.users = new Map();
    this.chats = new Map();
    this.links = [];
    this.threads = new Map();
    this.lasts = new Map();
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

  /** Take a whole snapshot. Messages that did not change keep their identity, so nothing is drawn twice. */
  applySnapshot(snapshot) {
    this.seq = snapshot.seq ?? 0;
    this.bot = snapshot.bot ?? null;
    this.links = snapshot.links ?? [];
    this.users = new Map((snapshot.users ?? []).map((user) => [user.id, user]));
    this.shared = null;
    this.chats = new Map((snapshot.chats ?? []).map((chat) => [chat.id, chat]));
    const before = this.threads;
    const added = [];
    this.threads = new Map();
    this.lasts = new Map();
    for (const [id, messages] of Object.entries(snapshot.messages ?? {})) {
      const known = before.get(Number(id));
      const list = messages.map((message) => keepIdentity(known?.get(message.id), message));
      this.threads.set(Number(id), new Map(list.map((message) => [message.id, message])));
      this.lasts.set(Number(id), list.at(-1) ?? null);
      added.push(...list.filter((message) => !known?.has(message.id)));
    }
    this.ready = true;
    this.tell({ type: "snapshot", added });
  }

  /** Take one live event; an event already seen changes nothing. */
  applyEvent(event) {
    if (event.seq <= this.seq) return;
    this.seq = event.seq;
    switch (event.type) {
      case "message":
        this.upsert(event.message);
        break;
      case "edited":
        this.upsert(event.message);
        break;
      case "deleted":
        this.forget(event.chat, event.ids);
        break;
      case "chat":
        this.setChat(event.chat);
        this.tell({ type: "chat", chat: event.chat.id });
        break;
      case "user":
        this.users.set(event.user.id, event.user);
        this.tell({ type: "user", user: event.user.id });
        break;
      case "bot":
        this.bot = event.bot;
        this.tell({ type: "bot" });
        break;
      case "pinned":
        this.repin(event);
        break;
      default:
        this.tell(event);
    }
  }

  setChat(chat) {
    this.chats.set(chat.id, chat);
    this.shared = null;
  }

  /** Put in a message, or its newer version; returns whether it was new. */
  upsert(message) {
    if (!this.threads.has(message.chat)) this.threads.set(message.chat, new Map());
    const thread = this.threads.get(message.chat);
    const known = thread.get(message.id);
    const kept = keepIdentity(known, message);
    if (kept === known) return false;
    const last = this.lasts.get(message.chat)?.id ?? 0;
    thread.set(message.id, kept);
    if (message.id < last && !known) this.sort(message.chat);
    if (message.id >= last) this.lasts.set(message.chat, kept);
    if (!known) this.countUnread(kept);
    if (thread.size > KEPT_PER_CHAT) thread.delete(thread.keys().next().value);
    this.tell({ type: "messages", chat: message.chat, added: known ? [] : [kept] });
    return !known;
  }

  sort(chat) {
    const ordered = [...this.threads.get(chat)].sort(([one], [other]) => one - other);
    this.threads.set(chat, new Map(ordered));
  }

  forget(chat, ids) {
    const thread = this.threads.get(chat);
    if (!thread) return;
    this.uncount(chat, ids);
    for (const id of ids) thread.delete(id);
    this.lasts.set(chat, lastOf(thread));
    this.tell({ type: "messages", chat, added: [] });
  }

  // The server tells the count itself only when it writes the chat anew; between two such times it is kept here.
  countUnread(message) {
    const chat = this.chats.get(message.chat);
    if (!chat) return;
    chat.unread ??= {};
    for (const member of chat.kind === "private" ? [chat.id] : (chat.members ?? [])) {
      if (member === message.from?.id) chat.unread[member] = 0;
      else chat.unread[member] = (chat.unread[member] ?? 0) + 1;
    }
  }

  uncount(id, gone) {
    const unread = this.chats.get(id)?.unread ?? {};
    for (const [user, count] of Object.entries(unread)) {
      if (count === 0) continue;
      const lost = this.unreadMessages(id, Number(user)).filter((message) => gone.includes(message.id)).length;
      unread[user] = count - lost;
    }
  }

  repin(event) {
    const id = typeof event.chat === "object" ? event.chat.id : event.chat;
    const chat = this.chats.get(id);
    if (!chat) return;
    const pinned = event.pinned ?? event.message ?? event.id ?? null;
    this.setChat({ ...chat, pinned: typeof pinned === "object" ? (pinned?.id ?? null) : pinned });
    this.tell({ type: "chat", chat: id });
  }

  /** Messages of a chat, oldest first; with `thread` only those of one topic (0 is the general one). */
  messages(chat, thread = null) {
    const all = [...(this.threads.get(chat)?.values() ?? [])];
    return thread === null ? all : all.filter((message) => threadOf(message) === thread);
  }

  message(chat, id) {
    return this.threads.get(chat)?.get(id) ?? null;
  }

  lastMessage(chat, thread = null) {
    if (thread === null) return this.lasts.get(chat) ?? null;
    return this.messages(chat, thread).at(-1) ?? null;
  }

  /** The chats on one person's phone, the newest first; the chat with the bot is always among them. */
  chatsOf(user) {
    const own = this.sharedChats().filter((chat) => this.isMember(chat, user));
    own.push(this.privateChat(user));
    const stamp = (chat) => Date.parse(this.lastMessage(chat.id)?.at ?? 0) || 0;
    return own.sort((one, other) => stamp(other) - stamp(one));
  }

  // Groups and channels; private chats, of which there may be thousands, are found by their id.
  sharedChats() {
    this.shared ??= [...this.chats.values()].filter((chat) => chat.kind !== "private" && !chat.migrated_to);
    return this.shared;
  }

  /** Chats this person could join. */
  chatsToJoin(user) {
    return this.sharedChats().filter((chat) => !this.isMember(chat, user));
  }

  isMember(chat, user) {
    return chat.kind === "private" ? chat.id === user : (chat.members ?? []).includes(user);
  }

  /** The private chat of a person with the bot, also before it has begun. */
  privateChat(user) {
    const known = this.chats.get(user);
    const title = this.bot?.name ?? "Bot";
    if (known) return { ...known, title };
    return {
      id: user,
      kind: "private",
      title,
      members: [user],
      forum: false,
      topics: [],
      bot: "member",
      pinned: null,
      unread: {},
    };
  }

  chat(id, user) {
    return id === user ? this.privateChat(user) : (this.chats.get(id) ?? null);
  }

  unread(chat, user) {
    return this.chats.get(chat)?.unread?.[String(user)] ?? 0;
  }

  unreadTotal(user, except = null) {
    const own = [
      user,
      ...this.sharedChats()
        .filter((chat) => this.isMember(chat, user))
        .map((chat) => chat.id),
    ];
    return own.reduce((sum, id) => sum + (id === except ? 0 : this.unread(id, user)), 0);
  }

  /** The messages that a person has not read, oldest first, judged by the count the server keeps. */
  unreadMessages(chat, user) {
    const count = this.unread(chat, user);
    if (count === 0) return [];
    return this.messages(chat)
      .filter((message) => message.from?.id !== user)
      .slice(-count);
  }
}

/** The topic a message belongs to; 0 is the general one. */
export function threadOf(message) {
  return message.thread ?? 0;
}

function keepIdentity(known, message) {
  return known && JSON.stringify(known) === JSON.stringify(message) ? known : message;
}

function lastOf(map) {
  let last = null;
  for (const value of map.values()) last = value;
  return last;
}
