// What the pages do beyond being read: the theme, the search, languages as tabs, copying. Every page is whole without it.
"use strict";

const html = document.documentElement;

// Pages of a disk may have no storage.
const stored = {
  get(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(key, value);
    } catch {
      // It is forgotten with the page.
    }
  },
};

if (stored.get("theme")) {
  html.dataset.theme = stored.get("theme");
}

document.addEventListener("DOMContentLoaded", () => {
  theme();
  menu();
  tabs();
  search();
  for (const code of document.querySelectorAll("pre code")) {
    hljs.highlightElement(code);
    copying(code);
  }
});

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function theme() {
  const button = document.getElementById("siteTheme");
  const dark = () => (html.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const show = () => button.setAttribute("aria-pressed", String(dark()));
  button.addEventListener("click", () => {
    html.dataset.theme = dark() ? "light" : "dark";
    stored.set("theme", html.dataset.theme);
    show();
  });
  show();
}

// On a small screen the list of pages waits until it is asked for.
function menu() {
  const menu = document.querySelector(".menu");
  const wide = matchMedia("(min-width: 60rem)");
  const fit = () => (menu.open = wide.matches);
  wide.addEventListener("change", fit);
  fit();
  const here = menu.querySelector("[aria-current]");
  const side = document.querySelector(".side");
  if (wide.matches && here) {
    side.scrollTop = here.offsetTop - side.clientHeight / 3;
  }
}

// Each figure of a set becomes a panel; the language that was chosen last is shown on every page.
function tabs() {
  for (const set of document.querySelectorAll("[data-tabs]")) {
    const panels = [...set.querySelectorAll("[data-tab]")];
    const list = element("div", { className: "tablist", role: "tablist" });
    list.setAttribute("aria-label", "Languages");
    const buttons = panels.map((panel, index) => {
      const name = panel.dataset.tab;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-label", name);
      const button = element("button", { type: "button", role: "tab", textContent: name, onclick: () => choose(index, true) });
      button.setAttribute("aria-controls", panel.id);
      list.append(button);
      return button;
    });
    const choose = (chosen, keep) => {
      buttons.forEach((button, index) => {
        button.setAttribute("aria-selected", String(index === chosen));
        button.tabIndex = index === chosen ? 0 : -1;
        panels[index].hidden = index !== chosen;
      });
      if (keep) {
        stored.set("language", panels[chosen].dataset.tab);
      }
    };
    list.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) {
        const next = (buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length;
        choose(next, true);
        buttons[next].focus();
        event.preventDefault();
      }
    });
    set.prepend(list);
    // A link may name a language; it is for this page.
    const follow = () => {
      const linked = panels.findIndex((panel) => `#${panel.id}` === location.hash);
      if (linked >= 0) {
        choose(linked, false);
        panels[linked].scrollIntoView();
      }
    };
    choose(Math.max(0, panels.findIndex((panel) => panel.dataset.tab === stored.get("language"))), false);
    follow();
    addEventListener("hashchange", follow);
  }
}

function copying(code) {
  const button = element("button", { type: "button", className: "copy", textContent: "Copy" });
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  const box = element("div", { className: "box" });
  code.parentElement.replaceWith(box);
  box.append(code.parentElement, button);
}

function search() {
  const input = document.getElementById("siteSearch");
  const state = document.getElementById("siteState");
  const results = document.getElementById("siteResults");
  let index;
  // What has the words as they were typed, such as a permission, stands first.
  const texts = ENTRIES.map((entry) => Object.values(entry).join("\n").toLowerCase());
  const made = () => {
    const search = new MiniSearch({
      idField: "key",
      fields: ["title", "id", "names", "facts", "codes", "about", "text"],
      // `listCustomers` is found by each of its words, and as a whole.
      tokenize: (text) => {
        const words = text.split(/[^\p{L}\p{N}]+/u);
        return words.flatMap((word) => [...new Set([word, ...word.split(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u)])]);
      },
      searchOptions: {
        boost: { title: 4, id: 4, names: 2 },
        prefix: true,
        fuzzy: (word) => (word.length > 4 ? 0.2 : false),
        tokenize: (text) => text.split(/[^\p{L}\p{N}]+/u),
      },
    });
    search.addAll(ENTRIES.map((entry, key) => ({ ...entry, key })));
    return search;
  };
  const show = () => {
    const words = input.value.trim();
    // Codes and lists are for those who look for nothing else.
    const boostDocument = (key) =>
      (texts[key].includes(words.toLowerCase()) ? 10 : 1) * (/^(codes|list)$/.test(ENTRIES[key].method) ? 0.2 : 1);
    const found = (combineWith) => (index ??= made()).search(words, { boostDocument, combineWith }).map((hit) => hit.id);
    const keys = words ? [found("AND"), found("OR")].find((keys) => keys.length) ?? [] : [];
    const hits = [...new Set([...called(words), ...keys])];
    results.replaceChildren(...hits.slice(0, 40).map(result));
    results.hidden = hits.length === 0;
    state.hidden = !words;
    state.textContent = hits.length ? `${hits.length} found` : `Nothing has “${words}”`;
  };
  input.addEventListener("input", show);
  document.addEventListener("keydown", (event) => {
    const links = [...results.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    const isTyping = document.activeElement.matches("input, textarea, select");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      input.focus();
      input.select();
    } else if (event.key === "Escape" && !results.hidden) {
      input.value = "";
      show();
      input.focus();
    } else if (event.key === "ArrowDown" && (at >= 0 || document.activeElement === input)) {
      links[Math.min(at + 1, links.length - 1)]?.focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      (links[at - 1] ?? input).focus();
    } else if (event.key === "Enter" && document.activeElement === input && links.length) {
      links[0].click();
    } else {
      return;
    }
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".search")) {
      results.hidden = true;
      state.hidden = true;
    }
  });
  input.addEventListener("focus", show);
}

// The operations that a path or an address is of, as one of a log, which has ids in the place of names.
function called(words) {
  const [, path] = words.match(/^(?:\w+ )?(?:https?:\/\/[^/]+)?\/([^?#\s]*)/) ?? [];
  const parts = path?.toLowerCase().split("/") ?? [];
  const isCalled = ({ call }) => {
    const names = call?.toLowerCase().slice(1).split("/");
    return names?.length === parts.length && names.every((name, at) => name.startsWith("{") || name === parts[at]);
  };
  return path ? [...ENTRIES.keys()].filter((key) => isCalled(ENTRIES[key])) : [];
}

function result(key) {
  const entry = ENTRIES[key];
  const mark = element("span", { className: "method", textContent: entry.method });
  mark.dataset.method = entry.method;
  const title = element("span", { className: "title" }, mark, " ", entry.title);
  const about = element("span", { className: "about", textContent: entry.about });
  return element("li", {}, element("a", { href: html.dataset.root + entry.path }, title, about));
}
