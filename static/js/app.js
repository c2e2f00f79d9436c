// What every page shares. Everything here is an extra: each page works without it.
(() => {
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

  // ── Light, dark or as the system ────────────────────────────────────

  const savedTheme = () => {
    try {
      return localStorage.getItem("theme") || "system";
    } catch {
      return "system";
    }
  };

  const chooseTheme = (choice) => {
    try {
      if (choice === "system") localStorage.removeItem("theme");
      else localStorage.setItem("theme", choice);
    } catch {
      return; // nowhere to keep it
    }
    document.dispatchEvent(new Event("theme:chosen"));
  };

  // ── Keys ────────────────────────────────────────────────────────────

  // Letters act only while focus is inside [data-keys], so that they never surprise anybody elsewhere.
  const key = (event) => {
    const within = event.target.closest?.("[data-keys]");
    const typing = event.target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select");
    if (!within || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const name = (event.shiftKey ? "shift-" : "") + event.key.toLowerCase();
    const target = document.querySelector(`[data-key="${CSS.escape(name)}"]`);
    if (!target || target.closest("[inert], .htmx-added")) return; // click() would reach it all the same
    event.preventDefault();
    target.click();
  };

  // ── Messages ────────────────────────────────────────────────────────

  const say = (template) => {
    const source = document.getElementById(template);
    const region = document.getElementById("messages");
    if (source && region) region.replaceChildren(source.content.cloneNode(true));
  };

  // ── One place where clicks and changes arrive ───────────────────────

  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest?.(selector);
    let hit;
    if ((hit = on("[data-dismiss]"))) hit.closest(".message").remove();
    else if ((hit = on("[data-reveal]"))) reveal(hit);
    else if ((hit = on("[data-fill]"))) fill(hit, event);
    else if (on("[data-back]")) goBack(event);
  });

  const reveal = (button) => {
    const input = document.getElementById(button.dataset.reveal);
    const hidden = input.type === "password";
    input.type = hidden ? "text" : "password";
    button.setAttribute("aria-pressed", String(hidden));
  };

  const fill = (link, event) => {
    const input = document.getElementById(link.dataset.fillInto);
    if (!input) return;
    event.preventDefault();
    input.value = link.dataset.fill;
    document.getElementById(link.dataset.thenFocus)?.focus();
  };

  // To where the reader came from, as it was left; the link's own address serves whoever came from elsewhere
  const goBack = (event) => {
    if (history.length < 2 || !document.referrer.startsWith(`${location.origin}/`)) return;
    event.preventDefault();
    history.back();
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-theme-choice]")) chooseTheme(event.target.value);
    else if (event.target.matches("[data-submits]") && !event.target.matches(".by-keys")) event.target.form.submit();
  });
  document.addEventListener("keydown", key);

  // Arrow keys pass from choice to choice: who turns with them presses the button
  for (const how of ["keydown", "pointerdown"]) {
    document.addEventListener(how, ({ target }) => {
      if (target.matches?.("[data-submits]")) target.classList.toggle("by-keys", how === "keydown");
    });
  }

  document.addEventListener("invalid", (event) => {
    event.preventDefault();
    event.target.form.querySelector("input:invalid").focus();
    say("say-wanting");
  }, true);

  // ── Asking the server ───────────────────────────────────────────────

  // The token of now: signing in gives out a new one, perhaps in another tab
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
    if (!token || detail.verb === "get") return;
    detail.headers["X-CSRFToken"] = token;
    delete detail.parameters.csrfmiddlewaretoken;
  });

  // The server answered with a fault, or did not answer: nothing was swapped, so say it
  document.addEventListener("htmx:responseError", (event) => {
    say({ 401: "say-signed-out", 403: "say-stale" }[event.detail.xhr.status] || "say-failed");
  });
  for (const lost of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(lost, () => say("say-unsent"));
  }

  // What was typed before the scripts had run brings no further input event: look for it now. Once only, for later on
  // the field always holds other words than the page came with
  const catchUp = () => {
    for (const field of $$("[data-live]")) {
      if (field.value !== field.defaultValue) field.dispatchEvent(new Event("typed-before"));
    }
  };
  document.addEventListener("htmx:load", catchUp, { once: true });

  const start = (within) => {
    for (const radio of $$("[data-theme-choice]", within)) radio.checked = radio.value === savedTheme();
    for (const choice of $$("[data-submits]", within)) choice.form.reset();
  };

  start(document);
  document.addEventListener("htmx:afterSettle", (event) => {
    start(event.target);
  });
  window.addEventListener("pageshow", (event) => event.persisted && start(document)); // back to a kept page
})();
