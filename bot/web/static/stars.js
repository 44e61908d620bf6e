// The satisfaction question as five stars and a few words. The desk's buttons have the ids visit.1 (best) to visit.5.

import { make, word } from "./dom.js";

const ID = /^visit\.([1-5])$/;
export const isRating = (choices) => choices.length === 5 && choices.every((choice) => ID.test(choice.id));

const starsOf = (id) => 6 - Number(ID.exec(id)[1]);

// `send(text, id)` gets the stars as characters, the answer's name and the words.
export function makeStars(choices, send) {
  const form = make("form", "rate");
  const answer = make("p", "answer");
  const words = make("textarea");
  words.rows = 2;
  words.maxLength = 1000;
  words.placeholder = words.ariaLabel = word("rate_words");
  const group = make("fieldset", "stars", make("legend", "unseen", word("rate")));
  const worstFirst = [...choices].sort((one, other) => (one.id < other.id ? 1 : -1));
  answer.textContent = word("rate_how", { worst: word("stars_1"), best: word("stars_5") });
  for (const { id } of worstFirst) {
    const text = word(`stars_${starsOf(id)}`);
    const input = make("input");
    Object.assign(input, { type: "radio", name: "stars", value: id, ariaLabel: text });
    input.addEventListener("change", () => (answer.textContent = text));
    group.append(make("label", "", input, star()));
  }
  const submit = make("button", "primary", word("rate_send"));
  form.append(group, answer, words, submit);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const picked = choices.find(({ id }) => id === form.stars.value);
    if (!picked) return group.querySelector("input").focus();
    const stars = starsOf(picked.id);
    send(["★".repeat(stars) + "☆".repeat(5 - stars), picked.text, words.value.trim()].filter(Boolean).join(" "), picked.id);
  });
  return form;
}

function star() {
  const shape = make("span", "", "★");
  shape.ariaHidden = "true";
  return shape;
}
