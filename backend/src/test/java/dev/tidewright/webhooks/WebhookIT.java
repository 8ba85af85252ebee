package dev.tidewright.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import dev.tidewright.TestApi.Answer;
import dev.tidewright.cluster.Eventually;
import dev.tidewright.tenancy.SecretBox;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** Deliveries to a real receiver on loopback, which the installation of the tests lets webhooks reach. */
@IntegrationTest
class WebhookIT {

    private static final String SECRET = "a secret that only two know";
    private static final String ALL = """
            ["registered_model.created","model_version.created","model_version_tag.set","model_version_tag.deleted",
             "model_version_alias.created","model_version_alias.deleted"]""";
    private static final String MADE = "[\"registered_model.created\"]";

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private DeliveryService deliveries;

    @Autowired
    private SecretBox secrets;

    private final Receiver receiver = new Receiver(0);
    private TestApi admin;
    private String namespace;
    private String base;

    @BeforeEach
    void begin() {
        admin = TestApi.admin(port);
        namespace = admin.namespace();
        base = "/api/v1/namespaces/" + namespace;
    }

    @AfterEach
    void end() {
        receiver.close();
    }

    @Test
    void whatIsDoneThroughEachDoorIsToldOnceInOrderAndSigned() {
        webhook(receiver.url(), ALL);
        done(admin.post(base + "/models", "{\"name\":\"tides\",\"tags\":{\"team\":\"a\"}}"));
        var upload = admin.upload(namespace, "model.zip", zipped("model.joblib"));
        done(admin.post(base + "/models/tides/versions", "{\"upload\":\"" + upload + "\",\"description\":\"first\"}"));
        var version = base + "/models/tides/versions/1";
        done(admin.patch(version, "{\"tags\":{\"q\":\"1\",\"r\":\"2\"}}", "If-Match", "*"));
        var tag = "{\"name\":\"tides\",\"version\":\"1\",\"key\":\"q\",\"value\":\"3\"}";
        done(mlflow("model-versions/set-tag", tag));
        done(mlflow("model-versions/set-tag", tag));
        done(admin.patch(version, "{\"tags\":{\"r\":null}}", "If-Match", "*"));
        done(mlflow("registered-models/alias", "{\"name\":\"tides\",\"alias\":\"best\",\"version\":\"1\"}"));
        done(admin.delete(base + "/models/tides/aliases/best", "If-Match", "*"));
        done(admin.put(base + "/models/tides/aliases/plan?dryRun=true", "{\"version\":1}"));
        done(admin.post(base + "/models", "{\"name\":\"last\"}"));
        until(() -> receiver.calls().size() >= 9);

        assertThat(receiver.calls())
                .extracting(call -> call.json().path("entity").asString() + "."
                        + call.json().path("action").asString() + " "
                        + call.json().at("/data/key").asString("")
                        + call.json().at("/data/name").asString().length())
                .containsExactly(
                        "registered_model.created 5",
                        "model_version.created 5",
                        "model_version_tag.set q5",
                        "model_version_tag.set r5",
                        "model_version_tag.set q5",
                        "model_version_tag.deleted r5",
                        "model_version_alias.created 5",
                        "model_version_alias.deleted 5",
                        "registered_model.created 4");
        for (var call : receiver.calls()) {
            assertThat(call.signature())
                    .isEqualTo(
                            WebhookSender.signature(SECRET, UUID.fromString(call.id()), call.timestamp(), call.body()));
            assertThat(call.type()).isEqualTo("application/json");
            assertThat(call.json().path("workspace").asString()).isEqualTo(namespace);
        }
        var made = receiver.calls().get(1).json().path("data");
        assertThat(made.path("version").asString()).isEqualTo("1");
        assertThat(made.path("source").asString()).startsWith("mlflow-artifacts:/versions/");
        assertThat(made.path("run_id").isNull()).isTrue();
        assertThat(made.path("description").asString()).isEqualTo("first");
        assertThat(receiver.calls()).extracting(Receiver.Call::id).doesNotHaveDuplicates();
    }

