// One more sentence in a way to say a clause, without saving in between. Without this script one empty field is there.

for (const add of document.querySelectorAll("[data-add]")) {
  const way = add.closest("[data-way]");
  add.hidden = false;
  add.addEventListener("click", () => {
    const all = way.querySelectorAll(".sentence");
    const last = all[all.length - 1];
    const from = last.querySelector("textarea").id;
    const to = `s-${way.dataset.way}-${all.length}`;
    const copy = last.cloneNode(true);
    for (const field of copy.querySelectorAll("input, textarea")) {
      field.name = field.name.replace(from, to);
      if (field.id) field.id = field.id.replace(from, to);
      if (field.type === "checkbox") field.checked = false;
      else field.value = "";
    }
    copy.querySelector("label").htmlFor = to;
    last.after(copy);
    copy.querySelector("textarea").focus();
  });
}
