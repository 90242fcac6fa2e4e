// Counts new and urgent cases while the list is open. Without it the list is only as new as the page.
"use strict";
(() => {
  const badge = document.getElementById("new-count");
  const news = document.getElementById("news");
  const alarm = document.getElementById("alarm");
  if (!badge || !news || !alarm) return;
  let known = badge.textContent.trim();
  const look = async () => {
    if (document.hidden) return;
    const answer = await fetch(badge.dataset.url, { headers: { Accept: "application/json" }, redirect: "error" });
    if (!answer.ok) return;
    const { new: count, shown, alarm: urgent } = await answer.json();
    if (alarm.textContent.trim() !== urgent) alarm.querySelector("a").textContent = urgent;
    alarm.hidden = !urgent;
    if (shown === known) return;
    if (count > Number.parseInt(known, 10)) news.textContent = badge.dataset.more;
    known = shown;
    badge.textContent = shown;
  };
  setInterval(() => look().catch(() => {}), 30000);
})();
