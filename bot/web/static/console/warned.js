// What the check before sending found: each reason with what the handbook says instead. Sending anyway is possible.

import { button, make } from "../dom.js";
import { full } from "./when.js";

// Gives what compose.js shows: the warnings, each with its better clause, and the two ways on.
export const warned = (warnings) => ({ anyway, use, close }) => {
  const words = warnings.some((one) => one.confirm) ? "仍然发送（会记录）" : "发送，记为待办";
  const sure = button("quiet", words, () => anyway(warnings.map((one) => one.id)));
  return [
    make("p", "warned-title", "发送之前请看一下"),
    make("ul", "warnings", ...warnings.map((one) => warning(one, use))),
    make("div", "row-buttons", button("primary", "修改", close), sure),
  ];
};

function warning({ words, reason, better, due_at: due }, use) {
  const item = make("li", "", make("p", "", make("mark", "", words), ` ${reason}`));
  if (due) item.firstChild.title = full(due);
  if (better) {
    item.append(
      make("p", "better", better.text, " ", make("span", "clause", better.clause)),
      button("small", "换成手册的说法", () => use(better, true)),
    );
  }
  return item;
}
