"use strict";
const clips = [...document.querySelectorAll("audio")];
const rowOf = clip => clip.closest("article");
const otherOf = clip => [...rowOf(clip).querySelectorAll("audio")].find(one => one !== clip);
const playing = () => clips.find(clip => !clip.paused);
const secondsOf = clip => Number(clip.dataset.seconds);
let last = null;

function play(clip, share) {
  clip.currentTime = share * secondsOf(clip);
  return clip.play();
}

// The takes differ in pace: the same place is the same share of each.
function change(row) {
  const now = clips.find(clip => rowOf(clip) === row && !clip.paused);
  if (now) return play(otherOf(now), Math.min(now.currentTime / secondsOf(now), 1));
  return play(last && rowOf(last) === row ? otherOf(last) : row.querySelector("audio"), 0);
}

function draw() {
  const clip = playing();
  if (!clip) return;
  const picture = rowOf(clip).querySelector(".contours");
  const left = Number(picture.dataset.left), longest = Number(picture.dataset.longest);
  const x = left + (picture.viewBox.baseVal.width - left) * clip.currentTime / longest;
  for (const end of ["x1", "x2"]) picture.querySelector(".head").setAttribute(end, x);
  requestAnimationFrame(draw);
}

for (const clip of clips) {
  clip.addEventListener("play", () => {
    for (const one of clips) if (one !== clip) one.pause();
    last = clip;
    rowOf(clip).classList.add("playing");
    clip.parentElement.classList.add("playing");
    document.getElementById("status").textContent = clip.getAttribute("aria-label");
    draw();
  });
  for (const end of ["pause", "ended"]) clip.addEventListener(end, () => {
    clip.parentElement.classList.remove("playing");
    if (otherOf(clip).paused) rowOf(clip).classList.remove("playing");
  });
}

for (const button of document.querySelectorAll(".switch"))
  button.addEventListener("click", () => change(button.closest("article")));

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = last ? clips.indexOf(last) : -1;
  const next = {j: clips[at + 1], k: clips[at - 1]}[event.key];
  if (event.key === "x" && last) change(rowOf(last));
  else if (event.key === "Escape") playing()?.pause();
  else if (next) { rowOf(next).scrollIntoView({block: "nearest"}); play(next, 0); }
});
