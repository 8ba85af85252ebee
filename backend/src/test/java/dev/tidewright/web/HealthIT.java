package dev.tidewright.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import jakarta.servlet.FilterChain;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.transaction.CannotCreateTransactionException;

@IntegrationTest
class HealthIT {

    @LocalServerPort
    private int port;

    @Test
    void livenessSaysNothingOfTheDatabaseAndReadinessDoes() {
        var anybody = new TestApi(port, "");
        assertThat(anybody.get("/actuator/health/liveness")
                        .json()
                        .path("status")
                        .asString())
                .isEqualTo("UP");
        assertThat(anybody.get("/actuator/health/readiness")
                        .json()
                        .path("status")
                        .asString())
                .isEqualTo("UP");
    }

    @Test
    void metersAreForThoseWithAToken() {
        assertThat(new TestApi(port, "").get("/actuator/prometheus").status()).isEqualTo(401);
        assertThat(TestApi.admin(port).get("/actuator/prometheus").text())
                .contains("tidewright_work_due")
                .contains("tidewright_reconcile_seconds_count");
        var admin = TestApi.admin(port);
        // They tell the traffic of every team.
        var member = admin.member(admin.namespace(), "ADMIN").get("/actuator/prometheus");
        assertThat(member.status()).isEqualTo(403);
        var invoke = admin.post("/api/v1/tokens", "{\"name\":\"i\",\"scope\":\"INVOKE\"}")
                .json()
                .path("secret")
                .asString();
        assertThat(new TestApi(port, invoke).get("/actuator/prometheus").status())
                .isEqualTo(403);
        var read = admin.post("/api/v1/tokens", "{\"name\":\"r\",\"scope\":\"READ\"}")
                .json()
                .path("secret")
                .asString();
        assertThat(new TestApi(port, read).get("/actuator/prometheus").status()).isEqualTo(200);
    }

    @Test
    void whatIsNotExposedIsNotThere() {
        for (var endpoint : new String[] {"env", "heapdump", "beans", "shutdown", "threaddump"}) {
            assertThat(TestApi.admin(port).get("/actuator/" + endpoint).status())
                    .isEqualTo(404);
        }
    }

    @Test
    void aFaultOfTheSessionsDatabaseIsAnsweredAsSuch(@Autowired DatabaseAwayFilter filter) throws Exception {
        FilterChain sessions = (request, response) -> {
            throw new CannotCreateTransactionException("away");
        };
        for (var address : new String[] {"/api/v1/whoami", "/ns/demo"}) {
            var response = new MockHttpServletResponse();
            filter.doFilter(new MockHttpServletRequest("GET", address), response, sessions);
            assertThat(response.getStatus()).isEqualTo(503);
            assertThat(response.getHeader("Retry-After")).isEqualTo("2");
            assertThat(response.getContentAsString())
                    .contains(address.startsWith("/api/") ? "database-unavailable" : "<h1>The database is away");
        }
        FilterChain cutOff = (request, response) -> {
            throw new IllegalStateException("rollback", new java.sql.SQLException("closed", "08003"));
        };
        var lost = new MockHttpServletResponse();
        filter.doFilter(new MockHttpServletRequest("GET", "/ns/demo"), lost, cutOff);
        assertThat(lost.getStatus()).isEqualTo(503);
        FilterChain faulty = (request, response) -> {
            throw new IllegalStateException("our own fault");
        };
        var response = new MockHttpServletResponse();
        assertThatThrownBy(() -> filter.doFilter(new MockHttpServletRequest("GET", "/"), response, faulty))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void filesOfPagesAskForNoSession(@Autowired PageFiles filter) throws Exception {
        for (var address : new String[] {"/css/app.css", "/vendor/htmx/htmx.js", "/ns/demo", "/cssx"}) {
            var request = new MockHttpServletRequest("GET", address);
            request.setCookies(new jakarta.servlet.http.Cookie("TIDEWRIGHT_SESSION_0", "x"));
            FilterChain sessions =
                    (seen, response) -> assertThat(((jakarta.servlet.http.HttpServletRequest) seen).getCookies())
                            .hasSize(address.startsWith("/css/") || address.startsWith("/vendor/") ? 0 : 1);
            filter.doFilter(request, new MockHttpServletResponse(), sessions);
        }
    }
}
