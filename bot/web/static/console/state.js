// What the console knows: who sits at it, and the rows of the list as the desk last gave them.

import { part } from "../dom.js";

export const begin = JSON.parse(part("begin").textContent);
export const me = begin.me;
export const OWNERS = { bot: "机器人接待", queue: "等待人工", agent: "人工接待", closed: "已结束" };
export const CHANNELS = { web: "网页", wechat: "公众号", kf: "微信客服", phone: "电话", counter: "柜台", letter: "信件", mail: "邮件", email: "邮件" };
export const AUTHORS = { customer: "顾客", bot: "机器人", desk: "系统", agent: "客服" };

const rows = new Map();
const hearers = [];
export const place = { version: 0, boot: "" };

export const all = () => [...rows.values()];
export const row = (id) => rows.get(id);
export const isMine = (one) => one?.owner === "agent" && one.agent_id === me.id;
export const may = (deed) => me.may.includes(deed);
export const channel = (one) => CHANNELS[one] ?? one;
export const title = (one) => one.issue ?? one.customer ?? "";

// `hear(changed)`: these rows changed; each is [before or undefined, now].
export const onRows = (hear) => hearers.push(hear);

// A frame of rows, from the socket or from asking: a whole one replaces what there was.
export function take(frame) {
  const known = frame.boot === place.boot ? frame.version >= place.version : true;
  if (!known && !frame.whole) return;
  const before = new Map(rows);
  if (frame.whole) rows.clear();
  frame.rows.forEach((one) => rows.set(one.id, newer(before.get(one.id), one)));
  frame.gone?.forEach((id) => rows.delete(id));
  [place.version, place.boot] = [frame.version, frame.boot];
  tell(frame.rows.map((one) => [before.get(one.id), rows.get(one.id)]), frame.whole);
}

// Answers overtake one another: what was asked before a deed must not undo on the screen what the deed did.
function newer(known, one) {
  if (!known || one.version > known.version) return one;
  return one.version === known.version && one.updated_at >= known.updated_at ? one : known;
}

// Rows that were asked for besides: the answer to a deed, older conversations.
export function add(more) {
  const fresh = more.filter(Boolean).map((one) => [rows.get(one.id), newer(rows.get(one.id), one)]);
  fresh.forEach(([, one]) => rows.set(one.id, one));
  tell(fresh, false);
}

function tell(changed, whole) {
  hearers.forEach((hear) => hear(changed, whole));
}
