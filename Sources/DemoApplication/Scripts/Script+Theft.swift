extension Script {
    /// A refresh token that is used twice. The browser's own cookies cannot be read by a script, so a second session
    /// is begun whose tokens come as JSON; it takes no cookies along and sets none.
    static let theft = """
        const theftCard = card("theft");
        const apart = { ...fresh, credentials: "omit", method: "POST" };
        const refresh = async (token) => {
          const body = new URLSearchParams({ refresh_token: token });
          const response = await fetch("/.sallyport/refresh", { ...apart, body });
          const answer = await response.json().catch(() => ({}));
          return { status: response.status, answer };
        };
        const use = (token) => whoami({ credentials: "omit", headers: { Authorization: "Bearer " + token } });
        const tail = (token) => token.slice(-6);

        find("form", theftCard.root).addEventListener("submit", run(theftCard, async () => {
          theftCard.clear();
          let isKept = true;
          const expect = (text, isAsPromised) => {
            isKept = isKept && isAsPromised;
            theftCard.step(text, isAsPromised ? "good" : "bad");
          };
          const form = new URLSearchParams(new FormData(find("form", theftCard.root)));
          const login = await fetch("/json-login", { ...apart, body: form });
          if (!login.ok) throw new Error("the second device could not sign in (" + login.status + ")");
          const stolen = (await login.json()).refresh_token;
          theftCard.step("A second device signs in; a thief copies its refresh token, which ends in " + tail(stolen), "good");
          const renewed = await refresh(stolen);
          expect("The device refreshes: " + renewed.status, renewed.status === 200);
          const owner = renewed.answer;
          const first = await use(owner.access_token);
          expect("The device uses its new access token: " + first.status, first.status === 200);
          const grace = Number(theftCard.root.dataset.grace);
          const why = "An answer may get lost on the way, so the gate forgives repeats for " + grace + " s: ";
          await until(now() + grace + 1, (left) => theftCard.say(why + left + " …"));
          theftCard.say("");
          const replay = await refresh(stolen);
          const code = replay.answer.code || "";
          expect("The thief presents the old token: " + replay.status + " " + code, replay.status === 401);
          const after = await use(owner.access_token);
          expect("The stolen session's access token: " + after.status, after.status === 401);
          const last = await refresh(owner.refresh_token);
          expect("The stolen session's refresh token: " + last.status, last.status === 401);
          const mine = await whoami();
          expect("Your own session here: " + mine.status, mine.status === 200);
          theftCard.say(isKept ? "The theft was noticed and the whole session ended. Yours is untouched."
            : "That was not what the gate promises.", isKept ? "good" : "bad");
        }));

        """
}
