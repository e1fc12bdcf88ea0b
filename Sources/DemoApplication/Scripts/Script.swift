/// The script of the home page: what the experiments share. Each experiment has a file of its own.
///
/// It writes text only (`textContent`), so nothing that an answer holds becomes part of the page.
enum Script {
    /// The whole file.
    static let text =
        "\"use strict\";\n(() => {\n" + core + session + expiry + forgery + theft + echo + ready + "})();\n"

    private static let core = """
        const find = (selector, root = document) => root.querySelector(selector);
        const now = () => Date.now() / 1000;
        const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
        const fresh = { cache: "no-store" };

        // A header of a /whoami answer, whatever the case of its name.
        const header = (answer, name) => {
          const found = Object.entries(answer.headers).find(([key]) => key.toLowerCase() === name);
          return found ? String(found[1]) : "";
        };

        const whoami = async (options = {}) => {
          const response = await fetch("/whoami", { ...fresh, ...options });
          const answer = response.ok ? await response.json() : null;
          return { status: response.status, answer };
        };

        // Waits until a point in time; nothing is sent meanwhile.
        const until = async (time, tell) => {
          for (let left = time - now(); left > 0; left = time - now()) {
            tell(Math.ceil(left));
            await pause(Math.min(250, left * 1000));
          }
        };

        // The parts of an experiment's card.
        const card = (id) => {
          const root = find("#" + id), steps = find(".steps", root), result = find(".result", root);
          return {
            root,
            clear() { if (steps) steps.replaceChildren(); this.say(""); },
            say(text, verdict = "") { result.textContent = text; result.className = "result " + verdict; },
            step(text, verdict = "") {
              const item = document.createElement("li");
              item.textContent = text;
              item.className = verdict;
              steps.append(item);
              return item;
            },
          };
        };

        // One experiment at a time: a request of another one could renew the token that this one lets expire.
        const buttons = document.querySelectorAll("[data-run]");
        const run = (place, body) => async (event) => {
          event.preventDefault();
          for (const button of buttons) button.disabled = true;
          try {
            await body();
          } catch (error) {
            place.say("The experiment stopped: " + error.message, "bad");
          } finally {
            for (const button of buttons) button.disabled = false;
          }
        };

        """

    /// The last step: everything is in place, and the experiments may begin.
    private static let ready = """
        for (const button of buttons) button.disabled = false;

        """
}
