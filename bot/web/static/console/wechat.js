// What is to be seen of WeChat: how many messages a customer may still be sent and until when, and which lines did
// not surely arrive.

import { make } from "../dom.js";
import { full } from "./when.js";

const HOUR = 60 * 60000;
const NEAR = 2 * HOUR; // before a window shuts

const length = (left) => (left < HOUR ? `${Math.ceil(left / 60000)} 分` : `${Math.floor(left / HOUR)} 小时`);

// The sign in the head of a conversation; nothing for other channels.
export function windowSign(sign) {
  if (!sign) return [];
  const left = sign.until ? Date.parse(sign.until) - Date.now() : 0;
  const chip = make("span", "window", `${sign.channel} · `, ...words(sign, left));
  if (left <= 0) chip.classList.add("shut");
  else if (left < NEAR) chip.classList.add("near");
  chip.title = title(sign, left);
  return [chip];
}

function words(sign, left) {
  const waiting = sign.waiting ? ` · ${sign.waiting} 条待发` : "";
  if (!sign.follows) return [`已取消关注${waiting}`];
  if (left <= 0) return [`现在发不出去${waiting}`];
  const until = make("time", "", `剩 ${length(left)}`);
  until.dateTime = sign.until;
  return [`还能发 ${sign.left} 条 · `, until, waiting];
}

function title(sign, left) {
  if (!sign.follows) return "顾客取消了关注，收不到消息；再次关注后，暂存的会自动发出";
  if (left <= 0) return "微信只允许在顾客来消息之后一段时间内回复：现在写的会暂存，顾客再来消息时自动发出";
  return `${full(sign.until)} 之前还能发 ${sign.left} 条；顾客再来消息，条数和时间重新算`;
}

// What became of a line, beside its author and time.
export function markLine(item, sign) {
  const mark = item.querySelector(".carried");
  if (!mark) return;
  mark.className = `carried ${sign?.state ?? ""}`;
  mark.textContent = sign ? (sign.state === "failed" && sign.why ? `${sign.words}：${sign.why}` : sign.words) : "";
  mark.title = sign?.why ?? "";
}
