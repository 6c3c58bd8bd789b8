// The phone API over HTTP: every call a phone makes.

/** A refused or failed call. `uncertain` says that nobody knows whether the server took it. */
export class ApiError extends Error {
  constructor(message, code, uncertain) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.uncertain = uncertain;
  }
}

const NO_CONNECTION = "Chưa kết nối được với máy chủ. Hãy thử lại.";

/** Post JSON or a form; throws an ApiError with a sentence for people. */
export async function call(path, body) {
  const options = { method: "POST" };
  if (body instanceof FormData) options.body = body;
  else {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body ?? {});
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new ApiError(NO_CONNECTION, "network", true);
  }
  let answer = null;
  try {
    answer = await response.json();
  } catch {
    answer = null;
  }
  if (response.ok) return answer ?? {};
  const sentence = answer?.error ?? `Máy chủ báo lỗi ${response.status}.`;
  throw new ApiError(sentence, answer?.code ?? String(response.status), response.status >= 500);
}

/** What one person's phone can ask of the simulator. */
export class PhoneApi {
  constructor(user) {
    this.root = `/phone/users/${user}`;
  }

  start(payload) {
    return call(`${this.root}/start`, payload ? { payload } : {});
  }

  sendText(chat, { text, reply, thread }) {
    return call(`${this.root}/chats/${chat}/messages`, { text, ...replyFields(reply), ...threadField(thread) });
  }

  sendFiles(chat, { kind, files, text, reply, thread, declaredSize, duration }) {
    const form = new FormData();
    form.append("kind", kind);
    if (text) form.append("caption", text);
    if (reply) form.append("reply_to", String(reply.id));
    if (thread) form.append("thread", String(thread));
    if (declaredSize) form.append("declared_size", String(declaredSize));
    if (duration) form.append("duration", String(Math.round(duration)));
    for (const file of files) form.append("file", file, file.name);
    return call(`${this.root}/chats/${chat}/messages`, form);
  }

  sendLocation(chat, { latitude, longitude, reply, thread }) {
    const place = { latitude, longitude };
    if (reply) place.reply_to = reply.id;
    return call(`${this.root}/chats/${chat}/location`, { ...place, ...threadField(thread) });
  }

  press(chat, message, row, column) {
    return call(`${this.root}/chats/${chat}/messages/${message}/press`, { row, column });
  }

  edit(chat, message, text) {
    return call(`${this.root}/chats/${chat}/messages/${message}/edit`, { text });
  }

  remove(chat, message) {
    return call(`${this.root}/chats/${chat}/messages/${message}/delete`);
  }

  /** Vote in a poll by option numbers; none takes the vote back. */
  vote(chat, message, options) {
    return call(`${this.root}/chats/${chat}/messages/${message}/vote`, { options });
  }

  read(chat, upto) {
    return call(`${this.root}/chats/${chat}/read`, { upto });
  }

  block() {
    return call(`${this.root}/block`);
  }

  unblock() {
    return call(`${this.root}/unblock`);
  }

  join(chat) {
    return call(`${this.root}/chats/${chat}/join`);
  }

  leave(chat) {
    return call(`${this.root}/chats/${chat}/leave`);
  }

  makeChat(kind, title, forum, members) {
    return call(`${this.root}/chats`, { kind, title, forum, members });
  }

  setBot(chat, action) {
    return call(`${this.root}/chats/${chat}/bot`, { action });
  }

  makeTopic(chat, name) {
    return call(`${this.root}/chats/${chat}/topics`, { name });
  }

  migrate(chat) {
    return call(`${this.root}/chats/${chat}/migrate`);
  }
}

function replyFields(reply) {
  if (!reply) return {};
  return reply.quote ? { reply_to: reply.id, quote: reply.quote } : { reply_to: reply.id };
}

function threadField(thread) {
  return thread ? { thread } : {};
}

/** Where the bytes of a file can be seen. */
export function fileUrl(uniqueId) {
  return `/phone/files/${encodeURIComponent(uniqueId)}`;
}
