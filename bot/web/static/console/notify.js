// What reaches an agent who looks elsewhere: the tab's title, the browser's notification, and a short sound.
// All of it can be switched off, and is quiet in the hours that the agent names.

import { button, make } from "../dom.js";
import { lasting } from "../store.js";
import { all, isMine, onRows } from "./state.js";

const KEY = "kesu.desk.notify";
const DEFAULT = { sound: true, popups: false, from: "22:00", to: "08:00", quiet: true };
const OFTEN = 3000; // milliseconds between two sounds

export function makeNotify({ open, say }) {
  let settings = { ...DEFAULT, ...lasting.get(KEY) };
  let last = 0;
  let audio = null;
  const title = document.title;

  function isQuiet(now = new Date()) {
    if (!settings.quiet) return false;
    const minutes = now.getHours() * 60 + now.getMinutes();
    const [from, to] = [settings.from, settings.to].map((one) => one.split(":").reduce((hours, rest) => hours * 60 + Number(rest), 0));
    return from <= to ? minutes >= from && minutes < to : minutes >= from || minutes < to;
  }

  function beep() {
    try {
      audio ??= new AudioContext();
      if (audio.state === "suspended") audio.resume().catch(() => {}); // until the page was touched
      const at = audio.currentTime;
      [660, 880].forEach((pitch, nth) => {
        const [tone, volume] = [audio.createOscillator(), audio.createGain()];
        tone.frequency.value = pitch;
        volume.gain.setValueAtTime(0.0001, at + nth * 0.14);
        volume.gain.exponentialRampToValueAtTime(0.12, at + nth * 0.14 + 0.02);
        volume.gain.exponentialRampToValueAtTime(0.0001, at + nth * 0.14 + 0.13);
        tone.connect(volume).connect(audio.destination);
        tone.start(at + nth * 0.14);
        tone.stop(at + nth * 0.14 + 0.14);
      });
    } catch {
      // no sound card, or not allowed
    }
  }

  function popup(words, row) {
    if (!settings.popups || !document.hidden || globalThis.Notification?.permission !== "granted") return;
    const shown = new Notification(words, { body: row.issue ?? "", tag: row.id, icon: "/static/icon.svg" });
    shown.onclick = () => {
      focus();
      open(row.id);
      shown.close();
    };
  }

  function heard(changed, whole) {
    count();
    if (whole) return; // the first list, or one after a restart: nothing has just happened
    for (const [before, row] of changed) {
      const words = news(before, row);
      if (!words || isQuiet()) continue;
      popup(words, row);
      if (settings.sound && Date.now() - last > OFTEN && (document.hidden || !document.hasFocus() || !isMine(row))) {
        last = Date.now();
        beep();
      }
    }
  }

  // What of a row's change somebody wants to hear of.
  function news(before, row) {
    if (isMine(row) && !isMine(before)) return before ? "有一个会话转给了您" : "";
    if (isMine(row) && row.unread > (before?.unread ?? 0)) return "顾客有新消息";
    if (row.owner === "queue" && before?.owner !== "queue") return "有顾客在等人工";
    return "";
  }

  function count() {
    const rows = all();
    const unread = rows.filter((row) => isMine(row) && row.unread).length;
    const queue = rows.filter((row) => row.owner === "queue").length;
    document.title = `${unread || queue ? `(${[unread && `${unread} 未读`, queue && `${queue} 排队`].filter(Boolean).join("，")}) ` : ""}${title}`;
  }

  function set(more) {
    settings = { ...settings, ...more };
    lasting.set(KEY, settings);
  }

  async function askLeave(box) {
    if (!box.checked) return set({ popups: false });
    const leave = globalThis.Notification ? await Notification.requestPermission() : "denied";
    box.checked = leave === "granted";
    set({ popups: box.checked });
    if (!box.checked) say("浏览器没有允许通知；请在地址栏旁的网站设置里打开。");
  }

  onRows(heard);
  return {
    // The sheet on which it is set.
    sheet() {
      const tick = (name, words, change) => {
        const box = make("input");
        Object.assign(box, { type: "checkbox", checked: settings[name] });
        box.addEventListener("change", () => (change ? change(box) : set({ [name]: box.checked })));
        return make("label", "tick", box, words);
      };
      const hour = (name, words) => {
        const box = make("input");
        Object.assign(box, { type: "time", value: settings[name], ariaLabel: words });
        box.addEventListener("change", () => box.value && set({ [name]: box.value }));
        return box;
      };
      return [
        tick("sound", "声音提示"),
        tick("popups", "浏览器通知（页面在后台时）", askLeave),
        make("div", "hours", tick("quiet", "安静时段"), hour("from", "从"), "到", hour("to", "到")),
        button("quiet", "试一下声音", beep),
      ];
    },
  };
}
