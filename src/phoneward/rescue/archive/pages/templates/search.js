// Looks through all messages, piece by piece, on this computer. Text is only ever put in as text.
"use strict";
(() => {
  const MOST = 500;
  const PAGE = /^c\d+\/[0-9a-z-]+\.html$/;
  const ANCHOR = /^m\d+$/;
  const element = (id) => document.getElementById(id);
  const status = element("status");
  let index = { pieces: 0, titles: [] };
  let take = null;
  let run = 0;

  window.phonewardIndex = (given) => { index = given; };
  window.phonewardPiece = (given) => { if (take) take(given); };

  const piece = (number) => new Promise((resolve, reject) => {
    const script = document.createElement("script");
    let found = null;
    take = (given) => { found = given; };
    script.src = `search/${String(number).padStart(5, "0")}.js`;
    script.onload = () => { script.remove(); if (found) resolve(found); else reject(new Error(script.src)); };
    script.onerror = () => { script.remove(); reject(new Error(script.src)); };
    document.head.append(script);
  });

  const made = (name, text, kind) => {
    const one = document.createElement(name);
    one.textContent = text;
    if (kind) one.className = kind;
    return one;
  };

  // The surroundings of the first word in a message, with all words marked.
  const snippet = (text, words) => {
    const line = made("p", "", "text");
    line.dir = "auto";
    const low = text.toLowerCase();
    const first = low.length === text.length ? Math.max(0, low.indexOf(words[0])) : 0;
    const begin = Math.max(0, first - 80);
    const shown = text.slice(begin, begin + 240);
    const shownLow = shown.toLowerCase();
    if (begin) line.append("…");
    let place = 0;
    while (place < shown.length && shownLow.length === shown.length) {
      let next = -1, length = 0;
      for (const word of words) {
        const at = shownLow.indexOf(word, place);
        if (at >= 0 && (next < 0 || at < next)) { next = at; length = word.length; }
      }
      if (next < 0) break;
      line.append(shown.slice(place, next), made("mark", shown.slice(next, next + length)));
      place = next + length;
    }
    line.append(shown.slice(place));
    if (begin + 240 < text.length) line.append("…");
    return line;
  };

  const row = (page, message, words) => {
    const [, anchor, moment, sender, text] = message;
    const item = document.createElement("li");
    if (PAGE.test(page[0]) && ANCHOR.test(anchor)) {
      const link = made("a", "");
      link.href = `${page[0]}#${anchor}`;
      link.append(made("bdi", sender || index.titles[page[1]] || "?"), moment ? ` · ${moment}` : "");
      item.append(link);
    }
    item.append(made("p", index.titles[page[1]] || "", "quiet"), snippet(text, words));
    return item;
  };

  const search = async () => {
    const mine = ++run;
    const words = element("words").value.toLowerCase().split(/\s+/).filter(Boolean);
    const only = element("conversation").value;
    const results = element("results");
    results.replaceChildren();
    status.textContent = "";
    if (!words.length) return;
    status.textContent = status.dataset.looking;
    let count = 0;
    try {
      for (let number = 1; number <= index.pieces && count <= MOST; number++) {
        const { pages, messages } = await piece(number);
        if (mine !== run) return;
        const rows = document.createDocumentFragment();
        for (const message of messages) {
          const page = pages[message[0]];
          if (only !== "" && page[1] !== Number(only)) continue;
          const low = `${message[3]}\n${message[4]}`.toLowerCase();
          if (!words.every((word) => low.includes(word))) continue;
          if (++count > MOST) break;
          rows.append(row(page, message, words));
        }
        results.append(rows);
      }
    } catch {
      status.textContent = status.dataset.failed;
      return;
    }
    const said = !count ? status.dataset.none : count > MOST ? status.dataset.more : status.dataset.found;
    status.textContent = said.replace("{count}", String(Math.min(count, MOST)));
  };

  window.addEventListener("load", () => {
    const choice = element("conversation");
    index.titles.forEach((title, place) => {
      const option = made("option", title);
      option.value = String(place);
      choice.append(option);
    });
    element("form").hidden = false;
    element("form").addEventListener("submit", (event) => { event.preventDefault(); search(); });
    element("words").focus();
  });
})();
