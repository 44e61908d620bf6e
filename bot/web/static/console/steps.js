// The next steps of a case: each arrow that this person may take now is a button, and a form if it asks for something.

import { ask, json } from "../api.js";
import { button, make } from "../dom.js";
import { warned } from "./warned.js";

// `done(id, data)` gets the case as it is then; `again(id)` fetches it when it had changed meanwhile.
export function makeSteps({ say, done, again }) {
  let buttons = [];
  let filling = null;

  function of(one) {
    filling = null;
    const further = [
      ...(one.may.includes("pause") ? [pausing] : []),
      ...(one.may.includes("resume") ? [resuming] : []),
      ...(one.may.includes("extend") ? [extending] : []),
    ];
    const steps = [...one.moves, ...further];
    const form = make("div", "step-form");
    const list = make("div", "steps");
    buttons = steps.map((step, nth) => {
      const press = button(nth ? "quiet" : "primary", step.title, () => choose(one, step, form, press));
      press.dataset.at = `step-${step.id}`;
      if (nth < 9) {
        press.append(make("kbd", "", String(nth + 1)));
        press.title = `Alt + ${nth + 1}`;
        press.setAttribute("aria-keyshortcuts", `Alt+${nth + 1}`);
      }
      return press;
    });
    list.append(...buttons);
    const more = make("a", "", "文书、合并、级别…");
    more.href = `/desk/cases/${one.id}`;
    const none = !steps.length ? [make("p", "soft", one.draft ? "还在登记：接手会话后受理。" : "这一步现在不由您办理。")] : [];
    const section = make("section", "box", make("h3", "", "下一步"), ...none, list, form, make("p", "soft", more));
    section.id = "steps";
    section.dataset.case = one.id;
    return section;
  }

  // One that asks for nothing is done at once, after a second press.
  function choose(one, step, form, press) {
    if (filling?.step === step) return close(form);
    close(form);
    filling = { step, press };
    press.setAttribute("aria-expanded", "true");
    const body = make("form", "");
    body.append(...(step.approvers?.length ? [make("p", "soft", `要依次由${step.approvers.join("、")}审批。`)] : []));
    body.append(...(step.needs ?? []).flatMap(field), ...(step.needs_reason ? field({ id: "reason", title: "原因", kind: "text", plain: true }) : []));
    const send = make("button", "primary", `${step.title}`);
    const alert = make("div", "alert");
    alert.role = "alert";
    alert.hidden = true;
    body.append(alert, make("div", "row-buttons", send, button("quiet", "取消", () => close(form, true))));
    body.addEventListener("submit", (event) => {
      event.preventDefault();
      submit(one, step, body, send, alert);
    });
    form.replaceChildren(body);
    body.querySelector("input, select, textarea, button").focus();
  }

  function close(form, back) {
    const before = filling;
    form.replaceChildren();
    filling?.press.removeAttribute("aria-expanded");
    filling = null;
    if (back) before?.press.focus();
  }

  // `confirmed`: the warnings about what the customer is told of it, past which it is told all the same.
  async function submit(one, step, body, send, alert, confirmed = []) {
    send.disabled = true;
    const values = Object.fromEntries([...new FormData(body)].map(([name, value]) => [name, String(value)]));
    const { reason = "", ...rest } = values;
    const given = step.path ? values : { values: rest, reason };
    const answer = await ask(`/desk/api/cases/${one.id}/${step.path ?? step.id}`, json({ expected: one.version, confirmed, ...given }));
    send.disabled = false;
    if (answer.status === 200) {
      filling = null;
      say(step.approvers?.length ? `已提交审批：${step.title}` : `已办：${step.title}`);
      return done(one.id, answer.body);
    }
    if (answer.body.warnings?.length) {
      const again = (ids) => submit(one, step, body, send, alert, ids);
      const use = (better) => Object.assign(body.querySelector("textarea") ?? {}, { value: better.text });
      alert.replaceChildren(...warned(answer.body.warnings)({ anyway: again, use, close: () => (alert.hidden = true) }));
      alert.hidden = false;
      return;
    }
    alert.textContent = answer.body.message ?? "没有办成，请检查网络后再试。";
    alert.hidden = false;
    if (answer.status !== 409) return;
    filling = null; // it had changed meanwhile: it is shown as it is now, with the reason why nothing was done
    say(alert.textContent, true);
    again(one.id);
  }

  return {
    of,
    isFilling: () => filling !== null,
    press(nth) {
      buttons[nth - 1]?.click();
      return Boolean(buttons[nth - 1]);
    },
  };
}

const pausing = {
  id: "pause", path: "do/pause", title: "暂停等待",
  needs: [
    { id: "waits_for", title: "在等谁", kind: "choice", options: [["customer", "顾客"], ["third_party", "第三方"]], plain: true },
    { id: "wanted", title: "在等什么（等顾客时会告诉顾客）", kind: "text", plain: true },
  ],
};
const resuming = { id: "resume", path: "do/resume", title: "继续办理" };
const extending = {
  id: "extend", path: "do/extend", title: "申请延期", needs_reason: true,
  needs: [{ id: "until", title: "新的期限（由主管批准）", kind: "moment", plain: true }],
};

let made = 0;
function field({ id, title, kind, options }) {
  const input = make(kind === "choice" || kind === "department" ? "select" : kind === "text" ? "textarea" : "input");
  if (input.tagName === "SELECT") input.append(new Option("", ""), ...options.map(([value, words]) => new Option(words, value)));
  if (kind === "text") Object.assign(input, { rows: 2, maxLength: 2000 });
  if (kind === "moment") input.type = "datetime-local";
  if (kind === "amount") input.inputMode = "decimal";
  Object.assign(input, { name: id, required: true, id: `step-${++made}` });
  const label = make("label", "", title);
  label.htmlFor = input.id;
  return [label, input];
}
