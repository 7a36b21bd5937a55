"use strict";
const form = document.getElementById("form");
const said = document.getElementById("said");
// Read anew each time: another link may be opened in the same tab.
const token = () => decodeURIComponent(location.hash.slice(1));

async function setPassword() {
  const password = document.getElementById("password").value;
  const invited = token().startsWith("cms_inv_");
  const path = invited ? "/accept-invitation" : "/reset-password";
  const body = { token: token(), [invited ? "password" : "new_password"]: password };
  const answer = await fetch(document.body.dataset.auth + path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error((await answer.json()).detail);
  form.hidden = true;
  history.replaceState(null, "", location.pathname);
  said.textContent = "Your password is set. You can log in with it now.";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  said.textContent = "";
  try {
    await setPassword();
  } catch (error) {
    said.textContent = error.message;
  }
});
if (!token()) said.textContent = "This address is not complete. Open the whole link.";
