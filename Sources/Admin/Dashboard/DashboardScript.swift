/// The dashboard's program: it reads `/metrics` every two seconds, and shows the differences.
enum DashboardScript {
    static let text = #"""
        "use strict";
        const find = (id) => document.getElementById(id);
        const every = 2000, kept = 90;
        const history = { rate: [], latency: [], refused: [], connections: [] };
        let before = null;

        // The text of Prometheus' format as a map from a name with its labels to a number.
        const parse = (text) => {
          const values = new Map();
          for (const line of text.split("\n")) {
            if (!line || line[0] === "#") continue;
            const cut = line.lastIndexOf(" ");
            values.set(line.slice(0, cut), Number(line.slice(cut + 1)));
          }
          return values;
        };
        const labelled = (values, name) => {
          const start = "sallyport_" + name + "{", found = [];
          for (const [key, value] of values) if (key.startsWith(start)) found.push([key.slice(key.indexOf('"') + 1, -2), value]);
          return found;
        };
        const single = (values, name) => values.get("sallyport_" + name) ?? 0;
        const number = (value) => value >= 100 ? Math.round(value).toLocaleString("en") : String(Math.round(value * 10) / 10);
        const time = (seconds) => seconds === null ? "–" : seconds < 0.001 ? Math.round(seconds * 1e6) + " µs"
          : seconds < 1 ? number(seconds * 1000) + " ms" : number(seconds) + " s";
        const bytes = (value) => value < 1 << 20 ? number(value / 1024) + " KiB" : number(value / (1 << 20)) + " MiB";

        // A phase's numbers up to each bound, less those of an earlier look.
        const buckets = (values, earlier, phase) => {
          const start = 'sallyport_duration_seconds_bucket{phase="' + phase + '",le="', found = [];
          for (const [key, value] of values) {
            if (key.startsWith(start)) found.push([Number(key.slice(start.length, -2).replace("+Inf", "Infinity")), value - (earlier?.get(key) ?? 0)]);
          }
          return found;
        };
        const quantile = (found, share) => {
          const total = found.length ? found[found.length - 1][1] : 0;
          if (!total) return null;
          let low = 0, count = 0;
          for (const [bound, upTo] of found) {
            if (upTo >= total * share) return bound === Infinity ? low : low + (bound - low) * (total * share - count) / (upTo - count);
            low = bound;
            count = upTo;
          }
          return low;
        };

        const spark = (name, value) => {
          const points = history[name];
          points.push(value ?? 0);
          if (points.length > kept) points.shift();
          const most = Math.max(...points, 1e-9);
          const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
          path.setAttribute("d", points.map((point, index) => (index ? "L" : "M") + index + " " + (29 - 28 * point / most)).join(""));
          const svg = find("spark-" + name);
          svg.setAttribute("viewBox", "0 0 " + (kept - 1) + " 30");
          svg.setAttribute("preserveAspectRatio", "none");
          svg.replaceChildren(path);
        };
        const line = (name, value, className) => {
          const row = document.createElement("p"), label = document.createElement("span"), figure = document.createElement("b");
          label.textContent = name.replaceAll("_", " ");
          figure.textContent = value;
          row.append(label, figure);
          if (className) row.className = className;
          return row;
        };
        const nothing = (text) => { const row = document.createElement("p"); row.textContent = text; return row; };

        const show = (values, seconds, earlier) => {
          const rate = (name, only = () => true) => {
            let sum = 0;
            for (const [label, value] of labelled(values, name)) {
              if (only(label)) sum += value - (earlier?.get("sallyport_" + name + '{' + (name === "verdicts_total" ? "code" : "status") + '="' + label + '"}') ?? value);
            }
            return sum / seconds;
          };
          const good = ["ok", "anonymous", "not_required"];
          const requests = rate("requests_total"), refused = rate("verdicts_total", (code) => !good.includes(code));
          const recent = buckets(values, earlier, "request");
          const middle = quantile(recent, 0.5), late = quantile(recent, 0.99);
          find("rate").textContent = number(requests);
          find("latency").textContent = time(middle) + ", " + time(late);
          find("refused").textContent = number(refused);
          find("connections").textContent = number(single(values, "connections_open")) + " + " + number(single(values, "tunnels_open")) + " tunnels";
          spark("rate", requests); spark("latency", late); spark("refused", refused); spark("connections", single(values, "connections_open"));

          const verdicts = labelled(values, "verdicts_total").filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
          const most = verdicts.length ? verdicts[0][1] : 1;
          find("verdicts").replaceChildren(...verdicts.map(([code, count]) => {
            const row = line(code, number(count)), bar = document.createElement("i");
            bar.style.width = 100 * count / most + "%";
            row.prepend(bar);
            return row;
          }));
          if (!verdicts.length) find("verdicts").replaceChildren(nothing("No request yet."));

          const phases = ["request", "authentication", "store", "upstream_connect", "upstream_first_byte", "loop_lag"];
          find("phases").replaceChildren(...phases.map((phase) => {
            const all = buckets(values, null, phase), row = document.createElement("tr");
            const cells = [phase.replaceAll("_", " "), time(quantile(all, 0.5)), time(quantile(all, 0.9)), time(quantile(all, 0.99)),
              number(all.length ? all[all.length - 1][1] : 0)];
            row.append(...cells.map((text) => { const cell = document.createElement("td"); cell.textContent = text; return cell; }));
            return row;
          }));
          find("sessions").replaceChildren(...labelled(values, "audit_events_total").map(([event, count]) => line(event, number(count))));
          find("parts").replaceChildren(
            line("store answers", single(values, "store_up") ? "yes" : "no", single(values, "store_up") ? "" : "bad"),
            line("loops without the store", number(single(values, "store_circuits_open")), single(values, "store_circuits_open") ? "bad" : ""),
            line("verified tokens kept", number(single(values, "verified_tokens"))),
            line("upstream connections", number(single(values, "upstream_connections_open"))),
            line("of them idle", number(single(values, "upstream_connections_idle"))),
            line("requests waiting", number(single(values, "requests_waiting"))),
            line("memory", bytes(values.get("process_resident_memory_bytes") ?? 0)),
            line("open descriptors", number(values.get("process_open_fds") ?? 0)));
          const troubles = [];
          for (const family of ["limits_hit_total", "upstream_errors_total", "store_errors_total", "messages_refused_total", "proxy_headers_refused_total"]) {
            for (const [label, count] of labelled(values, family)) if (count) troubles.push(line(family.replace(/_total$/, "") + ": " + label, number(count), "bad"));
          }
          for (const name of ["access_lines_dropped_total", "audit_lines_diverted_total", "audit_lines_lost_total", "diagnostic_lines_dropped_total", "log_write_faults_total"]) {
            if (single(values, name)) troubles.push(line(name.replace(/_total$/, ""), number(single(values, name)), "bad"));
          }
          find("troubles").replaceChildren(...troubles);
          if (!troubles.length) find("troubles").replaceChildren(nothing("Nothing."));
        };

        const state = (text, className) => { find("state").textContent = text; find("state").className = className; };
        const look = async () => {
          try {
            const answer = await fetch("/metrics", { cache: "no-store" });
            if (!answer.ok) throw new Error("status " + answer.status);
            const now = performance.now(), values = parse(await answer.text());
            show(values, before ? (now - before.at) / 1000 : 1, before?.values);
            before = { at: now, values };
            if (single(values, "draining")) state("draining", "bad");
            else if (!single(values, "store_up")) state("store unreachable", "bad");
            else state("serving", "good");
          } catch (error) {
            state("no answer", "bad");
          }
          setTimeout(look, every);
        };
        look();

        """#
}
