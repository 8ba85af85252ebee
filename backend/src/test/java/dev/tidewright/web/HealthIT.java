package dev.tidewright.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

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
    }

    @Test
    void whatIsNotExposedIsNotThere() {
        for (var endpoint : new String[] {"env", "heapdump", "beans", "shutdown", "threaddump"}) {
            assertThat(TestApi.admin(port).get("/actuator/" + endpoint).status())
                    .isEqualTo(404);
        }
    }
}