    /** The words of the signature, as a receiver computes it without us. */
    @Test
    void theSignatureIsMlflows() {
        assertThat(WebhookSender.signature(
                        "s3cret", UUID.fromString("00000000-0000-7000-8000-000000000001"), "1800000000", "{\"a\": 1}"))
                .isEqualTo(EXPECTED_SIGNATURE);
    }

    private static final String EXPECTED_SIGNATURE = "v1,Ptj3irgme2u4SRbVZ3FItZUf42GFFKsF9q/sVG/o9GY=";

    @Test
    void aReceiverThatIsDownGetsItWhenItIsBack() {
        var id = webhook(receiver.url(), MADE);
        receiver.close();
        done(admin.post(base + "/models", "{\"name\":\"waits\"}"));
        until(() -> attempts(id, 0).size() >= 2);
        try (var back = new Receiver(receiver.port())) {
            until(() -> status(id, 0).equals("DELIVERED"));
            assertThat(back.calls()).hasSize(1);
            var attempts = attempts(id, 0);
            assertThat(attempts.getFirst().path("error").asString()).isEqualTo("takes no connection");
            assertThat(attempts.getLast().path("httpStatus").asInt()).isEqualTo(200);
        }
    }

    @Test
    void whatIsRefusedIsGivenUpAtOnceAndWhatFailsAfterSomeAttemptsAndSentAgainByHand() {
        var id = webhook(receiver.url(), MADE);
        receiver.answers(404);
        done(admin.post(base + "/models", "{\"name\":\"refused\"}"));
        until(() -> status(id, 0).equals("GIVEN_UP"));
        assertThat(attempts(id, 0)).hasSize(1);
        assertThat(log(id).get(0).path("reason").asString()).contains("404");

        receiver.answers(503);
        done(admin.post(base + "/models", "{\"name\":\"failed\"}"));
        until(() -> status(id, 0).equals("GIVEN_UP"));
        assertThat(attempts(id, 0)).hasSize(4);
        assertThat(log(id).get(0).path("reason").asString()).contains("4 attempts", "503");
        assertThat(receiver.calls().subList(1, 5)).extracting(Receiver.Call::id).containsOnly(deliveryId(id, 0));
        assertThat(receiver.calls().subList(1, 5))
                .extracting(Receiver.Call::body)
                .hasSize(4)
                .doesNotContainNull();
        assertThat(admin.get(base + "/history?kind=webhook&limit=500").text()).contains("gave-up", "4 attempts");

        receiver.answers(302);
        done(again(id, 0));
        until(() -> status(id, 0).equals("GIVEN_UP"));
        assertThat(attempts(id, 0).getLast().path("error").asString()).contains("no redirect is followed");

        receiver.answers(204);
        var answer = again(id, 0);
        assertThat(answer.status()).isEqualTo(202);
        until(() -> status(id, 0).equals("DELIVERED"));
        assertThat(attempts(id, 0)).hasSize(6);
        assertThat(receiver.calls().getLast().id()).isEqualTo(deliveryId(id, 0));
        assertThat(admin.get(base + "/webhooks/" + id + "/deliveries?status=GIVEN_UP")
                        .json()
                        .path("items"))
                .hasSize(1);
        assertThat(admin.get(base + "/webhooks/" + id + "/deliveries/" + deliveryId(id, 0) + "/body")
                        .text())
                .isEqualTo(receiver.calls().getLast().body());
    }

    @Test
    void aReceiverThatDoesNotAnswerKeepsNobodyElseWaiting() {
        var held = new CountDownLatch(1);
        var slow = new ArrayList<Receiver>();
        try {
            for (var n = 0; n < 20; n++) {
                var hung = new Receiver(0);
                hung.answers(exchange -> {
                    try {
                        held.await(20, TimeUnit.SECONDS);
                    } catch (InterruptedException stopped) {
                        throw new IllegalStateException(stopped);
                    }
                });
                slow.add(hung);
                webhook(hung.url(), MADE);
            }
            var id = webhook(receiver.url(), MADE);
            done(admin.post(base + "/models", "{\"name\":\"quick\"}"));
            until(() -> slow.stream().allMatch(hung -> !hung.calls().isEmpty()));
            until(Duration.ofMillis(900), () -> status(id, 0).equals("DELIVERED"));
            var hung = UUID.fromString(admin.get(base + "/webhooks")
                    .json()
                    .at("/items/0/metadata/uid")
                    .asString());
            until(() -> !attempts(hung, 0).isEmpty());
            assertThat(attempts(hung, 0).getFirst().path("error").asString()).startsWith("does not answer within");
        } finally {
            held.countDown();
            slow.forEach(Receiver::close);
        }
    }

