// The live line to the simulator: one WebSocket that comes back by itself.

const FIRST_WAIT = 400;
const LONGEST_WAIT = 8000;

export class Live {
  constructor(store, url = liveUrl()) {
    this.store = store;
    this.url = url;
    this.wait = FIRST_WAIT;
    this.timer = null;
    this.socket = null;
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.hurry();
    });
  }

  /**
   * Connect. Always without `since`: after a restart of the server its numbers begin anew, and a
   * snapshot is the one answer that is right in every case.
   */
  connect() {
    clearTimeout(this.timer);
    this.timer = null;
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.addEventListener("message", (event) => {
      if (socket === this.socket) this.receive(JSON.parse(event.data));
    });
    socket.addEventListener("close", () => {
      if (socket === this.socket) this.again();
    });
  }

  receive(data) {
    if (data.type === "snapshot") {
      this.wait = FIRST_WAIT;
      this.store.applySnapshot(data);
      this.store.setConnection("online");
    } else {
      this.store.applyEvent(data);
    }
  }

  again() {
    this.socket = null;
    this.store.setConnection("reconnecting");
    const spread = 0.8 + Math.random() * 0.4;
    this.timer = setTimeout(() => this.connect(), this.wait * spread);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  hurry() {
    if (this.timer === null) return;
    this.wait = FIRST_WAIT;
    this.connect();
  }
}

/** The address of a live line on this server. */
export function liveUrl(path = "/phone/live") {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}${path}`;
}
