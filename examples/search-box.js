// A search box: suggests while somebody types, and finds when they press Enter.

export function startSearch(api, form, suggestions, results) {
  const typed = form.elements.q;
  let pause = null;
  let running = new AbortController();

  async function ask(what, show) {
    clearTimeout(pause);
    running.abort(); // the answer to an older question must not replace a newer one
    running = new AbortController();
    const q = typed.value.trim();
    if (!q) return show(null);
    try {
      const asked = new URLSearchParams({ q });
      const answer = await fetch(`${api}/${what}?${asked}`, { signal: running.signal });
      const found = await answer.json();
      if (!answer.ok) throw new Error(found.detail);
      show(found);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  }

  typed.oninput = () => {
    clearTimeout(pause);
    pause = setTimeout(() => ask("suggest", suggest), 150);
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    suggest(null);
    ask("search", showHits);
  };

  function suggest(found) {
    const posts = (found?.posts ?? []).map(({ slug, title }) => entry("post", slug, title));
    const tags = (found?.tags ?? []).map(({ slug, name }) => entry("tag", slug, name));
    suggestions.replaceChildren(...posts, ...tags);
  }

  function showHits(found) {
    results.hidden = found === null;
    if (!found) return;
    const count = `${found.total}${found.total_is_exact ? "" : "+"} found`;
    const instead = found.corrected ? `, for ${found.corrected}` : "";
    results.querySelector(".count").textContent = count + instead;
    results.querySelector(".hits").replaceChildren(...found.data.map(hit));
  }
}

function hit({ slug, title, excerpt, highlights }) {
  const item = entry("post", slug, title);
  const text = document.createElement("p");
  text.textContent = excerpt;
  // Highlights are escaped HTML, with <mark> as its only element; null where nothing was found.
  if (highlights.title) item.firstChild.innerHTML = highlights.title;
  if (highlights.text) text.innerHTML = highlights.text;
  item.append(text);
  return item;
}

function entry(kind, slug, text) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = `?${kind}=${slug}`;
  link.textContent = text;
  item.append(link);
  return item;
}
