"use strict";
(() => {
  const form = document.getElementById("filters");
  const boxes = [...form.querySelectorAll("input[name=kind]")];
  const aspect = form.querySelector("select");
  const bare = form.querySelector("input[name=bare]");
  const told = form.querySelector("output");
  const articles = [...document.querySelectorAll("article")];

  function show() {
    const kinds = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const wanted = (item) => kinds.has(item.dataset.kind) && (!aspect.value || item.dataset.aspect === aspect.value);
    let shown = 0;
    let marks = 0;
    for (const article of articles) {
      let here = 0;
      for (const item of article.querySelectorAll(".mark")) {
        const on = wanted(item);
        item.classList.toggle("off", !on);
        here += on;
      }
      for (const quote of article.querySelectorAll("blockquote")) quote.classList.toggle("off", !wanted(quote));
      const silent = article.querySelector(".silent");
      if (silent) silent.open = kinds.has("not told");
      article.classList.toggle("off", !here && !bare.checked);
      shown += here > 0 || bare.checked;
      marks += here;
    }
    told.textContent = `${marks} marks in ${shown} of ${articles.length} articles`;
  }

  form.hidden = false;
  form.addEventListener("change", show);
  window.addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("details.fold")) fold.open = true;
  });
  show();
})();
