extension Script {
    /// A WebSocket whose token travels in the subprotocol; it is opened with the first message and kept.
    static let echo = """
        const echoCard = card("echo");
        let socket = null;
        const open = async () => {
          const response = await fetch("/.sallyport/websocket-token", { ...fresh, method: "POST" });
          if (!response.ok) throw new Error("no WebSocket token (" + response.status + ")");
          const { token } = await response.json();
          const opened = new WebSocket(location.origin.replace(/^http/, "ws") + "/echo", ["echo", "bearer." + token]);
          await new Promise((done, fail) => {
            opened.onopen = done;
            opened.onerror = () => fail(new Error("the WebSocket was refused"));
          });
          opened.onmessage = (event) => {
            echoCard.step("came back: " + event.data, "good");
            const chosen = opened.protocol || "none";
            echoCard.say("The socket is open; the application chose the subprotocol " + chosen + ".", "good");
          };
          opened.onclose = (event) => {
            echoCard.say("closed: " + event.code + (event.reason ? " " + event.reason : ""));
            socket = null;
          };
          return opened;
        };
        find("form", echoCard.root).addEventListener("submit", run(echoCard, async () => {
          socket = socket || await open();
          const text = find("input", echoCard.root).value;
          echoCard.step("sent: " + text);
          socket.send(text);
        }));

        """
}
