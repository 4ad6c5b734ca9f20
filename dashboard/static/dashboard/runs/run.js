// Asks for one sample of the run after the other, and shows what they say so far.
import { duration } from "../charts/formats.js";

const RETRIES = 4;
const RETRY_MS = 1000;
const panel = document.getElementById("run");
const part = (name) => panel.querySelector(`[data-${name}]`);
const pause = (ms) => new Promise((resume) => { setTimeout(resume, ms); });

function say(text) {
  if (part("message").textContent !== text) part("message").textContent = text;
}

async function ask() {
  const token = panel.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(panel.dataset.url, { method: "POST", headers: { "X-CSRFToken": token } });
  // A log-in that ran out leads to the log-in page.
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
  return answer.json();
}

function show(run) {
  part("taken").textContent = run.taken;
  panel.querySelector("progress").value = run.taken;
  for (const line of run.deployments) {
    const row = panel.querySelector(`[data-deployment="${line.name}"]`);
    const write = (name, text) => { row.querySelector(`[data-${name}]`).textContent = text; };
    write("calls", line.calls);
    write("failures", line.failures);
    write("cold", line.cold_starts);
    write("median", line.median_ms == null
      ? `too few samples: ${line.warm_calls} of ${line.warm_calls_needed}` : duration(line.median_ms));
  }
}

async function measure() {
  part("continue").hidden = true;
  say("Measuring. Leaving this page pauses it.");
  for (let failures = 0; failures < RETRIES;) {
    try {
      const run = await ask();
      failures = 0;
      show(run);
      if (!run.open) return location.reload();
      if (run.sample) say("Measuring. Leaving this page pauses it.");
      else {
        say("Another tab is taking a sample; waiting.");
        await pause(RETRY_MS);
      }
    } catch {
      failures += 1;
      await pause(failures * RETRY_MS);
    }
  }
  say("Paused: the server does not answer, or you are no longer logged in. What was measured is kept.");
  part("continue").hidden = false;
}

if (panel?.dataset.url) {
  part("continue").addEventListener("click", measure);
  if (location.hash === "#start") {
    history.replaceState(null, "", location.pathname + location.search);
    measure();
  } else {
    say("Unfinished; what was measured is kept.");
    part("continue").hidden = false;
  }
}
