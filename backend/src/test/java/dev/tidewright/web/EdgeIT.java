package dev.tidewright.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

@IntegrationTest
class EdgeIT {

    @LocalServerPort
    private int port;

    private TestApi admin;

    @BeforeEach
    void client() {
        admin = TestApi.admin(port);
    }

    @Test
    void withoutATokenTheApiSaysHowToSendOne() {
        var answer = new TestApi(port, "").get("/api/v1/whoami");
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("not-signed-in");
        assertThat(answer.raw().headers().firstValue("WWW-Authenticate")).isPresent();
    }

    @Test
    void anUnknownTokenIsRefused() {
        assertThat(new TestApi(port, "nothing").get("/api/v1/whoami").code()).isEqualTo("token-unknown");
    }

    @Test
    void aRevokedTokenIsRefusedAtOnce() {
        var made = admin.post("/api/v1/tokens", "{\"name\":\"t\",\"scope\":\"READ\"}")
                .json();
        var client = new TestApi(port, made.path("secret").asString());
        assertThat(client.get("/api/v1/whoami").status()).isEqualTo(200);
        admin.delete("/api/v1/tokens/" + made.path("token").path("id").asString());
        assertThat(client.get("/api/v1/whoami").code()).isEqualTo("token-revoked");
    }

    @Test
    void anExpiredTokenIsRefusedAndSaysSince() throws Exception {
        var made = admin.post("/api/v1/tokens", "{\"name\":\"t\",\"scope\":\"READ\",\"expiresIn\":\"PT0.2S\"}")
                .json();
        var client = new TestApi(port, made.path("secret").asString());
        var deadline = System.nanoTime() + 5_000_000_000L;
        while (client.get("/api/v1/whoami").status() == 200 && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(client.get("/api/v1/whoami").code()).isEqualTo("token-expired");
    }

    @Test
    void aTokenIsListedWithoutItsSecret() {
        var made = admin.post("/api/v1/tokens", "{\"name\":\"shown-once\",\"scope\":\"READ\"}")
                .json();
        var secret = made.path("secret").asString();
        assertThat(admin.get("/api/v1/tokens").text()).contains("shown-once").doesNotContain(secret);
    }

    @Test
    void aReadTokenCannotChangeAnything() {
        var made = admin.post("/api/v1/tokens", "{\"name\":\"t\",\"scope\":\"READ\"}")
                .json();
        var answer =
                new TestApi(port, made.path("secret").asString()).post("/api/v1/namespaces", "{\"name\":\"never\"}");
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.json().path("detail").asString()).contains("scope ADMIN");
    }

    @Test
    void anotherTeamsNamespaceLooksLikeNone() {
        var mine = admin.namespace();
        var theirs = admin.namespace();
        var member = admin.member(mine, "ADMIN");
        var hidden = member.get("/api/v1/namespaces/" + theirs);
        var missing = member.get("/api/v1/namespaces/does-not-exist");
        assertThat(hidden.status()).isEqualTo(404);
        assertThat(hidden.text().replace(theirs, "X")).isEqualTo(missing.text().replace("does-not-exist", "X"));
        assertThat(member.get("/api/v1/namespaces").text()).contains(mine).doesNotContain("\"" + theirs + "\"");
    }

