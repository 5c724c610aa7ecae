// Hands the review in and shows the next call in the same document, its sound already here.
export function bindSubmit(page, mount) {
  const { form, data, signal, words } = page;
  const button = form.querySelector("button[type=submit]");
  let isSending = false;

  async function send() {
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(form.action, { method: "POST", body });
      const next = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.status === 401 || answer.status === 403 || next.querySelector("input[type=password]")) fail(words.expired, true);
      else if (!answer.ok) fail(next.querySelector("main")?.innerText.trim() || words.refused);
      else goOn(answer.url, next);
    } catch {
      fail(words.offline);
    }
  }
  function fail(text, offersLogin = false) {
    isSending = false;
    button.disabled = false;
    page.draft.save();
    page.status(text, true);
    if (!offersLogin) return;
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = words.login;
    document.getElementById("status").append(" ", link);
  }
  function goOn(address, next) {
    page.draft.forget();
    if (!next.getElementById("review")) { location.assign(address); return; }
    history.pushState({}, "", address);
    document.title = next.title;
    document.body.className = next.body.className;
    document.body.replaceChildren(...[...next.body.childNodes].filter((node) => node.nodeName !== "SCRIPT"));
    scrollTo(0, 0);
    const isWarm = page.next.address && new URL(page.next.address, location).pathname === new URL(address, location).pathname;
    mount(isWarm ? page.next : {});
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isSending || !page.canScore) return;
    isSending = true;
    button.disabled = true;
    form.elements.spent_ms.value = String(page.spent.ms());
    page.draft.save(); // with the form's number: a reload sends the same review again
    page.status(words.sending);
    send();
  }, { signal });
  const { pathname } = location;
  addEventListener("popstate", () => { if (location.pathname !== pathname) location.reload(); }, { signal }); // a jump within the page is none
}
