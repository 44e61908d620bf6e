// Elements and words. Whatever comes in here becomes text, never markup.

export const part = (id) => document.getElementById(id);

export function make(tag, className = "", ...inside) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...inside);
  return element;
}

export function button(className, words, press) {
  const element = make("button", className, words);
  element.type = "button";
  element.addEventListener("click", press);
  return element;
}

export const LANG = document.documentElement.lang;

const words = JSON.parse(part("words").textContent);

// A sentence of the page's catalogue (bot/web/chrome), with its blanks filled in.
export const word = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