    @Test
    void aTooSmallRoleIsNamedWithWhoCanGiveIt() {
        var namespace = admin.namespace();
        var viewer = admin.member(namespace, "VIEWER");
        var answer = viewer.put("/api/v1/namespaces/" + namespace + "/members/admin", "{\"role\":\"VIEWER\"}");
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.json().path("detail").asString()).contains("role admin", "you are viewer");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {                                                | 400 | malformed-json
            {"name":"Upper"}                                 | 422 | invalid-name
            {"name":"x","colour":"red"}                      | 422 | unknown-field
            {"name":"x","limits":{"cpu":"-1"}}               | 422 | invalid-quantity
            {"name":"x","limits":{"cpu":"1e999"}}            | 422 | invalid-quantity
            {"name":"x","limits":{"memory":"16 GB"}}         | 422 | invalid-quantity
            {"name":"x","limits":{"gpu":{"a.b/c":1000000000}}} | 422 | invalid-quantity
            {"name":"x","limits":{"jobs":-5}}                | 422 | invalid-limit
            {"name":"kube-system"}                           | 422 | reserved-name
            {"name":{"nested":1}}                            | 422 | invalid-value
            [1,2]                                            | 422 | invalid-value
            null                                             | 400 | malformed-json
            {"name":""}                                      | 422 | invalid-name
            {"name":true}                                    | 422 | invalid-value
            {"name":"x","limits":{"cpu":""}}                 | 422 | invalid-quantity
            {"name":"x","limits":{"jobs":""}}                | 422 | invalid-value
            {"name":"x","limits":{"jobs":"5"}}               | 422 | invalid-value
            {"name":"x","limits":[]}                         | 422 | invalid-value
            {}                                               | 422 | invalid
            {"name":"x","name":"y"}                          | 400 | malformed-json
            {"name":"x","limits":{"jobs":1.5}}               | 422 | invalid-value
            {"name":"x","limits":{"gpu":{"a.b/c":1.5}}}      | 422 | invalid-value
            {"name":"x","limits":{"jobs":99999999999999999999}} | 422 | invalid-value
            {"name":"x"} {"name":"y"}                        | 400 | malformed-json
            {"name":"x","description":"a\\u0000b"}           | 422 | invalid-value
            {"name":"x","limits":{"gpu":{"a\\u0000":1}}}     | 422 | invalid-value
            """)
    void badInputIsAnsweredByCode(String json, int status, String code) {
        var answer = admin.post("/api/v1/namespaces", json);
        assertThat(answer.code()).as(answer.toString()).isEqualTo(code);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.raw().headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    @Test
    void aNulInAQueryIsRefused() {
        assertThat(admin.get("/api/v1/whoami?q=%00").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /jobs?limitt=3              | limitt     | known are active, count, createdBy, cursor, label, limit, q, status
            /jobs?phase=RUNNING         | phase      | known are
            /jobs?status=BORED          | status     | QUEUED
            /jobs?limit=many            | limit      | give a whole number
            /jobs?limit=0               | limit      | give 1 to 500
            /jobs?limit=3&limit=4       | limit      | twice
            /jobs?active=maybe          | active     | true or false
            /jobs?q=%ff                 | query      | percent-encoded
            /models/m/aliases/v3       | alias      | like "champion"
            /jobs?cursor=!              | cursor     | begin again
            /endpoints?phase=BORED      | phase      | give one of STARTING, SERVING
            /endpoints?label=x          | label      | key=value
            /models?tag=x               | tag        | key=value
            /runs?status=BORED          | status     | give one of SCHEDULED, RUNNING
            /history?objectId=1         | objectId   | an id like
            /events?after=x             | Last-Event-ID | leave it away
            /runs/1                     | id         | an id like
            /jobs/Upper                 | name       | lower-case
            /uploads/1                  | id         | an id like
            """)
    void whatCannotBeReadInAnAddressIsToldByNameWithWhatIsAllowed(String path, String field, String words) {
        var answer = admin.get("/api/v1/namespaces/" + admin.namespace() + path);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
        assertThat(answer.json().at("/errors/0/field").asString()).isEqualTo(field);
        assertThat(answer.json().path("detail").asString()).contains(words);
    }

    @Test
    void aBlankDryRunIsNotTheRealThing() {
        var models = "/api/v1/namespaces/" + admin.namespace() + "/models";
        for (var query : new String[] {"?dryRun=", "?dryRun"}) {
            var answer = admin.post(models + query, "{\"name\":\"m\"}");
            assertThat(answer.code()).isEqualTo("blank-parameter");
            assertThat(answer.json().at("/errors/0/field").asString()).isEqualTo("dryRun");
        }
        assertThat(admin.get(models).json().path("items")).isEmpty();
    }

    @Test
    void aPlanLeavesItsKeyFree() {
        var models = "/api/v1/namespaces/" + admin.namespace() + "/models";
        var key = "plan-" + System.nanoTime();
        assertThat(admin.post(models + "?dryRun=true", "{\"name\":\"m\"}", "Idempotency-Key", key)
                        .status())
                .isEqualTo(200);
        assertThat(admin.post(models, "{\"name\":\"m\"}", "Idempotency-Key", key)
                        .status())
                .isEqualTo(201);
    }

    @Test
    void whatIsSaidInJsonWithABackslashIsNoNul() {
        var name = admin.namespace();
        var said = admin.patch(
                "/api/v1/namespaces/" + name, "{\"description\":\"\\\\u0000 is written so\"}", "If-Match", "*");
        assertThat(said.json().at("/spec/description").asString()).isEqualTo("\\u0000 is written so");
    }

