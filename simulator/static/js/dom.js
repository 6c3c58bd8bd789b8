// Building elements without ever parsing text as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element; `props` holds class, data, on, text and plain attributes. Null children are left out. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (value === true) node.setAttribute(name, "");
    else node.setAttribute(name, String(value));
  }
  append(node, children);
  return node;
}

function append(node, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(node, child);
    else node.append(child);
  }
}

/** Draw a 24-unit line icon by name. Decorative: hidden from screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  for (const d of PATHS[name] ?? []) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** A round button holding one icon, with its name for screen readers and as a tooltip. */
export function iconButton(name, label, action, listener, extra = {}) {
  return h(
    "button",
    {
      type: "button",
      class: `icon-button ${extra.class ?? ""}`,
      "aria-label": label,
      title: label,
      data: { action },
      on: { click: listener },
    },
    icon(name),
  );
}

/** A name whose bracketed note gives way first where there is little room. */
export function roomyName(name) {
  const note = name.match(/\s*\(.*\)\s*$/)?.[0] ?? "";
  return [
    h("strong", { text: name.slice(0, name.length - note.length) }),
    note ? h("span", { class: "name-note", text: note.trim() }) : null,
  ];
}

/** Replace what `node` holds. */
export function fill(node, ...children) {
  node.replaceChildren();
  append(node, children);
}

/** Run `work` at most once per frame, however often the returned function is called. */
export function oncePerFrame(work) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      work();
    });
  };
}

/** Does this device write mainly by touch? Then Enter breaks lines and nothing takes the focus by itself. */
export function isTouch() {
  return matchMedia("(pointer: coarse)").matches;
}

