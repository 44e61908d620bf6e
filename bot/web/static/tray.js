// Photos and videos that are to be sent: they are uploaded as soon as they are picked, two at a time, and wait
// in this tab (not longer) until the message goes.

import { button, make, part, word } from "./dom.js";

const MOST = 9;
const AT_ONCE = 2;
const MEDIA = /^(image|video)\//;

// `upload(file, onProgress, signal)`; `changed()` after everything that happens; `say(sentence)`.
export function makeTray({ upload, changed, say }) {
  const list = part("tray");
  let items = []; // {file, chip, url, state: "wait"|"busy"|"lost"|"refused"|"done", stored}
  const having = (...states) => items.filter((item) => states.includes(item.state));

  function show(item, state, sentence, share = 0) {
    item.state = state;
    item.chip.className = `chip ${state}`;
    item.bar.value = share;
    if (item.said.textContent !== sentence) item.said.textContent = sentence;
    item.said.role = state === "refused" ? "alert" : null;
    item.again.hidden = state !== "refused" && state !== "lost";
  }

  function drop(item) {
    item.stop.abort();
    item.chip.remove();
    URL.revokeObjectURL(item.url);
    items = items.filter((other) => other !== item);
    settle();
  }

  function settle() {
    list.hidden = !items.length;
    for (const item of having("wait").slice(0, AT_ONCE - having("busy").length)) start(item);
    changed();
  }

  async function start(item) {
    show(item, "busy", "0%");
    try {
      item.stored = await upload(item.file, (share) => show(item, "busy", `${Math.round(share * 100)}%`, share), item.stop.signal);
      show(item, "done", word("file_done"), 1);
    } catch (error) {
      // The desk's refusals come with a status and a sentence; without one it was the network.
      if (error?.status) show(item, "refused", error.message || word("file_failed"));
      else show(item, "lost", word("file_lost"));
    }
    if (items.includes(item)) settle();
  }

  function add(file) {
    const shown = make(file.type.startsWith("video/") ? "video" : "img");
    const item = { file, url: URL.createObjectURL(file), stop: new AbortController(), bar: make("progress"), said: make("span", "said") };
    Object.assign(shown, { src: item.url, alt: "", muted: true, preload: "metadata" });
    shown.onerror = () => shown.remove(); // kinds that this browser can't show
    const name = make("span", "unseen", file.name);
    item.bar.ariaLabel = file.name;
    item.again = button("small", word("file_retry"), () => retry(item));
    const remove = button("cross", "×", () => {
      drop(item);
      part("text").focus({ preventScroll: true });
    });
    remove.ariaLabel = word("file_remove", { name: file.name });
    item.chip = make("li", "", make("span", "thumb", shown, item.bar), name, item.said, item.again, remove);
    list.append(item.chip);
    items.push(item);
    const wrong = !file.size ? "file_empty" : file.type && !MEDIA.test(file.type) ? "file_kind" : "";
    if (wrong) {
      show(item, "refused", word(wrong));
      item.again.hidden = true;
    } else show(item, "wait", word("file_wait"));
  }

  function retry(item) {
    show(item, "wait", word("file_wait"));
    settle();
  }

  addEventListener("beforeunload", (event) => items.length && event.preventDefault());
  return {
    add(files) {
      const room = MOST - items.length;
      say(files.length > room ? word("files_many", { n: MOST }) : "");
      [...files].slice(0, room).forEach(add);
      settle();
      list.scrollLeft = list.scrollWidth;
    },
    // The network is back.
    resume: () => having("lost").forEach(retry),
    isEmpty: () => !items.length,
    isBusy: () => having("wait", "busy", "lost").length > 0,
    isStuck: () => having("refused").length > 0,
    // The uploaded ones, to be sent now.
    take() {
      const done = having("done");
      done.forEach(drop);
      return done.map((item) => item.stored);
    },
  };
}

// What is picked, pasted or dropped goes to `add`.
export function gather(add) {
  for (const pressed of document.querySelectorAll("[data-picks]")) {
    const input = part(pressed.dataset.picks);
    pressed.addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      add(input.files);
      input.value = "";
      part("text").focus({ preventScroll: true });
    });
  }
  addEventListener("paste", (event) => {
    const { files = [], types } = event.clipboardData ?? {};
    if (!files.length || types.includes("text/plain")) return; // text processors give a picture of the words too
    event.preventDefault();
    add(event.clipboardData.files);
  });
  const over = (event, is) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    document.body.classList.toggle("dropping", is);
  };
  addEventListener("dragover", (event) => over(event, true));
  addEventListener("dragleave", (event) => event.relatedTarget || over(event, false));
  addEventListener("drop", (event) => {
    over(event, false);
    if (event.dataTransfer?.files.length) add(event.dataTransfer.files);
  });
}
