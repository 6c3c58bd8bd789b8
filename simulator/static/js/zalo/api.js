// What a Zalo phone asks of the simulator: the OA's phones and the bot's phones speak almost alike.

import { call } from "../api.js";

export class ZaloApi {
  /** `kind` is "oa" or "bot"; `group` below is null in the private chat. */
  constructor(kind, person) {
    this.kind = kind;
    this.root = `/phone/${kind === "oa" ? "zalo" : "zalo-bot"}/people/${person}`;
  }

  do(deed, body) {
    return call(`${this.root}/${deed}`, body);
  }

  sendText({ text, quote, group, mention }) {
    const body = { text };
    if (quote) body.quote = quote;
    if (group) body.group = group;
    if (mention) body.mention = true;
    return this.do("messages", body);
  }

  sendFile({ kind, file, text, group }) {
    const form = new FormData();
    form.append("kind", kind);
    if (text) form.append("caption", text);
    if (group) form.append("group", group);
    form.append("file", file, file.name);
    return this.do("messages", form);
  }

  /** Anything else that goes with a group or without: sticker, location, card, link. */
  sendThing(deed, body, group) {
    return this.do(deed, group ? { ...body, group } : body);
  }

  open(chat) {
    return this.do("open", { chat });
  }
}
