extension Script {
    /// Fifty requests at once, with a token that has expired or a good one. How many rotations there were is told by
    /// the generation that the application received with each request.
    static let expiry = """
        const expiryCard = card("expiry");
        const dots = find(".dots", expiryCard.root);
        const send = async (before) => {
          dots.replaceChildren();
          const generations = new Set(), tokens = new Set(), statuses = new Map();
          const began = performance.now();
          const one = async () => {
            const dot = document.createElement("li");
            dots.append(dot);
            let status = 0;
            try {
              const result = await whoami();
              status = result.status;
              if (result.answer) {
                generations.add(Number(header(result.answer, "x-token-generation")));
                tokens.add(header(result.answer, "x-token-id"));
                showGeneration(result.answer);
              }
            } catch { /* no answer: the dot stays at status 0 */ }
            statuses.set(status, (statuses.get(status) || 0) + 1);
            dot.textContent = status;
            dot.className = status === 200 ? "good" : "bad";
          };
          await Promise.all(Array.from({ length: 50 }, one));
          const took = Math.round(performance.now() - began);
          const rotations = Math.max(...generations) - before;
          const counts = [...statuses].map(([status, count]) => count + " × " + status).join(", ");
          const ending = rotations === 0 ? "no rotation was due, the token was still good"
            : (rotations === 1 ? "1 rotation" : rotations + " rotations") + ", " +
              (tokens.size === 1 ? "and all were served with the same new token" : tokens.size + " tokens were in use");
          expiryCard.say(counts + " in " + took + " ms; " + ending + ".", statuses.get(200) === 50 ? "good" : "bad");
          readSession().then(tick, () => {});
        };
        const start = async (waits) => {
          expiryCard.clear();
          dots.replaceChildren();
          const first = await whoami();
          if (!first.answer) throw new Error("you are signed out (" + first.status + ")");
          showGeneration(first.answer);
          const session = await readSession();
          if (waits) {
            await until(session.access_expires_at + 1, (left) =>
              expiryCard.say("The access token expires. Nothing is sent for another " + left + " s …"));
            tick();
          }
          await send(Number(header(first.answer, "x-token-generation")));
        };
        find("[data-run=wait]").addEventListener("click", run(expiryCard, () => start(true)));
        find("[data-run=now]").addEventListener("click", run(expiryCard, () => start(false)));

        """
}
