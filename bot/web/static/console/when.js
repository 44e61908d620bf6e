// Times as agents read them.

const MINUTE = 60000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const zone = "Asia/Shanghai";
const time = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
const date = new Intl.DateTimeFormat("zh-CN", { month: "long", day: "numeric", timeZone: zone });
const weekday = new Intl.DateTimeFormat("zh-CN", { month: "long", day: "numeric", weekday: "short", timeZone: zone });

export const day = (at) => weekday.format(new Date(at));
export const clock = (at) => time.format(new Date(at));

// 14:05 today, 11月20日 on another day.
export function short(at) {
  const moment = new Date(at);
  return date.format(moment) === date.format(new Date()) ? time.format(moment) : date.format(moment);
}

export const full = (at) => `${date.format(new Date(at))} ${clock(at)}`;

export function length(milliseconds) {
  if (milliseconds < MINUTE) return "1 分内";
  if (milliseconds < HOUR) return `${Math.floor(milliseconds / MINUTE)} 分`;
  if (milliseconds < DAY) return `${Math.floor(milliseconds / HOUR)} 时 ${Math.floor((milliseconds % HOUR) / MINUTE)} 分`;
  return `${Math.floor(milliseconds / DAY)} 天`;
}

export const since = (at) => length(Math.max(0, Date.now() - new Date(at)));

// A deadline, seen from now: its words, and whether it is near or over.
export function due(at) {
  const left = new Date(at) - Date.now();
  if (left < 0) return { words: `超期 ${length(-left)}`, state: "late" };
  return { words: `剩 ${length(left)}`, state: left < 4 * HOUR ? "near" : "ok" };
}
