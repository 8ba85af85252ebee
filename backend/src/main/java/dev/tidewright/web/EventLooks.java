package dev.tidewright.web;

import dev.tidewright.history.HistoryEntry;
import dev.tidewright.kernel.Text;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Which picture, colour and address a history entry has; the templates call it as {@code @looks}. */
@Component("looks")
public class EventLooks {

    private static final Set<String> GOOD = Set.of("SUCCEEDED", "READY", "SERVING", "COMPLETED");
    private static final Set<String> BAD = Set.of("FAILED", "ABORTED", "LOST");
    private static final Set<String> BUSY = Set.of("RUNNING", "PROGRESSING", "ROLLING_OUT", "STARTING");

    /** The colour and shape of a state of a job, a version, an endpoint, a replica or a rollout. */
    public String of(@Nullable Object state) {
        return switch (String.valueOf(state).toUpperCase(Locale.ROOT)) {
            case "QUEUED", "PENDING", "WAITING" -> "queued";
            case "STARTING", "CREATING", "DEPLOYING" -> "starting";
            case "RUNNING", "PROGRESSING", "ROLLING_OUT", "ROLLING", "COPYING" -> "running";
            case "SUCCEEDED", "COMPLETED", "FINISHED" -> "succeeded";
            case "READY", "SERVING", "ACTIVE", "STABLE" -> "ready";
            case "DEGRADED", "UNREADY", "UNAVAILABLE", "CRASHED", "PAUSED" -> "degraded";
            case "FAILED", "ABORTED", "RETURNED", "ROLLED_BACK", "LOST" -> "failed";
            case "SCALED_TO_ZERO", "ZERO", "IDLE" -> "zero";
            default -> "cancelled";
        };
    }

    /** The picture inside a replica's dot. */
    public String mark(String st) {
        return switch (st) {
            case "ready", "succeeded" -> "check";
            case "failed", "degraded" -> "x";
            case "queued" -> "clock-hour-4";
            default -> "dots";
        };
    }

    /** The sum of some counts. */
    public long requests(List<Long> counts) {
        return counts.stream().mapToLong(Long::longValue).sum();
    }

    /** Where a part of a bar begins: the sum of the parts before it, in percent. */
    public int before(List<Integer> percents, int at) {
        return percents.subList(0, at).stream().mapToInt(Integer::intValue).sum();
    }

    public String curl(String url, String body) {
        return "curl " + url + "/predict \\\n  -H \"Authorization: Bearer $TIDEWRIGHT_TOKEN\" \\\n"
                + "  -H \"Content-Type: application/json\" \\\n  -d '" + body.replace("'", "'\\''") + "'";
    }

    public String python(String url, String body) {
        return "import json, os, requests\n\nbody = json.loads(r'''" + body + "''')\nanswer = requests.post(\n    \""
                + url
                + "/predict\",\n    headers={\"Authorization\": f\"Bearer {os.environ['TIDEWRIGHT_TOKEN']}\"},\n"
                + "    json=body,\n    timeout=10,\n)\nanswer.raise_for_status()\n"
                + "print(answer.headers[\"X-Serving-Revision\"], answer.json())";
    }

    /** The state whose colour it wears. */
    public String st(HistoryEntry entry) {
        var to = entry.to() == null ? "" : entry.to().toUpperCase(Locale.ROOT);
        if (GOOD.contains(to)) {
            return "succeeded";
        }
        if (BAD.contains(to) || entry.verb().contains("fail")) {
            return "failed";
        }
        if (to.equals("DEGRADED") || to.equals("UNAVAILABLE")) {
            return "degraded";
        }
        if (BUSY.contains(to)) {
            return "running";
        }
        return to.equals("QUEUED") ? "queued" : "cancelled";
    }

    public String icon(HistoryEntry entry) {
        return switch (st(entry)) {
            case "succeeded" -> "circle-check";
            case "failed" -> "circle-x";
            case "degraded" -> "alert-triangle";
            case "queued" -> "clock-hour-4";
            default ->
                switch (entry.kind()) {
                    case "job", "attempt" -> "rocket";
                    case "model", "model-version", "alias" -> "stack-2";
                    case "endpoint", "revision", "rollout" -> "route-2";
                    case "run", "logged-model" -> "chart-line";
                    case "token" -> "key";
                    case "user", "member" -> "user";
                    default -> "history";
                };
        };
    }

    /** The page of what it happened to; null where there is none. */
    public @Nullable String link(HistoryEntry entry) {
        if (entry.namespace() == null) {
            return null;
        }
        var at = "/ns/" + entry.namespace();
        var parts = entry.name().split("/", 2);
        return switch (entry.kind()) {
            case "job", "attempt" -> at + "/jobs/" + parts[0];
            case "model", "alias" -> at + "/models/" + Text.inPath(parts[0]);
            case "model-version" ->
                at + "/models/" + Text.inPath(parts[0]) + (parts.length > 1 ? "/versions/" + parts[1] : "");
            case "endpoint", "revision", "rollout", "autoscaling-policy" -> at + "/endpoints/" + parts[0];
            case "run" -> at + "/runs/" + entry.objectId();
            case "webhook" -> at + "/webhooks/" + entry.objectId();
            case "namespace", "member", "quota" -> at + "/settings";
            default -> null;
        };
    }
}
