"use strict";
const rows = JSON.parse(document.getElementById("data").textContent);
const [main, kind, search, count] = ["rows", "kind", "search", "count"].map((id) => document.getElementById(id));
let at = -1;

function add(parent, tag, text, name) {
  const element = parent.appendChild(document.createElement(tag));
  element.textContent = text;
  if (name) element.className = name;
  return element;
}

function fill(article, row) {
  add(article, "h2", `${row.kind}, line ${row.line}`);
  for (const one of row.findings) add(article, "p", `${one.code} ${one.severity}: ${one.message}`, one.severity);
  for (const turn of row.turns) {
    const text = add(article, "p", `${turn.role}: `);
    text.dir = "auto";
    for (const [words, tag] of turn.pieces) add(text, tag === "del" || tag === "ins" ? tag : "span", words);
  }
}

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (isIntersecting && !target.firstChild) fill(target, rows[target.dataset.number]);
  }
}, { rootMargin: "800px" });

const texts = rows.map((row) => row.turns.flatMap((turn) => turn.pieces.map((piece) => piece[0])).join("").toLowerCase());
const articles = rows.map((row, number) => {
  const article = add(main, "article", "");
  article.id = row.id;
  article.tabIndex = -1;
  article.dataset.number = number;
  seen.observe(article);
  return article;
});

function filter() {
  const wanted = search.value.toLowerCase();
  rows.forEach((row, n) => { articles[n].hidden = (kind.value && row.kind !== kind.value) || !texts[n].includes(wanted); });
  count.value = `${articles.filter((one) => !one.hidden).length} of ${rows.length} rows`;
}

function go(step) {
  let next = at + step;
  while (articles[next]?.hidden) next += step;
  if (!articles[next]) return;
  at = next;
  articles[at].focus();
  history.replaceState(null, "", `#${articles[at].id}`);
}

document.addEventListener("keydown", (event) => {
  if (event.target === search || event.ctrlKey || event.metaKey) return;
  if (event.key === "j") go(1);
  if (event.key === "k") go(-1);
  if (event.key === "/") { event.preventDefault(); search.focus(); }
});
addEventListener("beforeprint", () => articles.forEach((one, n) => { if (!one.firstChild) fill(one, rows[n]); }));
kind.addEventListener("input", filter);
search.addEventListener("input", filter);
filter();
document.getElementById(location.hash.slice(1))?.scrollIntoView();
