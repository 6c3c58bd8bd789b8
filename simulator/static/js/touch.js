// Long press and right click on a message, both ending in the same menu.

const HOLD = 480;
const SLACK = 10;

/** Call `onHold(row)` for a message row held or right-clicked inside `area`. */
export function watchLongPress(area, onHold, rows = ".row[data-message]") {
  let timer = null;
  let from = null;
  const stop = () => {
    clearTimeout(timer);
    timer = null;
  };
  const rowOf = (event) => event.target.closest(rows);
  area.addEventListener("contextmenu", (event) => {
    const row = rowOf(event);
    if (!row || event.target.closest("a, video")) return;
    event.preventDefault();
    stop();
    onHold(row);
  });
  area.addEventListener("pointerdown", (event) => {
    const row = rowOf(event);
    if (!row || event.pointerType === "mouse" || event.target.closest("button, a, video, [role=link], [role=button]"))
      return;
    from = { x: event.clientX, y: event.clientY };
    timer = setTimeout(() => onHold(row), HOLD);
  });
  area.addEventListener("pointermove", (event) => {
    if (timer && Math.hypot(event.clientX - from.x, event.clientY - from.y) > SLACK) stop();
  });
  for (const end of ["pointerup", "pointercancel"]) area.addEventListener(end, stop);
}
