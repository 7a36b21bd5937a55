// A frontend and an author's script, as the generated types let one write them; only compiled.

import createClient from "openapi-fetch";
import type { paths } from "./schema";

const client = createClient<paths>({ baseUrl: "http://127.0.0.1:8000" });

export async function listTitles(): Promise<string[]> {
  const titles: string[] = [];
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = { limit: 50 };
    if (cursor !== null) query.cursor = cursor;
    const { data, error } = await client.GET("/api/v1/posts", { params: { query } });
    if (error) throw new Error(error.detail);
    // Optional in lists, because `fields` may leave anything out.
    titles.push(...data.data.map((post) => post.title ?? "without a title"));
    cursor = data.next_cursor;
  } while (cursor !== null);
  return titles;
}

export async function readHtml(slug: string): Promise<string | null> {
  const { data, response } = await client.GET("/api/v1/posts/{slug}", {
    params: { path: { slug } },
  });
  if (response.status === 404) return null;
  if (!data) throw new Error(`The server answered ${response.status}.`);
  // Optional, because `fields` may leave anything out.
  return data.html ?? null;
}

export async function writeDraft(email: string, password: string): Promise<string> {
  const login = await client.POST("/api/v1/auth/login", { body: { email, password } });
  if (login.error) throw new Error(login.error.detail);
  const token: string = login.data.access_token;

  const draft = await client.POST("/api/v1/manage/posts", {
    headers: { Authorization: `Bearer ${token}` },
    body: { title: "A first draft", body: "Some *Markdown*.", tags: ["Leadership"] },
  });
  if (draft.error) throw new Error(draft.error.detail);
  const { id, version }: { id: string; version: number } = draft.data;
  return `${id} at version ${version}`;
}

export async function sendANumber(): Promise<void> {
  // @ts-expect-error The types must refuse a value of another type.
  await client.POST("/api/v1/manage/posts", { body: { title: 7 } });
}
