package dev.tidewright.tenancy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Accounts, their tokens and the limits of namespaces, over REST. */
@IntegrationTest
class AccountsIT {

    @LocalServerPort
    private int port;

    private TestApi admin = new TestApi(0, "");

    @BeforeEach
    void client() {
        admin = TestApi.admin(port);
    }

    @Test
    void theLastAdminOfThePlatformStays() {
        var last = admin.post("/api/v1/users/admin/disable", "");
        assertThat(last.status()).as(last.toString()).isEqualTo(409);
        assertThat(last.code()).isEqualTo("last-admin");
        admin.post(
                "/api/v1/users",
                "{\"name\":\"second\",\"password\":\"a second admin's password\",\"platformAdmin\":true}");
        assertThat(admin.post("/api/v1/users/second/disable", "").status()).isEqualTo(200);
        assertThat(admin.post("/api/v1/users/admin/disable", "").status()).isEqualTo(409);
    }

    @Test
    void anAccountIsNoBusinessOfANarrowerToken() {
        var namespace = admin.namespace();
        var member = admin.member(namespace, "ADMIN");
        for (var narrow : new String[] {
            "{\"name\":\"n\",\"scope\":\"INVOKE\"}",
            "{\"name\":\"n\",\"scope\":\"DEPLOY\"}",
            "{\"name\":\"n\",\"scope\":\"ADMIN\",\"namespace\":\"" + namespace + "\"}"
        }) {
            var made = member.post("/api/v1/tokens", narrow);
            var token = new TestApi(port, made.json().path("secret").asString());
            assertThat(token.get("/api/v1/tokens").status()).as(narrow).isEqualTo(403);
            assertThat(token.post("/api/v1/tokens", narrow).status())
                    .as("it would outlive the one that it was made with")
                    .isEqualTo(403);
            assertThat(token.get("/api/v1/namespaces").text().contains(namespace))
                    .isEqualTo(!narrow.contains("INVOKE"));
            assertThat(token.delete("/api/v1/tokens/"
                                    + made.json().at("/token/id").asString())
                            .status())
                    .isEqualTo(403);
            var changed = token.post(
                    "/api/v1/password", "{\"current\":\"whatever it is\",\"replacement\":\"a new password\"}");
            assertThat(changed.status()).isEqualTo(403);
        }
    }

    @Test
    void wrongPasswordsAreCountedHereToo() {
        var member = admin.member(admin.namespace(), "VIEWER");
        var guess = "{\"current\":\"a wrong guess\",\"replacement\":\"a password of mine\"}";
        for (var time = 0; time < 10; time++) {
            assertThat(member.post("/api/v1/password", guess).code()).isEqualTo("wrong-password");
        }
        assertThat(member.post("/api/v1/password", guess).status()).isEqualTo(429);
    }

    @Test
    void aTokenForANamespaceThatOneDoesNotSeeIsNotMade() {
        var member = admin.member(admin.namespace(), "ADMIN");
        for (var unseen : new String[] {admin.namespace(), "no-such-namespace"}) {
            var answer = member.post(
                    "/api/v1/tokens", "{\"name\":\"n\",\"scope\":\"READ\",\"namespace\":\"" + unseen + "\"}");
            assertThat(answer.status()).as(answer.toString()).isEqualTo(404);
        }
    }

    @Test
    void limitsThatAreNotNamedStay() {
        var namespace = admin.namespace("{\"cpu\":\"1\",\"memory\":\"1500Mi\",\"storage\":\"1234567\",\"jobs\":1,"
                + "\"endpoints\":1,\"gpu\":{\"nvidia.com/gpu\":4}}");
        var changed = admin.patch(
                "/api/v1/namespaces/" + namespace,
                "{\"description\":\"two cpus\",\"limits\":{\"cpu\":\"2\"}}",
                "If-Match",
                "*");
        assertThat(changed.status()).as(changed.toString()).isEqualTo(200);
        var limits = changed.json().at("/spec/limits");
        assertThat(limits.path("cpu").asString()).isEqualTo("2");
        assertThat(limits.path("memory").asString()).isEqualTo("1500Mi");
        assertThat(limits.path("storage").asString()).isEqualTo("1234567");
        assertThat(limits.path("jobs").asInt()).isEqualTo(1);
        assertThat(limits.path("endpoints").asInt()).isEqualTo(1);
        assertThat(limits.at("/gpu/nvidia.com~1gpu").asInt()).isEqualTo(4);
        assertThat(admin.get("/api/v1/namespaces/" + namespace + "/history").text())
                .contains("\"described\"")
                .contains("two cpus");
    }
}
