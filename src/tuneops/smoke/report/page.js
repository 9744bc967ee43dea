"use strict";
(() => {
  const articles = [...document.querySelectorAll("article")];
  const search = document.getElementById("search");
  const show = document.getElementById("show");
  const changed = document.getElementById("changed");
  const words = document.getElementById("words");
  const count = document.getElementById("count");
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = new Map(articles.map((article) => [article, plain(article.textContent)]));

  const filter = () => {
    const wanted = plain(search.value).split(/\s+/).filter(Boolean);
    const failure = show.value.replaceAll(" ", "_");
    let shown = 0;
    for (const article of articles) {
      const fits =
        (failure === "" || article.dataset.failed.split(" ").includes(failure)) &&
        (changed.value === "" || article.dataset.changed.split(" ").includes(changed.value));
      article.hidden = !(fits && wanted.every((word) => texts.get(article).includes(word)));
      shown += article.hidden ? 0 : 1;
    }
    count.value = `${shown} of ${articles.length} prompts`;
  };

  // "/" searches, Escape shows all again, "n" and "p" go to the next and previous prompt.
  const step = (by) => {
    const shown = articles.filter((article) => !article.hidden);
    const at = shown.indexOf(document.activeElement.closest("article"));
    shown.at(at < 0 && by < 0 ? -1 : (at + by) % shown.length)?.focus();
  };
  const keys = { "/": () => search.focus(), n: () => step(1), p: () => step(-1) };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      search.value = show.value = changed.value = "";
      filter();
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey) {
      if (event.target.closest("input, select") || !Object.hasOwn(keys, event.key)) return;
      event.preventDefault();
      keys[event.key]();
    }
  });

  search.addEventListener("input", filter);
  show.addEventListener("change", filter);
  changed.addEventListener("change", filter);
  words.addEventListener("change", () => document.body.classList.toggle("plain", !words.checked));
  document.querySelector(".tools").hidden = false;
  filter();
})();
