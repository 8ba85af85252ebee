package dev.tidewright.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import dev.tidewright.kernel.Open;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.util.UriComponents;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Calls every route that the application has, found in its own table, without and with wrong credentials. A route that is
 * added tomorrow is tested tomorrow.
 */
@IntegrationTest
class RoutesIT {

    /** Anybody may read these: the description of the API holds nothing of anybody. */
    private static final Set<String> PUBLIC = Set.of("/error", "/sign-in", "/health", "/version");

    private static final String NOBODYS_ID = UUID.randomUUID().toString();

    @LocalServerPort
    private int port;

    @Autowired
    @Qualifier("requestMappingHandlerMapping")
    private RequestMappingHandlerMapping mappings;

    private final HttpClient http = HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    /** One method of one pattern. */
    private record Route(RequestMethod method, String pattern, HandlerMethod handler) {

        boolean api() {
            return Stream.of("/api/", "/ajax-api/", "/graphql", "/get-artifact").anyMatch(pattern::startsWith);
        }

        boolean open() {
            return handler.hasMethodAnnotation(Open.class)
                    || handler.getBeanType().isAnnotationPresent(Open.class)
                    || !handler.getBeanType().getPackageName().startsWith("dev.tidewright");
        }

        /** The pattern with something in the place of each variable. */
        String path(String namespace) {
            return UriComponentsBuilder.fromPath(pattern.replace("/**", "/x"))
                    .build()
                    .expand(new UriComponents.UriTemplateVariables() {
                        @Override
                        public Object getValue(@Nullable String name) {
                            var variable = String.valueOf(name);
                            return variable.equals("ns")
                                    ? namespace
                                    : variable.toLowerCase(Locale.ROOT).endsWith("id") ? NOBODYS_ID : "1";
                        }
                    })
                    .toUriString();
        }
    }

    @Test
    void withoutCredentialsNoRouteAnswers() {
        var checked = 0;
        for (var route : routes()) {
            if (PUBLIC.contains(route.pattern()) || route.pattern().startsWith("/api/v1/openapi")) {
                continue;
            }
            var answer = call(route, "t-nobody", "");
            if (route.api()) {
                assertThat(answer.statusCode()).as("%s", route).isEqualTo(401);
                assertThat(answer.body()).as("%s", route).containsAnyOf("not-signed-in", "UNAUTHENTICATED");
            } else if (route.method() == RequestMethod.GET) {
                assertThat(answer.statusCode()).as("%s", route).isEqualTo(302);
                assertThat(answer.headers().firstValue("Location"))
                        .hasValueSatisfying(
                                where -> assertThat(where).as("%s", route).endsWith("/sign-in"));
            } else {
                assertThat(answer.statusCode()).as("%s", route).isIn(302, 401, 403);
            }
            checked++;
        }
        assertThat(checked).isGreaterThan(20);
    }

    @Test
    void withAnUnknownTokenNoRouteOfTheApiAnswers() {
        for (var route : apiRoutes().toList()) {
            var answer = call(route, "t-nobody", "nothing");
            assertThat(answer.statusCode()).as("%s", route).isEqualTo(401);
        }
    }

    @Test
    void anotherTeamGetsNotFoundWhereverANamespaceIsNamed() {
        var admin = TestApi.admin(port);
        var theirs = admin.namespace();
        var stranger = admin.member(admin.namespace(), "ADMIN");
        for (var route : apiRoutes().filter(r -> r.pattern().contains("{ns}")).toList()) {
            var hidden = call(route, theirs, stranger.token());
            var missing = call(route, "t-no-such", stranger.token());
            assertThat(hidden.statusCode()).as("%s %s", route, hidden.body()).isBetween(400, 422);
            assertThat(hidden.statusCode()).as("%s", route).isEqualTo(missing.statusCode());
            assertThat(hidden.body().replace(theirs, "X"))
                    .as("%s", route)
                    .isEqualTo(missing.body().replace("t-no-such", "X"));
        }
    }

    @Test
    void aViewerChangesNothing() {
        var admin = TestApi.admin(port);
        var namespace = admin.namespace();
        var viewer = admin.member(namespace, "VIEWER");
        var changing = apiRoutes()
                .filter(route -> route.method() != RequestMethod.GET && route.method() != RequestMethod.HEAD)
                .filter(route -> route.pattern().contains("{ns}"))
                .toList();
        for (var route : changing) {
            var answer = call(route, namespace, viewer.token());
            // An empty body may be refused before the role is looked at; nothing may succeed.
            assertThat(answer.statusCode()).as("%s %s", route, answer.body()).isBetween(400, 428);
        }
    }

    @Test
    void aPersonsTokenIsNoWorkloads() {
        for (var route :
                apiRoutes().filter(r -> r.pattern().contains("/runtime/")).toList()) {
            var answer = call(route, "t-x", TestApi.admin(port).token());
            assertThat(answer.statusCode()).as("%s %s", route, answer.body()).isBetween(400, 422);
        }
    }

    private Stream<Route> apiRoutes() {
        return routes().stream().filter(Route::api).filter(route -> !route.open());
    }

    private List<Route> routes() {
        return mappings.getHandlerMethods().entrySet().stream()
                .flatMap(entry -> entry.getKey().getPatternValues().stream()
                        .flatMap(pattern -> methods(
                                        entry.getKey().getMethodsCondition().getMethods())
                                .map(method -> new Route(method, pattern, entry.getValue()))))
                .toList();
    }

    private static Stream<RequestMethod> methods(Set<RequestMethod> declared) {
        return declared.isEmpty() ? Stream.of(RequestMethod.GET) : declared.stream();
    }

    private HttpResponse<String> call(Route route, String namespace, String token) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + route.path(namespace)))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .method(
                        route.method().name(),
                        route.method() == RequestMethod.GET ? BodyPublishers.noBody() : BodyPublishers.ofString("{}"));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new AssertionError(route.toString(), failed);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
