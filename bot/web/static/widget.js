// A button on any site that opens the desk's chat in a frame (docs/widget.md).
(() => {
  const COMPANY = {}; // what company.yml says
  if (window.kesu?.identify) return; // it is here already
  const { src, dataset } = document.currentScript;
  const desk = new URL(src).origin;
  const FORMS = {
    name: /^.{1,40}$/u,
    greeting: /^[^]{1,200}$/u,
    color: /^#([\da-f]{3}){1,2}$/i,
    position: /^(left|right)$/,
    language: /^(zh-Han[st]|en)$/,
    identity: /^[\w-]+\.[\w-]+\.[\w-]+$/,
  };
  const WORDS = {
    "zh-Hans": ["联系客服", "关闭", "条新消息"],
    "zh-Hant": ["聯絡客服", "關閉", "則新訊息"],
    en: ["Chat", "Close", "new"],
  };
  const valid = (key, value) => {
    if (!value || FORMS[key].test(value)) return value;
    console.warn(`kesu: data-${key} is wrong and ignored`);
  };
  const set = { ...COMPANY };
  for (const key in FORMS) set[key] = valid(key, dataset[key]) || set[key];
  let { color, greeting, identity } = set;
  const local = navigator.language;
  const lang = set.language || (/^zh-(Hant|TW|HK|MO)/.test(local) ? "zh-Hant" : /^en/.test(local) ? "en" : "zh-Hans");
  const [contact, shut, unread] = WORDS[lang];
  const name = set.name || contact;
  const hex = (color || "#0f6b56").replace(/^#(.)(.)(.)$/, "#$1$1$2$2$3$3");
  const [red, green, blue] = [1, 3, 5].map((at) => (parseInt(hex.substr(at, 2), 16) / 255) ** 2.2);
  const ink = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.181 ? "#000" : "#fff"; // 4.5:1 at least

  const PHONE = "(max-width:480px),(max-height:480px)";
  const CSS = `:host{all:initial!important}
*{box-sizing:border-box;font:600 16px/1.4 system-ui,sans-serif}
[hidden]{display:none!important}
button,header{background:${hex};color:${ink};border:0}
button{width:44px;height:44px;padding:0;cursor:pointer}
:focus-visible{outline:3px solid ${ink};outline-offset:-5px}
.open,dialog{position:fixed;z-index:2147483647;inset:auto;${set.position || "right"}:20px;bottom:20px;box-shadow:0 4px 24px #0006}
.open{width:56px;height:56px;border-radius:50%}
.open:before{content:"";display:block;margin:auto;width:26px;height:21px;border:3px solid;border-radius:9px 9px 9px 0}
b{position:absolute;top:-4px;right:-4px;min-width:22px;border-radius:22px;background:#b3261e;color:#fff;line-height:22px}
dialog{display:flex;flex-direction:column;bottom:88px;width:380px;height:600px;max-width:none;max-height:calc(100vh - 108px);padding:0;border:0;border-radius:16px;overflow:hidden;background:Canvas;color-scheme:light dark;visibility:hidden}
[open]{visibility:visible}
header{display:flex;align-items:center;justify-content:space-between;padding-left:16px}
a{margin:auto;color:CanvasText}
iframe{flex:1;border:0}
@media(prefers-reduced-motion:no-preference){[open]{animation:a .15s}@keyframes a{0%{opacity:0}}}
@media${PHONE}{dialog{inset:var(--top,0) 0 auto;width:100%;height:var(--height,100dvh);max-height:none;border-radius:0}}
@media print{*{display:none!important}}`;

  const make = (tag, values, ...inside) => {
    const element = document.createElement(tag);
    for (const key in values) element.setAttribute(key, values[key]);
    element.append(...inside);
    return element;
  };
  const badge = make("b");
  const button = make("button", { class: "open" }, badge);
  const cross = make("button", { "aria-label": shut }, "✕");
  const link = make("a", { href: desk, target: "_blank" }, name + " ↗"); // until the frame is there
  const frame = make("iframe", { title: name, hidden: "" });
  const panel = make("dialog", { "aria-label": name }, make("header", {}, name, cross), link, frame);
  const root = make("kesu-widget");
  const shadow = root.attachShadow({ mode: "open" });
  shadow.append(button, panel);
  try {
    const sheet = new CSSStyleSheet(); // the site's policy may forbid a <style>
    sheet.replaceSync(CSS);
    shadow.adoptedStyleSheets = [sheet];
  } catch {
    shadow.append(make("style", {}, CSS));
  }

  let visit = {}; // what its next pages need
  try {
    visit = sessionStorage;
  } catch {}
  const load = () => (frame.src ||= `${desk}/?frame=1&lang=${lang}&site=${location.origin}`);
  const tell = () => {
    const host = { kesu: "host", open: panel.open, color, greeting, identity, kept: visit.kesu };
    if (!frame.hidden) frame.contentWindow.postMessage(host, desk);
  };
  const label = (count) => {
    badge.hidden = !count;
    badge.textContent = count;
    button.setAttribute("aria-label", count ? `${name} (${count} ${unread})` : name);
    button.setAttribute("aria-expanded", panel.open);
  };
  const change = () => {
    label(0);
    (panel.open ? frame : button).focus();
    tell();
  };
  const open = () => {
    if (panel.open) return;
    load();
    panel[matchMedia(PHONE).matches ? "showModal" : "show"]();
    visit.kesu ||= 1;
    change();
  };
  const close = () => panel.close();
  const press = () => (panel.open ? close() : open());
  const view = window.visualViewport; // what a phone's keyboard leaves
  const fit = () => (panel.style.cssText = `--height:${view.height}px;--top:${view.offsetTop}px`);
  for (const event of ["resize", "scroll"]) view?.addEventListener(event, fit);
  panel.onclose = change;
  cross.onclick = button.onclick = press;
  shadow.onkeydown = (event) => event.key === "Escape" && close();
  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== desk || source !== frame.contentWindow) return;
    const { kesu, count, kept } = data;
    if (kesu === "close") close();
    if (kesu === "unread") label(count);
    if (kesu === "keep") visit.kesu = kept;
    if (kesu !== "ready") return;
    link.hidden = true;
    frame.hidden = false;
    tell();
    if (panel.open) frame.focus();
  });
  window.kesu = { open, close, identify: (token) => tell((identity = valid("identity", token))) };
  const place = () => root.isConnected || document.documentElement.append(root);
  place(label(0));
  new MutationObserver(place).observe(document.documentElement, { childList: true });
  if (visit.kesu) setTimeout(load, 1000);
  dispatchEvent(new Event("kesu-ready"));
})();
