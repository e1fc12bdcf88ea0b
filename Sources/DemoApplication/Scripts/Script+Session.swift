extension Script {
    /// The facts of the session card, and the access token's life as a bar.
    static let session = """
        const facts = { expires: 0, life: 1 };
        const readSession = async () => {
          const response = await fetch("/.sallyport/session", fresh);
          if (!response.ok) throw new Error("the session is over (" + response.status + ")");
          const answer = await response.json();
          facts.expires = answer.access_expires_at;
          facts.life = Math.max(facts.life, facts.expires - now());
          const refreshEnds = answer.refresh_expires_at;
          find("#refresh-left").textContent = refreshEnds ? "until " + new Date(refreshEnds * 1000).toLocaleString() : "none";
          return answer;
        };
        const showGeneration = (answer) => {
          const generation = header(answer, "x-token-generation");
          if (generation) find("#generation").textContent = generation;
        };
        const tick = () => {
          if (!facts.expires) return;
          const left = facts.expires - now();
          find("#access-life").value = Math.max(0, left / facts.life);
          find("#access-left").textContent =
            left > 0 ? "expires in " + Math.ceil(left) + " s" : "expired; your next request renews it";
        };
        setInterval(tick, 500);
        readSession().then(tick).catch((error) => { find("#access-left").textContent = error.message; });

        """
}
