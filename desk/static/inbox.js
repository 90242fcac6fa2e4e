// Counts new cases while the list is open. Without it the list is only as new as the page.
"use strict";
(() => {
  const badge = document.getElementById("new-count");
  const news = document.getElementById("news");
  if (!badge || !news) return;
  let known = badge.textContent.trim();
  const look = async () => {
    if (document.hidden) return;
    const answer = await fetch(badge.dataset.url, { headers: { Accept: "application/json" }, redirect: "error" });
    if (!answer.ok) return;
    const { new: count, shown } = await answer.json();
    if (shown === known) return;
    if (count > Number.parseInt(known, 10)) news.textContent = badge.dataset.more;
    known = shown;
    badge.textContent = shown;
  };
  setInterval(() => look().catch(() => {}), 30000);
})();
