// A blog index: the newest posts, and a button that adds older ones.

export async function showPosts(api, page, tag = "") {
  const list = page.querySelector(".posts");
  const more = page.querySelector(".more");
  const asked = new URLSearchParams({ fields: "slug,title,excerpt,published_at", limit: 10 });
  if (tag) asked.set("tag", tag);

  async function add() {
    const answer = await fetch(`${api}/posts?${asked}`);
    const { data, next_cursor, detail } = await answer.json();
    if (!answer.ok) throw new Error(detail);
    list.append(...data.map(card));
    asked.set("cursor", next_cursor); // goes on in the same state of the site
    more.hidden = next_cursor === null;
  }

  more.onclick = async () => {
    more.disabled = true; // a second click would add the same posts again
    await add().finally(() => (more.disabled = false));
  };
  await add();
}

export function card({ slug, title, excerpt, published_at }) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  const text = document.createElement("p");
  link.href = `?post=${slug}`;
  link.textContent = title;
  text.textContent = `${new Date(published_at).toLocaleDateString()} · ${excerpt}`;
  item.append(link, text);
  return item;
}
