package dev.tidewright;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of the REST API as another service would write one. */
public final class TestApi {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String base;
    private final String token;

    public TestApi(int port, String token) {
        this.base = "http://127.0.0.1:" + port;
        this.token = token;
    }

    /** The first admin. */
    public static TestApi admin(int port) {
        return new TestApi(port, TestInstallation.ADMIN_TOKEN);
    }

    /** An answer; {@code json} is missing where the body is no JSON. */
    public record Answer(int status, HttpResponse<byte[]> raw) {

        public JsonNode json() {
            return raw.body().length == 0 ? JSON.missingNode() : JSON.readTree(raw.body());
        }

        public String text() {
            return new String(raw.body(), java.nio.charset.StandardCharsets.UTF_8);
        }

        public String code() {
            return json().path("code").asString("");
        }

        public String etag() {
            return raw.headers().firstValue("ETag").orElse("");
        }

        @Override
        public String toString() {
            return status + " " + text();
        }
    }

    public Answer get(String path, String... headers) {
        return send("GET", path, BodyPublishers.noBody(), headers);
    }

    public Answer delete(String path, String... headers) {
        return send("DELETE", path, BodyPublishers.noBody(), headers);
    }

    /** As clients do that say in a body what to delete. */
    public Answer deleteThat(String path, String json, String... headers) {
        return withJson("DELETE", path, json, headers);
    }

    public Answer post(String path, String json, String... headers) {
        return withJson("POST", path, json, headers);
    }

    public Answer put(String path, String json, String... headers) {
        return withJson("PUT", path, json, headers);
    }

    /** A file, as it is. */
    public Answer put(String path, byte[] content, String... headers) {
        return send("PUT", path, BodyPublishers.ofByteArray(content), headers);
    }

    public Answer patch(String path, String json, String... headers) {
        return withJson("PATCH", path, json, headers);
    }

    /** Uploads a file and answers its id. */
    public String upload(String namespace, String fileName, byte[] content) {
        var answer = send(
                "POST",
                "/api/v1/namespaces/" + namespace + "/uploads?fileName=" + fileName,
                BodyPublishers.ofByteArray(content),
                "Content-Type",
                "application/octet-stream");
        if (answer.status() != 201) {
            throw new AssertionError("upload of " + fileName + " answered " + answer);
        }
        return answer.json().path("id").asString();
    }

    /** A new namespace with the default limits and a name that nobody else uses. */
    public String namespace() {
        return namespace("{}");
    }

    /** A new namespace with these limits. */
    public String namespace(String limits) {
        var name = "t" + ProcessHandle.current().pid() % 10_000 + "-" + COUNT.incrementAndGet();
        var answer = post("/api/v1/namespaces", "{\"name\":\"" + name + "\",\"limits\":" + limits + "}");
        if (answer.status() != 201) {
            throw new AssertionError("namespace answered " + answer);
        }
        return name;
    }

    /** A new user who is a member of {@code namespace} with {@code role}, as a client with a token of full scope. */
    public TestApi member(String namespace, String role) {
        var name = "user-" + COUNT.incrementAndGet();
        var password = "a password for " + name;
        require(201, post("/api/v1/users", "{\"name\":\"" + name + "\",\"password\":\"" + password + "\"}"));
        require(200, put("/api/v1/namespaces/" + namespace + "/members/" + name, "{\"role\":\"" + role + "\"}"));
        return new TestApi(port(), tokenFor(name));
    }

    private String tokenFor(String user) {
        var answer = post("/api/v1/users/" + user + "/tokens", "{\"name\":\"test\",\"scope\":\"ADMIN\"}");
        require(201, answer);
        return answer.json().path("secret").asString();
    }

    public int port() {
        return URI.create(base).getPort();
    }

    public String token() {
        return token;
    }

    private static void require(int status, Answer answer) {
        if (answer.status() != status) {
            throw new AssertionError("expected " + status + ", got " + answer);
        }
    }

    private Answer withJson(String method, String path, String json, String... headers) {
        var more = new String[headers.length + 2];
        more[0] = "Content-Type";
        more[1] = "application/json";
        System.arraycopy(headers, 0, more, 2, headers.length);
        return send(method, path, BodyPublishers.ofString(json), more);
    }

    private Answer send(String method, String path, HttpRequest.BodyPublisher body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(Duration.ofSeconds(60))
                .method(method, body);
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        for (var at = 0; at < headers.length; at += 2) {
            request.setHeader(headers[at], headers[at + 1]);
        }
        try {
            var response = HTTP.send(request.build(), BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), response);
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
