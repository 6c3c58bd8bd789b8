// Instants shown as people in Việt Nam read them, wherever the browser is.

const ZONE = "Asia/Ho_Chi_Minh";
const clock = new Intl.DateTimeFormat("vi-VN", {
  timeZone: ZONE,
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const dayKey = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE, year: "numeric", month: "2-digit", day: "2-digit" });
const weekday = new Intl.DateTimeFormat("vi-VN", { timeZone: ZONE, weekday: "long" });
const DAY = 86_400_000;

/** Hour and minute, as 07:05. */
export function clockTime(instant) {
  return clock.format(new Date(instant));
}

/** The calendar day in Việt Nam, as 2026-11-22. */
export function dayOf(instant) {
  return dayKey.format(new Date(instant));
}

function dayAndMonth(instant) {
  const [year, month, day] = dayOf(instant).split("-").map(Number);
  const thisYear = Number(dayOf(Date.now()).slice(0, 4));
  return year === thisYear ? `${day} tháng ${month}` : `${day} tháng ${month}, ${year}`;
}

/** A day separator: Hôm nay, Hôm qua, or weekday with date. */
export function dayName(instant, now = Date.now()) {
  const day = dayOf(instant);
  if (day === dayOf(now)) return "Hôm nay";
  if (day === dayOf(now - DAY)) return "Hôm qua";
  const name = weekday.format(new Date(instant));
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}, ${dayAndMonth(instant)}`;
}

/** A short stamp for a list of chats: the hour today, else the date. */
export function shortStamp(instant, now = Date.now()) {
  if (dayOf(instant) === dayOf(now)) return clockTime(instant);
  if (dayOf(instant) === dayOf(now - DAY)) return "Hôm qua";
  const [, month, day] = dayOf(instant).split("-").map(Number);
  return `${day}/${month}`;
}

/** Day and hour in full, for tooltips. */
export function fullStamp(instant) {
  return `${clockTime(instant)}, ${dayAndMonth(instant)}`;
}

/** Seconds as 0:07. */
export function lengthOf(seconds) {
  const whole = Math.max(0, Math.round(Number(seconds) || 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Bytes as a Vietnamese reader writes them: 1,4 MB. */
export function sizeOf(bytes) {
  const number = Number(bytes) || 0;
  if (number < 1024) return `${number} B`;
  if (number < 1024 * 1024) return `${Math.round(number / 1024)} KB`;
  return `${(number / 1024 / 1024).toFixed(1).replace(".", ",")} MB`;
}
