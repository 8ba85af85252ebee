package dev.tidewright.serving;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tenancy.WorkloadTokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import org.springframework.stereotype.Component;

/**
 * Sends one request through the gateway, as any client would: a browser's own request to the gateway's port is forbidden
 * by our content policy, and would need a token in the page.
 */
@Component
class Playground {

    private static final int SHOWN = 64 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ServingSettings settings;
    private final WorkloadTokens tokens;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    Playground(ServingSettings settings, WorkloadTokens tokens) {
        this.settings = settings;
        this.tokens = tokens;
    }

    /**
     * What came back.
     *
     * @param status HTTP status; 0 when nothing came back
     * @param revision {@code X-Serving-Revision}; empty when the gateway answered itself
     */
    record Answer(int status, double seconds, String revision, String mediaType, String body) {
        public boolean good() {
            return status >= 200 && status < 300;
        }
    }

    Answer send(Name namespace, Name endpoint, String path, String body) {
        var tail = path.strip().replaceFirst("^/+", "");
        if (tail.length() > 500 || !tail.matches("[-A-Za-z0-9._~/:?&=%]*") || tail.contains("..")) {
            throw new Refusal.Invalid("invalid-path", "path", "give a path below the endpoint, like \"predict\"");
        }
        var request = HttpRequest.newBuilder(
                        URI.create(settings.gateway() + "/" + namespace + "/" + endpoint + "/" + tail))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + tokens.issue("revision", new UUID(0, 0), namespace))
                .header("Content-Type", "application/json");
        var asked = body.isBlank()
                ? request.GET().build()
                : request.POST(HttpRequest.BodyPublishers.ofString(body)).build();
        var begun = System.nanoTime();
        try {
            var answer = client.send(asked, HttpResponse.BodyHandlers.ofString());
            var text = answer.body();
            return new Answer(
                    answer.statusCode(),
                    since(begun),
                    answer.headers().firstValue("X-Serving-Revision").orElse(""),
                    answer.headers().firstValue("Content-Type").orElse(""),
                    text.length() > SHOWN ? text.substring(0, SHOWN) : text);
        } catch (IOException broken) {
            return new Answer(0, since(begun), "", "", "The gateway gave no answer: " + broken.getMessage());
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return new Answer(0, since(begun), "", "", "The server is stopping.");
        }
    }

    private static double since(long begun) {
        return (System.nanoTime() - begun) / 1e9;
    }
}