    @Test
    void aMethodOrFormThatAnAddressDoesNotHaveIsToldWithThoseItHas() {
        var namespace = "/api/v1/namespaces/" + admin.namespace();
        var method = admin.delete(namespace + "/members");
        assertThat(method.status()).isEqualTo(405);
        assertThat(method.raw().headers().allValues("Allow")).containsExactly("GET");
        assertThat(method.json().path("detail").asString()).contains("DELETE", "use GET");
        var form = admin.get(namespace + "/events", "Accept", "application/json");
        assertThat(form.status()).isEqualTo(406);
        assertThat(form.json().path("detail").asString()).contains("Accept: text/event-stream");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/users", "/api/v1/tokens", "/api/v1/namespaces"})
    void everyListHasItems(String path) {
        assertThat(admin.get(path).json().path("items").isArray()).isTrue();
        assertThat(admin.get("/api/v1/namespaces/" + admin.namespace() + "/members")
                        .json()
                        .path("items")
                        .isArray())
                .isTrue();
    }

    @Test
    void aMistypedDryRunIsNotTheRealThing() {
        var answer = admin.post("/api/v1/namespaces/" + admin.namespace() + "/models?dryrun=true", "{\"name\":\"m\"}");
        assertThat(answer.code()).isEqualTo("unknown-parameter");
        assertThat(answer.json().path("detail").asString()).contains("dryRun");
    }

    @Test
    void aTypeErrorTellsWhatIsAllowed() {
        var scope = admin.post("/api/v1/tokens", "{\"name\":\"t\",\"scope\":\"ALL\"}");
        assertThat(scope.json().at("/errors/0/field").asString()).isEqualTo("scope");
        assertThat(scope.json().path("detail").asString()).contains("\"ALL\"", "READ", "ADMIN");
        var length = admin.post("/api/v1/tokens", "{\"name\":\"t\",\"scope\":\"READ\",\"expiresIn\":\"soon\"}");
        assertThat(length.json().at("/errors/0/field").asString()).isEqualTo("expiresIn");
        assertThat(length.json().path("detail").asString()).contains("30d", "PT90S");
        var tooLong = admin.post("/api/v1/tokens", "{\"name\":\"t\",\"scope\":\"READ\",\"expiresIn\":\"10000d\"}");
        assertThat(tooLong.json().path("detail").asString()).contains("\"10000d\" is too long", "at most 3660d");
        var limits = admin.post("/api/v1/namespaces", "{\"name\":\"x\",\"limits\":{\"memory\":\"\"}}");
        assertThat(limits.json().at("/errors/0/field").asString()).isEqualTo("limits.memory");
        assertThat(admin.post("/api/v1/namespaces", "[1,2]")
                        .json()
                        .path("detail")
                        .asString())
                .contains("give an object");
        assertThat(admin.post("/api/v1/namespaces", "{\"name\":\"x\",")
                        .json()
                        .path("detail")
                        .asString())
                .contains("line 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"30d", "12h", "90s", "P30D", "PT12H"})
    void aLengthOfTimeIsWrittenEitherWay(String length) {
        var made = admin.post("/api/v1/tokens", "{\"name\":\"t\",\"scope\":\"READ\",\"expiresIn\":\"" + length + "\"}");
        assertThat(made.status()).as(made.toString()).isEqualTo(201);
        assertThat(made.json().at("/token/expiresAt").asString()).isNotEmpty();
    }

    /** What no client library would send. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/v1/<jobs> HTTP/1.1\r\nHost: x",
                "GET /api/v1/whoami?q={} HTTP/1.1\r\nHost: x",
                "GET /api/v1/whoami HTTP/1.1\r\nHost: x\r\nBad Header: y",
                "GET /api/v1/whoami HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: nonsense",
                "GET /api/v1/whoami HTTP/1.1\r\nHost: a b",
                "GET /api/v1/%zz HTTP/1.1\r\nHost: x",
                "GET /api/v1/whoami?q=%zz HTTP/1.1\r\nHost: x",
                "GET /health?x=% HTTP/1.1\r\nHost: x",
                "GET /health?x=%ff HTTP/1.1\r\nHost: x",
                "GET /sign-in?x=%f HTTP/1.1\r\nHost: x",
                "GET /api/v1/..;/x HTTP/1.1\r\nHost: x",
                "GET /api/v1/whoami HTTP/9.1\r\nHost: x",
                "FOO /api/v1/whoami HTTP/1.1\r\nHost: x",
                "NONSENSE"
            })
    void whatTheServerCannotReadIsAProblemToo(String request) throws Exception {
        var answer = raw(request + "\r\nConnection: close\r\n\r\n");
        assertThat(answer).containsPattern("HTTP/1.1 [45]..").containsIgnoringCase("application/problem+json");
        assertThat(answer).doesNotContainIgnoringCase("tomcat").doesNotContain("<html", "java.");
    }

    @Test
    void whatCannotBeReadIsToldToMlflowsClientsInItsWords() throws Exception {
        var answer = raw("GET /api/2.0/mlflow/runs/get?run_id=%zz HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                + admin.token() + "\r\nConnection: close\r\n\r\n");
        assertThat(answer).contains("HTTP/1.1 400", "INVALID_PARAMETER_VALUE", "percent-encoded");
    }

    @Test
    void aHeaderThatIsTooLongIsAProblemToo() throws Exception {
        var answer = raw("GET /api/v1/whoami HTTP/1.1\r\nHost: x\r\nX-Long: " + "x".repeat(70_000) + "\r\n\r\n");
        assertThat(answer).containsIgnoringCase("application/problem+json").doesNotContain("<html");
    }

    private String raw(String request) throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void hugeAndDeepJsonIsRefused() {
        assertThat(admin.post("/api/v1/namespaces", "{\"name\":\"" + "x".repeat(1 << 21) + "\"}")
                        .status())
                .isEqualTo(413);
        assertThat(admin.post("/api/v1/namespaces", "{\"name\":" + "[".repeat(100_000))
                        .status())
                .isBetween(400, 422);
    }

    @Test
    void aStaleChangeIsRefusedAndNothingIsLost() {
        var namespace = admin.namespace();
        var path = "/api/v1/namespaces/" + namespace;
        var etag = admin.get(path).etag();
        assertThat(admin.patch(path, "{\"description\":\"first\"}").status()).isEqualTo(428);
        assertThat(admin.patch(path, "{\"description\":\"first\"}", "If-Match", etag)
                        .status())
                .isEqualTo(200);
        var stale = admin.patch(path, "{\"description\":\"second\"}", "If-Match", etag);
        assertThat(stale.status()).isEqualTo(412);
        assertThat(stale.code()).isEqualTo("stale");
        assertThat(admin.get(path).json().path("spec").path("description").asString())
                .isEqualTo("first");
        var now = admin.get(path).etag();
        assertThat(admin.patch(path, "{\"description\":\"third\"}", "If-Match", "\"77\", " + now)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void oneKeyHasOneEffectHoweverManyAskAtOnce() throws Exception {
        var name = "once-" + System.nanoTime();
        Callable<TestApi.Answer> call =
                () -> admin.post("/api/v1/namespaces", "{\"name\":\"" + name + "\"}", "Idempotency-Key", "key-" + name);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers =
                    threads.invokeAll(IntStream.range(0, 20).mapToObj(i -> call).toList());
            var first = answers.getFirst().get().text();
            for (var answer : answers) {
                assertThat(answer.get().status()).isEqualTo(201);
                assertThat(answer.get().text()).isEqualTo(first);
            }
        }
    }

    @Test
    void aKeyUsedForAnotherRequestIsRefused() {
        var name = "other-" + System.nanoTime();
        admin.post("/api/v1/namespaces", "{\"name\":\"" + name + "\"}", "Idempotency-Key", "key-" + name);
        var answer = admin.post("/api/v1/namespaces", "{\"name\":\"" + name + "x\"}", "Idempotency-Key", "key-" + name);
        assertThat(answer.code()).isEqualTo("idempotency-key-reused");
    }

    @Test
    void aRefusedRequestLeavesItsKeyFree() {
        var name = "again-" + System.nanoTime();
        admin.post("/api/v1/namespaces", "{\"name\":\"UPPER\"}", "Idempotency-Key", "key-" + name);
        var answer = admin.post("/api/v1/namespaces", "{\"name\":\"" + name + "\"}", "Idempotency-Key", "key-" + name);
        assertThat(answer.status()).isEqualTo(201);
    }

    @Test
    void unknownAddressesOfTheApiAreProblems() {
        var answer = admin.get("/api/v1/nowhere");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.code()).isEqualTo("not-found");
    }

    @Test
    void historyTellsWhoMadeTheNamespaceAndIsPaged() {
        var namespace = admin.namespace();
        admin.member(namespace, "EDITOR");
        var first = admin.get("/api/v1/namespaces/" + namespace + "/history?limit=1")
                .json();
        assertThat(first.path("items").get(0).path("verb").asString()).isEqualTo("added");
        var next = admin.get("/api/v1/namespaces/" + namespace + "/history?limit=1&cursor="
                        + first.path("nextCursor").asString())
                .json();
        assertThat(next.path("items").get(0).path("verb").asString()).isEqualTo("created");
        assertThat(next.path("items").get(0).path("actor").asString()).isEqualTo("admin");
    }
}
