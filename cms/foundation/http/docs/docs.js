// The docs page: starts Swagger UI; logs in, renews and logs out. Tokens stay in this module.

const SCHEME = "bearerAuth";
const RENEW_BEFORE_SECONDS = 30;
const RETRY_SECONDS = 10;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const { openapiUrl, authUrl } = document.body.dataset;
const element = (id) => document.getElementById(id);

/** The current login, or null: { accessToken, refreshToken, endsAt, lifetime, timer }. */
let session = null;

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const followColorScheme = () =>
  document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", followColorScheme);
followColorScheme();

/** Swagger UI takes an example of lines of JSON for one JSON text, and shows it as a string. */
const linesOfJson = {
  afterLoad({ fn }) {
    const sample = fn.getSampleSchema;
    this.fn.getSampleSchema = (schema, mediaType, options, example) =>
      typeof example === "string" && String(mediaType).endsWith("ndjson")
        ? example
        : sample(schema, mediaType, options, example);
  },
};

const ui = window.SwaggerUIBundle({
  url: openapiUrl,
  dom_id: "#swagger-ui",
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
  // Before the document is loaded Swagger UI does not know the scheme and ignores a token.
  onComplete: authorize,
  plugins: [linesOfJson],
});

function authorize() {
  if (session) ui.preauthorizeApiKey(SCHEME, session.accessToken);
}

async function post(path, { token, body } = {}) {
  const headers = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  const response = await fetch(authUrl + path, {
    method: "POST",
    headers,
    body: body && JSON.stringify(body),
    cache: "no-store",
    credentials: "omit",
  }).catch(() => {
    throw new Failure("The server cannot be reached.");
  });
  const answer = await response.json().catch(() => null);
  if (!response.ok) {
    throw new Failure(answer?.detail ?? `The server answered ${response.status}.`, response.status);
  }
  return answer;
}

class Failure extends Error {
  constructor(message, status = null) {
    super(message);
    this.status = status;
  }
}

function begin(tokens, who) {
  clearTimeout(session?.timer);
  const lifetime = tokens.expires_in;
  session = {
    who,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    endsAt: Date.now() + lifetime * 1000,
    timer: null,
  };
  renewIn(lifetime - Math.min(RENEW_BEFORE_SECONDS, lifetime / 2));
  authorize();
  show();
}

function end(reason = "") {
  clearTimeout(session?.timer);
  session = null;
  ui.authActions.logout([SCHEME]);
  show();
  notify(reason);
}

function renewIn(seconds) {
  session.timer = setTimeout(renew, Math.min(seconds * 1000, LONGEST_TIMER_MS));
}

async function renew() {
  const renewed = session;
  try {
    const tokens = await post("/refresh", { token: renewed.refreshToken });
    if (session === renewed) begin(tokens, renewed.who);
  } catch (failure) {
    if (session !== renewed) return;
    const refused = failure.status !== null && failure.status < 500 && failure.status !== 429;
    if (refused || Date.now() > session.endsAt) end(`The session has ended. ${failure.message}`);
    else renewIn(RETRY_SECONDS);
  }
}

function show() {
  element("login").hidden = session !== null;
  element("session").hidden = session === null;
  if (!session) return;
  const until = new Date(session.endsAt);
  element("session-who").textContent = session.who;
  element("session-until").dateTime = until.toISOString();
  element("session-until").textContent = until.toLocaleTimeString([], {
    hour: "2-digit",
    minute: "2-digit",
  });
}

function notify(text) {
  element("notice").textContent = text;
}

element("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const email = element("login-email");
  const password = element("login-password");
  const button = event.submitter ?? element("login").querySelector("button");
  notify("");
  button.disabled = true;
  try {
    const body = { email: email.value, password: password.value };
    begin(await post("/login", { body }), email.value);
    password.value = "";
    element("logout").focus();
  } catch (failure) {
    notify(failure.message);
    password.select();
  } finally {
    button.disabled = false;
  }
});

element("logout").addEventListener("click", async () => {
  const token = session.accessToken;
  end();
  element("login-email").focus();
  try {
    await post("/logout", { token });
  } catch (failure) {
    // 401: the session was already over, which is what was wanted.
    if (failure.status !== 401) {
      notify(`The token is forgotten here, but not ended on the server. ${failure.message}`);
    }
  }
});

show();