    @Test
    void whatDiesBetweenSendingAndWritingItDownIsSentAgainUnderTheSameId() {
        var id = webhook(receiver.url(), MADE);
        done(admin.post(base + "/models", "{\"name\":\"twice\"}"));
        until(() -> status(id, 0).equals("DELIVERED"));
        // As a process leaves it that was killed there.
        jdbc.sql(
                        "UPDATE webhook_delivery SET status = 'WAITING', next_at = asked_at, ended_at = NULL WHERE webhook_id = ?")
                .param(id)
                .update();
        jdbc.sql("INSERT INTO work_item (kind, id, due_at) VALUES ('webhook', ?, now())")
                .param(id)
                .update();
        until(() -> receiver.calls().size() == 2);
        assertThat(receiver.calls()).extracting(Receiver.Call::id).containsOnly(deliveryId(id, 0));
    }

    @Test
    void whatIsTooOldIsGivenUpAndWhatIsLongOverIsForgotten() {
        var id = webhook(receiver.url(), MADE);
        done(admin.post(base + "/models", "{\"name\":\"old\"}"));
        until(() -> status(id, 0).equals("DELIVERED"));
        jdbc.sql("""
                INSERT INTO webhook_delivery (id, webhook_id, event, subject, body, test, status, made_at, asked_at, next_at)
                VALUES (?, ?, 'registered_model.created', 'x', '{}', false, 'WAITING', now() - interval '25 hours',
                    now() - interval '25 hours', now() + interval '1 hour')
                """).params(UUID.randomUUID(), id).update();
        jdbc.sql(
                        "UPDATE webhook_delivery SET ended_at = now() - interval '31 days' WHERE webhook_id = ? AND status = 'DELIVERED'")
                .param(id)
                .update();
        deliveries.next(id);
        assertThat(log(id)).hasSize(1);
        assertThat(status(id, 0)).isEqualTo("GIVEN_UP");
        assertThat(log(id).get(0).path("reason").asString()).contains("within 1d");
    }