const PATHS = {
  back: ["M15 5l-7 7 7 7"],
  more: ["M12 5.5v.01", "M12 12v.01", "M12 18.5v.01"],
  send: ["M5 12l-1.5-7.500L21 12 3.5 19.5 5 12z", "M5 12h8"],
  attach: [
    "M19.5 11.500l-7.8 7.800a5 5 0 0 1-7-7l8.3-8.400a3.3 3.3 0 0 1 4.7 4.700l-8.3 8.400a1.7 1.7 0 0 1-2.4-2.400l7.7-7.7",
  ],
  microphone: [
    "M12 3.500a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0v-5a3 3 0 0 1 3-3z",
    "M5.5 11.500a6.5 6.5 0 0 0 13 0",
    "M12 18v3",
  ],
  close: ["M6 6l12 12", "M18 6L6 18"],
  reply: ["M10 7L5 12l5 5", "M5 12h9a5 5 0 0 1 5 5v1"],
  quote: ["M5 8h14", "M9 12h10", "M9 16h7", "M5 12v4"],
  edit: ["M5 19l1-4L16.5 4.500l3 3L9 18l-4 1z", "M14 7l3 3"],
  trash: ["M5 7h14", "M10 7V4.500h4V7", "M7 7l1 13h8l1-13", "M10.5 11v5", "M13.5 11v5"],
  copy: ["M9 9h10v11H9z", "M6 15H5V4h10v2"],
  photo: [
    "M4 6.500A1.5 1.5 0 0 1 5.5 5h13A1.5 1.5 0 0 1 20 6.500v11a1.5 1.5 0 0 1-1.5 1.500h-13A1.5 1.5 0 0 1 4 17.500z",
    "M4.5 16.500l4.5-5 4 4 2.5-2.5 4 4",
    "M15.5 9v.01",
  ],
  album: ["M7.5 7.500H20v12H7.500z", "M4 16V4.500h12", "M8 17l4-4 2.5 2.500L17 13l3 3.5"],
  video: ["M4 6.500h11v11H4z", "M15 10.500l5-3v9l-5-3"],
  file: ["M7 3.500h7l4 4V20.500H7z", "M14 3.500v4h4", "M10 13h5", "M10 16.500h5"],
  pin: [
    "M12 21s6.5-6.2 6.5-11a6.5 6.5 0 0 0-13 0c0 4.8 6.5 11 6.5 11z",
    "M12 12.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  ],
  pinned: ["M9 4h6l-.8 6.5 3.3 3.500H6.500l3.3-3.500z", "M12 14v6"],
  play: ["M8 5.500v13l11-6.500z"],
  pause: ["M8.5 6v12", "M15.5 6v12"],
  stop: ["M7 7h10v10H7z"],
  tone: [
    "M9 18V6l10-2v12",
    "M9 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z",
    "M19 16a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z",
  ],
  down: ["M6 9.500l6 6 6-6"],
  scan: [
    "M4 9V4h5",
    "M15 4h5v5",
    "M20 15v5h-5",
    "M9 20H4v-5",
    "M8 8h3v3H8z",
    "M13.5 8H16v2.500h-2.500z",
    "M8 13.500h2.500V16H8z",
    "M13.5 13.500l2.5 2.5",
  ],
  add: ["M12 5v14", "M5 12h14"],
  people: [
    "M9 11.500a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z",
    "M3 19.500c0-3.3 2.7-5.5 6-5.500s6 2.2 6 5.5",
    "M15.5 4.800a3.5 3.5 0 0 1 0 6.4",
    "M17.5 14.300c2 .7 3.5 2.6 3.5 5.2",
  ],
  person: ["M12 11.500a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M4.5 20.500c0-3.9 3.4-6.5 7.5-6.500s7.5 2.6 7.5 6.5"],
  channel: ["M4 10v4h3l8 4.500v-13L7 10z", "M18.5 9.500a4 4 0 0 1 0 5"],
  bot: [
    "M5 9.500A1.5 1.5 0 0 1 6.5 8h11A1.5 1.5 0 0 1 19 9.500v8a1.5 1.5 0 0 1-1.5 1.500h-11A1.5 1.5 0 0 1 5 17.500z",
    "M12 8V4.5",
    "M9.5 12.500v1",
    "M14.5 12.500v1",
  ],
  block: ["M12 20.500a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17z", "M6 6l12 12"],
  refresh: ["M19.5 12a7.5 7.5 0 1 1-2.2-5.3", "M19.5 4v4h-4"],
  leave: ["M10 4.500H5v15h5", "M14 8l4 4-4 4", "M18 12H9"],
  topic: ["M9.5 4L7.5 20", "M16.5 4l-2 16", "M4.5 9h15.5", "M4 15h15.5"],
  check: ["M5 12.500l4.5 4.500L19 7.5"],
  clock: ["M12 20.500a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17z", "M12 7.500V12l3 2"],
  alert: ["M12 20.500a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17z", "M12 7.500v5.5", "M12 16.300v.01"],
  link: [
    "M10 14l4-4",
    "M11 7.500l1.5-1.500a3.9 3.9 0 0 1 5.5 5.500L16.5 13",
    "M13 16.500L11.5 18A3.9 3.9 0 0 1 6 12.500L7.5 11",
  ],
  keyboard: [
    "M3.5 7h17v10.500h-17z",
    "M7 10.500v.01",
    "M10.3 10.500v.01",
    "M13.7 10.500v.01",
    "M17 10.500v.01",
    "M8.5 14h7",
  ],
  slash: [
    "M6 4.500h12A1.5 1.5 0 0 1 19.5 6v12a1.5 1.5 0 0 1-1.5 1.500H6A1.5 1.5 0 0 1 4.5 18V6A1.5 1.5 0 0 1 6 4.500z",
    "M13.5 8l-3 8",
  ],
  shield: ["M12 3.500l7 2.500v5.500c0 4.300-3 7.600-7 9-4-1.400-7-4.700-7-9V6z", "M9 12l2.200 2.200L15.200 10"],
  smile: [
    "M12 20.500a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17z",
    "M8.5 14c.8 1.300 2 2 3.500 2s2.700-.7 3.500-2",
    "M9.2 9.500v.01",
    "M14.8 9.500v.01",
  ],
  at: ["M12 15.500a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z", "M15.5 8.500v5a2.500 2.500 0 0 0 5 0V12a8.5 8.5 0 1 0-3.500 6.900"],
  call: [
    "M6.5 4.500h3l1.500 4-2 1.500a11 11 0 0 0 5 5l1.500-2 4 1.500v3a1.5 1.5 0 0 1-1.600 1.500A15.500 15.500 0 0 1 5 6.100a1.5 1.5 0 0 1 1.500-1.600z",
  ],
  next: ["M9.5 6l6 6-6 6"],
  up: ["M6 14.500l6-6 6 6"],
  search: ["M11 17.500a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13z", "M16 16l4.5 4.5"],
  forward: ["M14 7l5 5-5 5", "M19 12h-9a5 5 0 0 0-5 5v1"],
};
