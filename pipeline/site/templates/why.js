"use strict";
// Search among the pages that were read, and the way to what a link names. Without it all of them can be opened.
(() => {
  const filters = document.getElementById("filters");
  const accounts = [...document.querySelectorAll("details.account")];
  // As `missionwatch why` takes an address: http, www., a fragment and a slash at the end don't matter.
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const asked = (word) => plain(word).replace(/^https?:\/\/(www\.)?/, "").replace(/#.*$/, "").replace(/\/+$/, "");
  const texts = new Map();
  const textOf = (account) => {
    if (!texts.has(account)) texts.set(account, plain(account.textContent));
    return texts.get(account);
  };

  function filter() {
    const { text, outcome, told } = filters.elements;
    const words = text.value.trim().split(/\s+/).map(asked).filter(Boolean);
    const shown = accounts.filter((account) => {
      account.hidden = !((!outcome.value || account.dataset.outcome === outcome.value)
        && words.every((word) => textOf(account).includes(word)));
      return !account.hidden;
    });
    if (words.length && shown.length === 1) shown[0].open = true;
    const all = accounts.length;
    told.textContent = shown.length === all ? `${all} pages` : `${shown.length} of ${all} pages`;
    if (words.length && !shown.length) told.textContent += ". It may be older: ask `missionwatch why`.";
  }

  // What is linked to is opened and shown, whatever the filters say.
  function reveal() {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    const account = target && target.closest("details.account");
    if (!account) return;
    if (account.hidden) {
      filters.reset();
      filter();
    }
    account.open = true;
    target.scrollIntoView({ block: "start" });
  }

  if (!accounts.length) return;
  filters.hidden = false;
  filters.addEventListener("input", filter);
  filters.addEventListener("reset", () => setTimeout(filter));
  filters.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", reveal);
  window.addEventListener("beforeprint", () => {
    const shown = accounts.filter((account) => !account.hidden);
    if (shown.length <= 50) for (const account of shown) account.open = true;
  });
  filter();
  reveal();
})();
