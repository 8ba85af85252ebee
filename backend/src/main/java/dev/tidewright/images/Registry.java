package dev.tidewright.images;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks registries by the OCI distribution protocol, without credentials of its own. Follows no redirect, and takes tokens
 * only from hosts that may be asked themselves.
 */
final class Registry {

    private static final String ACCEPT = String.join(
            ", ",
            "application/vnd.oci.image.index.v1+json",
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.docker.distribution.manifest.list.v2+json",
            "application/vnd.docker.distribution.manifest.v2+json");
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final Pattern PARAMETER = Pattern.compile("(\\w+)=\"([^\"]*)\"");
    private static final int TOKEN_BYTES = 64 * 1024;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final ImageSettings settings;
    private final HttpClient http;

    Registry(ImageSettings settings) {
        this.settings = settings;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.timeout())
                .build();
    }

    /** Thrown where a registry does not tell; the message says how. */
    static final class Silent extends Exception {
        Silent(String message) {
            super(message);
        }
    }

    boolean isAllowed(ImageReference image) {
        return base(image.registry()).isPresent();
    }

    String digest(ImageReference image) throws Silent {
        var address = URI.create(
                base(image.registry()).orElseThrow() + "/v2/" + image.repository() + "/manifests/" + image.tag());
        var answer = head(address, null);
        if (answer.statusCode() == 401) {
            answer = head(address, token(answer, image));
        }
        if (answer.statusCode() != 200) {
            throw new Silent(image.registry() + " answers " + answer.statusCode());
        }
        return answer.headers()
                .firstValue("Docker-Content-Digest")
                .filter(digest -> DIGEST.matcher(digest).matches())
                .orElseThrow(() -> new Silent(image.registry() + " names no digest"));
    }

    /** Where a host is asked; empty when it may not be. The default registry and its tokens are at other names. */
    private Optional<String> base(String host) {
        var hosts = switch (host) {
            case "docker.io" -> List.of("docker.io");
            case "registry-1.docker.io", "auth.docker.io" -> List.of(host, "docker.io");
            default -> List.of(host);
        };
        var at = host.equals("docker.io") ? "registry-1.docker.io" : host;
        if (settings.registries().stream().anyMatch(hosts::contains)) {
            return Optional.of("https://" + at);
        }
        return settings.registries().contains("http://" + host) ? Optional.of("http://" + host) : Optional.empty();
    }

    private HttpResponse<InputStream> head(URI address, @Nullable String token) throws Silent {
        var request = HttpRequest.newBuilder(address)
                .timeout(settings.timeout())
                .header("Accept", ACCEPT)
                .method("HEAD", HttpRequest.BodyPublishers.noBody());
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return send(request.build());
    }

    /** What anybody gets who asks for it: the pull secrets of the cluster are not read. */
    private String token(HttpResponse<?> refused, ImageReference image) throws Silent {
        var challenge = refused.headers().firstValue("WWW-Authenticate").orElse("");
        var realm =
                parameter(challenge, "realm").orElseThrow(() -> new Silent(image.registry() + " wants credentials"));
        var host = realm.replaceFirst("^https?://", "").replaceFirst("/.*$", "");
        var base = base(host)
                .filter(realm::startsWith)
                .orElseThrow(() -> new Silent(image.registry() + " sends to " + host
                        + " for a token, which tidewright.images.registries does not name"));
        var path = realm.substring(base.length());
        var query = "?scope=" + encoded("repository:" + image.repository() + ":pull")
                + parameter(challenge, "service")
                        .map(service -> "&service=" + encoded(service))
                        .orElse("");
        try {
            var answer = send(HttpRequest.newBuilder(URI.create(base + path + query))
                    .timeout(settings.timeout())
                    .build());
            try (var body = answer.body()) {
                var given = JSON.readTree(body.readNBytes(TOKEN_BYTES));
                var token =
                        given.path("token").asString(given.path("access_token").asString(""));
                if (answer.statusCode() != 200 || token.isEmpty()) {
                    throw new Silent(host + " gives no token (" + answer.statusCode() + ")");
                }
                return token;
            }
        } catch (IOException | JacksonException | IllegalArgumentException malformed) {
            throw new Silent(host + " gives no token that can be read");
        }
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws Silent {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException away) {
            throw new Silent(request.uri().getHost() + " does not answer: " + away);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Silent("interrupted");
        }
    }

    private static Optional<String> parameter(String challenge, String name) {
        return PARAMETER
                .matcher(challenge)
                .results()
                .filter(found -> found.group(1).equals(name))
                .map(found -> found.group(2))
                .findFirst();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
