extension Script {
    /// A request with identity headers of the client's own making, and what arrived instead.
    static let forgery = """
        const forgeryCard = card("forgery");
        find("[data-run=forge]").addEventListener("click", run(forgeryCard, async () => {
          forgeryCard.clear();
          const forged = { "X-User-Id": "mallory", "x-user-roles": "root", "X-SESSION-ID": "0" };
          const { status, answer } = await whoami({ headers: forged });
          if (!answer) throw new Error("status " + status);
          let isFooled = false;
          for (const [name, value] of Object.entries(forged)) {
            const arrived = header(answer, name.toLowerCase());
            const isForged = arrived.includes(value) && value !== "0" || arrived === value;
            isFooled = isFooled || isForged;
            forgeryCard.step("sent " + name + ": " + value + " — arrived: " + arrived, isForged ? "bad" : "good");
          }
          forgeryCard.say(isFooled ? "The application was fooled." : "The application saw only what the gate says.",
            isFooled ? "bad" : "good");
        }));

        """
}
