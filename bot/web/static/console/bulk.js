// One deed for several conversations at once; what could not be done is named.

import { ask, json } from "../api.js";
import { button, make, part } from "../dom.js";
import { handOn, say } from "./dialogs.js";
import { may, row as rowOf } from "./state.js";

export function makeBulk(list) {
  const bar = part("bulk");
  let ids = [];

  list.onPicked((picked, on = true) => {
    ids = picked;
    bar.hidden = !on;
    if (on) draw();
  });

  function draw() {
    const off = (press) => Object.assign(press, { disabled: !ids.length });
    bar.replaceChildren(
      make("strong", "", `已选 ${ids.length} 个`),
      off(button("small", "接手", () => send("claim"))),
      ...(may("ease") ? [off(button("small", "分给…", assign))] : []),
      off(button("small", "结束", () => send("close"))),
      off(button("small", "加标签…", tag)),
      button("small", "取消", () => list.endPicking()),
    );
  }

  async function send(deed, more = {}) {
    const of = Object.fromEntries(ids.map((id) => [id, rowOf(id)?.version ?? 0]));
    const answer = await ask("/desk/api/bulk", json({ deed, of, ...more }));
    if (answer.status !== 200) return answer.body.message ?? "没有办成，请检查网络后再试。";
    const refused = Object.values(answer.body.refused);
    if (refused.length) say(`${answer.body.done} 个已办，${refused.length} 个没有：${[...new Set(refused)].join(" ")}`, true);
    else say(`${answer.body.done} 个会话已办。`);
    list.endPicking();
    return "";
  }

  function assign() {
    handOn({ title: `把 ${ids.length} 个会话分给`, button: "分配", send: (to) => send("assign", to) });
  }

  function tag() {
    const name = make("input");
    Object.assign(name, { maxLength: 20, placeholder: "标签，回车加上", ariaLabel: "标签" });
    name.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || !name.value.trim()) return;
      event.preventDefault();
      send("tag", { add: [name.value] });
    });
    bar.append(name);
    name.focus();
  }
}
