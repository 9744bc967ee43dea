"use strict";
(() => {
  const articles = [...document.querySelectorAll("article")];
  const search = document.getElementById("search");
  const show = document.getElementById("show");
  const count = document.getElementById("count");
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = new Map(articles.map((article) => [article, plain(article.textContent)]));

  const filter = () => {
    const words = plain(search.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const article of articles) {
      const failed = article.dataset.failed.split(" ");
      const fits = show.value === "" || failed.includes(show.value);
      article.hidden = !(fits && words.every((word) => texts.get(article).includes(word)));
      shown += article.hidden ? 0 : 1;
    }
    count.value = `${shown} of ${articles.length} prompts`;
  };

  search.addEventListener("input", filter);
  show.addEventListener("change", filter);
  document.querySelector(".tools").hidden = false;
  filter();
})();
