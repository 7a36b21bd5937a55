// An RSS link: for readers, and where their browsers and feed readers look for one.

export async function linkFeed(service, anchor, tag = "") {
  const feed = tag ? `${service}/tags/${encodeURIComponent(tag)}/feed.xml` : `${service}/feed.xml`;
  const answer = await fetch(feed, { method: "HEAD" });
  if (!answer.ok) return; // 404: the CMS was not told where the pages are (CMS_POST_URL)

  anchor.href = answer.url;
  anchor.hidden = false;
  const link = document.createElement("link");
  const title = document.title;
  Object.assign(link, { rel: "alternate", type: "application/rss+xml", title, href: answer.url });
  document.head.append(link);
}