    @Test
    void aWebhookIsChangedDisabledAndDeletedAndItsSecretIsNeverToldAgain() {
        var id = webhook(receiver.url(), MADE);
        var shown = admin.get(base + "/webhooks/" + id);
        assertThat(shown.json().at("/status/signed").asBoolean()).isTrue();
        assertThat(shown.text()
                        + admin.get(base + "/webhooks")
                        + admin.get(base + "/history")
                        + admin.get("/ns/" + namespace + "/webhooks/" + id))
                .doesNotContain(SECRET);
        var kept = jdbc.sql("SELECT secret FROM webhook WHERE id = ?")
                .param(id)
                .query(byte[].class)
                .single();
        assertThat(new String(kept, StandardCharsets.ISO_8859_1)).doesNotContain("secret", "two");

        refused(428, "precondition-required", admin.patch(base + "/webhooks/" + id, "{\"status\":\"DISABLED\"}"));
        done(admin.patch(base + "/webhooks/" + id, "{\"status\":\"DISABLED\"}", "If-Match", shown.etag()));
        refused(412, "stale", admin.patch(base + "/webhooks/" + id, "{\"name\":\"x\"}", "If-Match", shown.etag()));
        done(admin.post(base + "/models", "{\"name\":\"unheard\"}"));
        assertThat(log(id)).isEmpty();
        done(admin.patch(base + "/webhooks/" + id, "{\"status\":\"ACTIVE\",\"secret\":\"\"}", "If-Match", "*"));
        done(admin.post(base + "/models", "{\"name\":\"heard\"}"));
        until(() -> receiver.calls().size() == 1);
        assertThat(receiver.calls().getFirst().signature()).isEmpty();

        assertThat(admin.delete(base + "/webhooks/" + id, "If-Match", "*").status())
                .isEqualTo(204);
        refused(404, "not-found", admin.get(base + "/webhooks/" + id));
        assertThat(jdbc.sql("SELECT count(*) FROM webhook_delivery WHERE webhook_id = ?")
                        .param(id)
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void whoeverHasANameAfterwardsIsNotListenedTo() {
        webhook(receiver.url(), MADE);
        done(admin.delete(base, "If-Match", "*"));
        done(admin.post("/api/v1/namespaces", "{\"name\":\"" + namespace + "\"}"));
        done(admin.post(base + "/models", "{\"name\":\"private\"}"));
        assertThat(admin.get(base + "/webhooks").json().path("items")).isEmpty();
        assertThat(receiver.calls()).isEmpty();
    }

    @Test
    void aTestSaysHowItWentAndIsInTheLog() {
        var id = webhook(receiver.url(), ALL);
        receiver.answers(exchange -> Receiver.reply(exchange, 418, "x".repeat(100_000)));
        var failed = admin.post(base + "/webhooks/" + id + "/test", "{\"event\":\"model_version.created\"}");
        assertThat(failed.json().path("success").asBoolean()).isFalse();
        assertThat(failed.json().path("httpStatus").asInt()).isEqualTo(418);
        assertThat(failed.json().path("answer").asString()).hasSize(4096);
        assertThat(receiver.calls().getFirst().json().at("/data/name").asString())
                .isEqualTo("example_model");
        assertThat(log(id).get(0).path("test").asBoolean()).isTrue();
        refused(409, "only-a-test", again(id, 0));
        refused(
                400,
                "not-repeatable",
                admin.post(base + "/webhooks/" + id + "/test", "{}", "Idempotency-Key", "k-" + id));
    }

    @Test
    void whatIsNotInThePublicInternetIsOutOfReachUnlessAllowed() {
        for (var url : List.of(
                "http://10.0.0.1/",
                "http://169.254.169.254/latest/meta-data",
                "http://[::1]/",
                "http://[fd00:ec2::254]/",
                "http://[::ffff:10.0.0.1]/",
                "http://100.100.100.200/")) {
            refused(422, "out-of-reach", create(url, MADE));
        }
        for (var url : List.of(
                "ftp://example.org/", "example.org", "http://", "https://ana:pw@example.org/", "http://a/#b", "")) {
            refused(422, "invalid-url", create(url, MADE));
        }
        // What a name means is judged when it is called: here, where nothing but the public internet is allowed.
        var strict = new WebhookSettings(
                List.of(),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                1,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO);
        var sender = new WebhookSender(new Reach(strict), secrets, InstantSource.system(), strict);
        for (var host : List.of("localhost", "127.0.0.1")) {
            var url = "http://" + host + ":" + receiver.port() + "/";
            var outcome = sender.send(new Parcel(UUID.randomUUID(), UUID.randomUUID(), url, null, "{}"), true);
            assertThat(outcome.fate()).as(host).isEqualTo(Outcome.Fate.REFUSED);
            assertThat(outcome.error()).contains("TIDEWRIGHT_WEBHOOK_REACH");
        }
        assertThat(receiver.calls()).isEmpty();
    }

    @Test
    void networksAndHostsAreAllowedByName() throws Exception {
        var settings = new WebhookSettings(
                List.of("10.1.0.0/16", "CI.internal", "fd12::/16"),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                1,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO);
        var reach = new Reach(settings);
        assertThat(reach.allows("x", InetAddress.getByName("10.1.200.3"))).isTrue();
        assertThat(reach.allows("x", InetAddress.getByName("10.2.0.1"))).isFalse();
        assertThat(reach.allows("ci.internal", InetAddress.getByName("10.2.0.1")))
                .isTrue();
        assertThat(reach.allows("x", InetAddress.getByName("fd12:1::1"))).isTrue();
        assertThat(reach.allows("x", InetAddress.getByName("fd13::1"))).isFalse();
        assertThat(reach.allows("x", InetAddress.getByName("8.8.8.8"))).isTrue();
        assertThat(reach.allows("x", InetAddress.getByName("2606:4700::1111"))).isTrue();
        for (var closed : List.of(
                "0.0.0.0",
                "127.9.9.9",
                "172.31.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "::",
                "fe80::1",
                "64:ff9b::a00:1",
                "2002:a00:1::1",
                "2001:0:1::1",
                "ff02::1")) {
            assertThat(reach.allows("x", InetAddress.getByName(closed)))
                    .as(closed)
                    .isFalse();
        }
    }

    @Test
    void whatIsWrongInAWebhookIsSaid() {
        refused(422, "no-events", create(receiver.url(), "[]"));
        refused(422, "invalid-event", create(receiver.url(), "[\"prompt.created\"]"));
        refused(
                422,
                "invalid-name",
                admin.post(
                        base + "/webhooks",
                        "{\"name\":\"a b\",\"url\":\"" + receiver.url() + "\",\"events\":" + MADE + "}"));
        refused(404, "not-found", admin.get(base + "/webhooks/" + UUID.randomUUID() + "/deliveries"));
        var deployer = admin.member(namespace, "DEPLOYER");
        refused(403, "forbidden", deployer.get(base + "/webhooks"));
        var id = webhook(receiver.url(), MADE);
        var elsewhere = admin.namespace();
        refused(404, "not-found", admin.get("/api/v1/namespaces/" + elsewhere + "/webhooks/" + id));
        refused(404, "not-found", admin.delete("/api/v1/namespaces/" + elsewhere + "/webhooks/" + id, "If-Match", "*"));
        var stranger = admin.member(elsewhere, "ADMIN");
        refused(404, "not-found", stranger.get(base + "/webhooks/" + id));
        refused(404, "not-found", stranger.get(base + "/webhooks"));
    }

    private UUID webhook(String url, String events) {
        var made = create(url, events);
        assertThat(made.status()).as("%s", made).isEqualTo(201);
        return UUID.fromString(made.json().at("/metadata/uid").asString());
    }

    private Answer create(String url, String events) {
        return admin.post(
                base + "/webhooks",
                "{\"name\":\"ci\",\"url\":\"" + url + "\",\"events\":" + events + ",\"secret\":\"" + SECRET + "\"}");
    }

    private Answer mlflow(String path, String json) {
        return admin.post("/api/2.0/mlflow/" + path, json, "X-MLFLOW-WORKSPACE", namespace);
    }

    private Answer again(UUID webhook, int at) {
        return admin.post(
                base + "/webhooks/" + webhook + "/deliveries/" + deliveryId(webhook, at) + "/redeliver", "{}");
    }

    /** Newest first. */
    private JsonNode log(UUID webhook) {
        return admin.get(base + "/webhooks/" + webhook + "/deliveries").json().path("items");
    }

    private String status(UUID webhook, int at) {
        return log(webhook).path(at).path("status").asString("");
    }

    private String deliveryId(UUID webhook, int at) {
        return log(webhook).path(at).path("id").asString();
    }

    private List<JsonNode> attempts(UUID webhook, int at) {
        var attempts = new ArrayList<JsonNode>();
        log(webhook).path(at).path("attempts").forEach(attempts::add);
        return attempts;
    }

    private static byte[] zipped(String file) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(file));
            zip.write("a model".getBytes(StandardCharsets.UTF_8));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static void done(Answer answer) {
        assertThat(answer.status()).as("%s", answer).isBetween(200, 204);
    }

    private static void refused(int status, String code, Answer answer) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(status);
        assertThat(answer.code()).as("%s", answer).isEqualTo(code);
    }

    private static void until(BooleanSupplier wanted) {
        until(Duration.ofSeconds(20), wanted);
    }

    private static void until(Duration within, BooleanSupplier wanted) {
        Eventually.within(within, "what the test waits for", wanted::getAsBoolean, Boolean::booleanValue);
    }
}
