// A chat as rows: day separators, the unread mark, messages grouped by sender, albums as one row.

import { dayOf } from "./time.js";

const SAME_RUN = 5 * 60_000;

/** Rows for messages (oldest first) and then for sends still under way. */
export function buildRows(messages, waiting, { user, unreadFrom }) {
  const rows = [];
  let day = null;
  for (const message of messages) {
    const thisDay = dayOf(message.at);
    if (thisDay !== day) {
      rows.push({ key: `day:${thisDay}`, kind: "day", at: message.at, seal: thisDay });
      day = thisDay;
    }
    if (unreadFrom !== null && message.id === unreadFrom) rows.push({ key: "unread", kind: "unread", seal: "" });
    const last = rows.at(-1);
    if (message.album && last?.kind === "message" && last.messages[0].album === message.album)
      last.messages.push(message);
    else rows.push(messageRow(message, user));
  }
  for (const entry of waiting) {
    rows.push({ key: `wait:${entry.key}`, kind: "waiting", entry, own: true, sender: user, at: Date.parse(entry.at) });
  }
  return join(rows);
}

function messageRow(message, user) {
  const kind = message.kind === "service" ? "service" : "message";
  return {
    key: `${message.id}`,
    kind,
    messages: [message],
    own: message.from?.id === user,
    sender: message.from?.id ?? null,
    at: Date.parse(message.at),
  };
}

// First and last of a run decide the name, the avatar and the bubble's corner.
function join(rows) {
  rows.forEach((row, index) => {
    if (row.kind !== "message" && row.kind !== "waiting") return;
    row.first = !sameRun(rows[index - 1], row);
    row.last = !sameRun(row, rows[index + 1]);
  });
  return rows;
}

function sameRun(one, other) {
  if (!one || !other) return false;
  const talk = (row) => row.kind === "message" || row.kind === "waiting";
  return talk(one) && talk(other) && one.sender === other.sender && Math.abs(other.at - one.at) < SAME_RUN;
}

/** Would these two rows be drawn alike? Messages are compared by identity: the store keeps it. */
export function sameRow(one, other) {
  if (one.kind !== other.kind || one.first !== other.first || one.last !== other.last) return false;
  if (one.kind === "waiting") return one.state === other.entry.state;
  if (one.messages?.length !== other.messages?.length) return false;
  return (one.messages ?? []).every((message, index) => message === other.messages[index]);
}
