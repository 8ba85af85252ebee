package dev.tidewright.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import java.net.ServerSocket;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** The routes of webhooks as MLflow's clients call them; what is delivered is tested where it is delivered. */
@IntegrationTest
class MlflowWebhookIT {

    private static final String EVENTS = "\"events\":[{\"entity\":\"MODEL_VERSION_TAG\",\"action\":\"SET\"},"
            + "{\"entity\":\"REGISTERED_MODEL\",\"action\":\"CREATED\"}]";
    private static final String URL = "https://hooks.example.org/models";

    @LocalServerPort
    private int port;

    private TestApi admin;
    private String namespace;
    private MlflowApi mlflow;

    @BeforeEach
    void begin() {
        admin = TestApi.admin(port);
        namespace = admin.namespace();
        mlflow = new MlflowApi(admin, namespace);
    }

    @Test
    void aWebhookIsMadeReadListedChangedAndDeleted() {
        var made = create("one", URL);
        var id = made.path("webhook_id").asString();
        assertThat(made.path("status").asString()).isEqualTo("ACTIVE");
        assertThat(made.at("/events/0/entity").asString()).isEqualTo("MODEL_VERSION_TAG");
        assertThat(made.at("/events/0/action").asString()).isEqualTo("SET");
        assertThat(made.path("creation_timestamp").isNumber()).isTrue();
        assertThat(made.toString()).doesNotContain("s3cret");
        assertThat(mlflow.done(mlflow.get("webhooks/" + id)).path("webhook")).isEqualTo(made);
        create("two", URL);
        create("three", URL);
        var page = mlflow.done(mlflow.get("webhooks", "max_results", "2"));
        assertThat(page.path("webhooks")).hasSize(2);
        var token = page.path("next_page_token").asString();
        var rest = mlflow.done(mlflow.get("webhooks", "max_results", "2", "page_token", token));
        assertThat(rest.at("/webhooks/0/name").asString()).isEqualTo("three");
        assertThat(rest.has("next_page_token")).isFalse();

        var changed = mlflow.done(mlflow.patch("webhooks/" + id, "{\"description\":\"d\",\"status\":\"DISABLED\"}"))
                .path("webhook");
        assertThat(changed.path("status").asString()).isEqualTo("DISABLED");
        assertThat(changed.path("description").asString()).isEqualTo("d");
        assertThat(changed.path("url").asString()).isEqualTo(URL);
        assertThat(changed.path("events")).hasSize(2);
        mlflow.done(mlflow.delete("webhooks/" + id, ""));
        mlflow.missing(mlflow.get("webhooks/" + id));
    }

    @Test
    void aTestOfAReceiverThatIsNotThereIsAnAnswerAndNoFault() throws Exception {
        int nobody;
        try (var socket = new ServerSocket(0)) {
            nobody = socket.getLocalPort();
        }
        var id = create("away", "http://127.0.0.1:" + nobody + "/")
                .path("webhook_id")
                .asString();
        var result = mlflow.ok("webhooks/" + id + "/test", "{}").path("result");
        assertThat(result.path("success").asBoolean(true)).isFalse();
        assertThat(result.has("response_status")).isFalse();
        assertThat(result.path("error_message").asString()).isEqualTo("takes no connection");
        var event = "{\"event\":{\"entity\":\"MODEL_VERSION\",\"action\":\"CREATED\"}}";
        mlflow.ok("webhooks/" + id + "/test", event);
        mlflow.invalid(mlflow.post(
                "webhooks/" + id + "/test", "{\"event\":{\"entity\":\"MODEL_VERSION\",\"action\":\"EXCEEDED\"}}"));
    }

    @Test
    void refusalsAreMlflows() {
        mlflow.invalid(mlflow.post("webhooks", write("one", "ftp://example.org/", EVENTS)));
        mlflow.invalid(mlflow.post("webhooks", write("one", "http://169.254.169.254/", EVENTS)));
        mlflow.invalid(mlflow.post("webhooks", write("no name", URL, EVENTS)));
        mlflow.invalid(mlflow.post("webhooks", write("one", URL, "\"events\":[]")));
        mlflow.invalid(mlflow.post(
                "webhooks", write("one", URL, "\"events\":[{\"entity\":\"PROMPT\",\"action\":\"CREATED\"}]")));
        mlflow.invalid(mlflow.post("webhooks", "{\"name\":\"one\"}"));
        mlflow.refused(400, "MALFORMED_REQUEST", mlflow.post("webhooks", "{"));
        for (var nobodys : new String[] {UUID.randomUUID().toString(), "x"}) {
            mlflow.missing(mlflow.get("webhooks/" + nobodys));
            mlflow.missing(mlflow.patch("webhooks/" + nobodys, "{}"));
            mlflow.missing(mlflow.delete("webhooks/" + nobodys, ""));
            mlflow.missing(mlflow.post("webhooks/" + nobodys + "/test", "{}"));
        }
        mlflow.invalid(mlflow.get("webhooks", "max_results", "1001"));
        var id = create("one", URL).path("webhook_id").asString();
        mlflow.invalid(mlflow.patch("webhooks/" + id, "{\"status\":\"ASLEEP\"}"));
        mlflow.missing(new MlflowApi(admin, admin.namespace()).get("webhooks/" + id));
        mlflow.missing(new MlflowApi(admin.member(admin.namespace(), "ADMIN"), namespace).get("webhooks/" + id));
        var deployer = new MlflowApi(admin.member(namespace, "DEPLOYER"), namespace);
        deployer.refused(403, "PERMISSION_DENIED", deployer.get("webhooks/" + id));
        deployer.refused(403, "PERMISSION_DENIED", deployer.get("webhooks"));
    }

    private JsonNode create(String name, String url) {
        return mlflow.ok("webhooks", write(name, url, EVENTS)).path("webhook");
    }

    private static String write(String name, String url, String events) {
        return "{\"name\":\"" + name + "\",\"url\":\"" + url + "\"," + events + ",\"secret\":\"s3cret\"}";
    }
}
