package dev.tidewright.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import dev.tidewright.TestApi.Answer;
import dev.tidewright.catalog.ModelName;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

@IntegrationTest
class MlflowRegistryIT {

    private static final String NAME = "Iris Classifier v2.1";
    private static final String NOBODYS = "0".repeat(32);

    @LocalServerPort
    private int port;

    private TestApi admin;
    private String namespace;
    private MlflowApi mlflow;
    private String run;
    private String logged;

    @BeforeEach
    void begin() {
        admin = TestApi.admin(port);
        namespace = admin.namespace();
        mlflow = new MlflowApi(admin, namespace);
        run = mlflow.run("0", 1);
        logged = mlflow.loggedModel(run, "MLmodel", "model.pkl", "requirements.txt");
        mlflow.ok("registered-models/create", "{\"name\":\"" + NAME + "\"}");
    }

    @Test
    void aModelIsMadeReadChangedRenamedAndDeleted() {
        mlflow.refused(
                400, "RESOURCE_ALREADY_EXISTS", mlflow.post("registered-models/create", "{\"name\":\"" + NAME + "\"}"));
        var made = mlflow.ok(
                        "registered-models/create",
                        "{\"name\":\"other\",\"description\":\"d\",\"tags\":[{\"key\":\"team\",\"value\":\"a\"}]}")
                .path("registered_model");
        assertThat(made.path("creation_timestamp").isNumber()).isTrue();
        assertThat(made.at("/tags/0/key").asString()).isEqualTo("team");
        var changed = mlflow.done(
                        mlflow.patch("registered-models/update", "{\"name\":\"other\",\"description\":\"better\"}"))
                .path("registered_model");
        assertThat(changed.path("description").asString()).isEqualTo("better");
        mlflow.ok("registered-models/set-tag", "{\"name\":\"other\",\"key\":\"a.b\",\"value\":\"x\"}");
        mlflow.done(mlflow.delete("registered-models/delete-tag", "{\"name\":\"other\",\"key\":\"team\"}"));
        mlflow.ok("model-versions/create", "{\"name\":\"other\",\"source\":\"models:/" + logged + "\"}");
        var renamed = mlflow.ok("registered-models/rename", "{\"name\":\"other\",\"new_name\":\"another\"}")
                .path("registered_model");
        assertThat(renamed.path("name").asString()).isEqualTo("another");
        assertThat(renamed.path("tags")).hasSize(1);
        mlflow.missing(mlflow.get("registered-models/get", "name", "other"));
        assertThat(search("model-versions", "name = 'another'")).containsExactly("1");
        mlflow.refused(
                400,
                "RESOURCE_ALREADY_EXISTS",
                mlflow.post("registered-models/rename", "{\"name\":\"another\",\"new_name\":\"" + NAME + "\"}"));
        mlflow.done(mlflow.delete("registered-models/delete", "{\"name\":\"another\"}"));
        mlflow.missing(mlflow.get("registered-models/get", "name", "another"));
        mlflow.refused(
                404,
                "ENDPOINT_NOT_FOUND",
                mlflow.post(
                        "registered-models/create",
                        "{\"name\":\"p\",\"tags\":[{\"key\":\"mlflow.prompt.is_prompt\",\"value\":\"true\"}]}"));
    }

    @Test
    void aLoggedModelBecomesAVersionThatTheDashboardsApiShows() {
        mlflow.ok(
                "runs/log-batch",
                "{\"run_id\":\"" + run + "\",\"params\":[{\"key\":\"a\",\"value\":\"1\"}],"
                        + "\"metrics\":[{\"key\":\"loss\",\"value\":0.5,\"timestamp\":1,\"step\":1}]}");
        var version = create("\"source\":\"models:/" + logged + "\",\"model_id\":\"" + logged
                + "\",\"description\":\"first\",\"tags\":[{\"key\":\"t\",\"value\":\"x\"}]");
        assertThat(version.path("version").asString()).isEqualTo("1");
        assertThat(version.path("version").isString()).isTrue();
        assertThat(version.path("status").asString()).isEqualTo("READY");
        assertThat(version.path("current_stage").asString()).isEqualTo("None");
        assertThat(version.path("run_id").asString()).isEqualTo(run);
        assertThat(version.path("model_id").asString()).isEqualTo(logged);
        assertThat(version.path("source").asString()).isEqualTo("models:/" + logged);

        var ours = admin.get(models() + "/versions/1").json();
        assertThat(ours.at("/status/flavour").asString()).isEqualTo("MLFLOW");
        assertThat(ours.at("/status/parameters/a").asString()).isEqualTo("1");
        assertThat(ours.at("/status/metrics/loss").asDouble()).isEqualTo(0.5);
        assertThat(ours.at("/status/requirements/0").asString()).isEqualTo("content of requirements.txt");
        assertThat(ours.at("/status/files").asInt()).isEqualTo(3);

        mlflow.done(mlflow.delete("logged-models/" + logged, "{}"));
        var place = mlflow.done(mlflow.get("model-versions/get-download-uri", "name", NAME, "version", "1"))
                .path("artifact_uri")
                .asString();
        assertThat(place).startsWith("mlflow-artifacts:/");
        var folder = place.substring("mlflow-artifacts:/".length());
        assertThat(mlflow.file(folder + "/model.pkl").text()).isEqualTo("content of model.pkl");
        assertThat(mlflow.done(admin.get(
                                "/api/2.0/mlflow-artifacts/artifacts?path=" + folder, "X-MLFLOW-WORKSPACE", namespace))
                        .path("files"))
                .hasSize(3);
        mlflow.invalid(admin.put(
                "/api/2.0/mlflow-artifacts/artifacts/" + folder + "/model.pkl", "x", "X-MLFLOW-WORKSPACE", namespace));
        mlflow.invalid(admin.delete(
                "/api/2.0/mlflow-artifacts/artifacts/" + folder + "/model.pkl", "X-MLFLOW-WORKSPACE", namespace));
    }

    @Test
    void aVersionIsMadeOfWhateverAClientCallsItsSource() {
        mlflow.put("0/" + run + "/artifacts/model/MLmodel", "flavors: {}");
        for (var source : List.of(
                "mlflow-artifacts:/0/" + run + "/artifacts/model",
                "mlflow-artifacts:/workspaces/" + namespace + "/0/" + run + "/artifacts/model",
                "mlflow-artifacts://tidewright.example.org/0/" + run + "/artifacts/model/",
                "runs:/" + run + "/model")) {
            assertThat(create("\"source\":\"" + source + "\"").path("run_id").asString())
                    .as(source)
                    .isEqualTo(run);
        }
        mlflow.ok("registered-models/alias", "{\"name\":\"" + NAME + "\",\"alias\":\"Best\",\"version\":\"2\"}");
        mlflow.ok("registered-models/create", "{\"name\":\"copies\"}");
        var place = mlflow.done(mlflow.get("model-versions/get-download-uri", "name", NAME, "version", "1"))
                .path("artifact_uri")
                .asString();
        for (var source : List.of("models:/" + NAME + "/1", "models:/" + NAME + "@Best", place)) {
            var copy = mlflow.ok("model-versions/create", "{\"name\":\"copies\",\"source\":\"" + source + "\"}")
                    .path("model_version");
            assertThat(copy.path("run_id").asString()).as(source).isEqualTo(run);
            assertThat(copy.path("source").asString()).isEqualTo(source);
        }
        assertThat(admin.get("/api/v1/namespaces/" + namespace + "/models/copies/versions/2")
                        .json()
                        .at("/status/source/version")
                        .asString())
                .isEqualTo(NAME + "/2");

        mlflow.missing(
                mlflow.post("model-versions/create", "{\"name\":\"none\",\"source\":\"runs:/" + run + "/model\"}"));
        for (var source : List.of(
                "runs:/" + NOBODYS + "/model",
                "runs:/nonsense/model",
                "models:/m-" + NOBODYS,
                "models:/none/1",
                "models:/" + NAME + "/77",
                "models:/" + NAME + "@none",
                "mlflow-artifacts:/0/" + NOBODYS + "/artifacts/model",
                "mlflow-artifacts:/elsewhere")) {
            mlflow.missing(refusedSource(source));
        }
        for (var source : List.of(
                "",
                "s3://bucket/model",
                "file:///etc/passwd",
                "/etc",
                "models:/",
                "models:/" + NAME + "/Production",
                "runs:/" + run + "/../x",
                "runs:/" + run + "/empty",
                "mlflow-artifacts:/0/" + run + "/artifacts/%2e%2e/x",
                "runs:/" + run + "/" + "x".repeat(600))) {
            mlflow.invalid(refusedSource(source));
        }
        var pending = mlflow.ok("logged-models", "{\"name\":\"pending\"}")
                .at("/model/info/model_id")
                .asString();
        mlflow.refused(409, "RESOURCE_CONFLICT", refusedSource("models:/" + pending));
        assertThat(create("\"source\":\"runs:/" + run + "/model\"")
                        .path("version")
                        .asString())
                .isEqualTo("5");
    }

    @Test
    void aVersionIsReadChangedAndDeleted() {
        create("\"source\":\"models:/" + logged + "\",\"run_link\":\"https://example.org/r/1\"");
        create("\"source\":\"models:/" + logged + "\"");
        var changed = mlflow.done(mlflow.patch(
                        "model-versions/update", "{\"name\":\"" + NAME + "\",\"version\":\"1\",\"description\":\"d\"}"))
                .path("model_version");
        assertThat(changed.path("description").asString()).isEqualTo("d");
        assertThat(changed.path("run_link").asString()).isEqualTo("https://example.org/r/1");
        mlflow.ok(
                "model-versions/set-tag",
                "{\"name\":\"" + NAME + "\",\"version\":\"1\",\"key\":\"k\",\"value\":\"v\"}");
        mlflow.ok("model-versions/set-tag", "{\"name\":\"" + NAME + "\",\"version\":\"1\",\"key\":\"l\"}");
        mlflow.done(mlflow.delete(
                "model-versions/delete-tag", "{\"name\":\"" + NAME + "\",\"version\":\"1\",\"key\":\"k\"}"));
        mlflow.done(mlflow.delete(
                "model-versions/delete-tag", "{\"name\":\"" + NAME + "\",\"version\":\"1\",\"key\":\"k\"}"));
        assertThat(version("1").path("tags")).hasSize(1);

        alias("champion", "1");
        var editor = new MlflowApi(admin.member(namespace, "EDITOR"), namespace);
        editor.refused(409, "RESOURCE_CONFLICT", editor.delete("model-versions/delete", named("1")));
        mlflow.done(mlflow.delete("model-versions/delete", named("1")));
        mlflow.missing(mlflow.get("model-versions/get", "name", NAME, "version", "1"));
        mlflow.missing(mlflow.get("model-versions/get-download-uri", "name", NAME, "version", "1"));
        mlflow.missing(mlflow.delete("model-versions/delete", named("1")));
        mlflow.missing(mlflow.get("registered-models/alias", "name", NAME, "alias", "champion"));
        assertThat(create("\"source\":\"models:/" + logged + "\"")
                        .path("version")
                        .asString())
                .isEqualTo("3");
        assertThat(search("model-versions", "name = '" + NAME + "'")).containsExactly("3", "2");
        assertThat(admin.get(models() + "/aliases/champion/history").json().path("items"))
                .hasSize(2);
    }

    @Test
    void aliasesMoveAndAreTheSameByEveryDoor() {
        create("\"source\":\"models:/" + logged + "\"");
        create("\"source\":\"models:/" + logged + "\"");
        alias("Champion", "1");
        alias("Champion", "2");
        alias("Champion", "2");
        var found = mlflow.done(mlflow.get("registered-models/alias", "name", NAME, "alias", "Champion"))
                .path("model_version");
        assertThat(found.path("version").asString()).isEqualTo("2");
        assertThat(found.at("/aliases/0").asString()).isEqualTo("Champion");
        assertThat(model().at("/aliases/0").toString()).isEqualTo("{\"alias\":\"Champion\",\"version\":\"2\"}");
        assertThat(admin.get(models() + "/aliases/Champion")
                        .json()
                        .path("version")
                        .asInt())
                .isEqualTo(2);
        assertThat(admin.get(models() + "/aliases/Champion/history").json().path("items"))
                .hasSize(2);
        assertThat(mlflow.done(mlflow.get("registered-models/alias", "name", NAME, "alias", "latest"))
                        .at("/model_version/version")
                        .asString())
                .isEqualTo("2");
        mlflow.done(mlflow.delete("registered-models/alias", "{\"name\":\"" + NAME + "\",\"alias\":\"Champion\"}"));
        mlflow.done(mlflow.delete("registered-models/alias", "{\"name\":\"" + NAME + "\",\"alias\":\"Champion\"}"));
        mlflow.missing(mlflow.get("registered-models/alias", "name", NAME, "alias", "Champion"));

        mlflow.missing(mlflow.get("registered-models/alias", "name", "none", "alias", "a"));
        mlflow.missing(mlflow.post("registered-models/alias", aliased("a", "7")));
        mlflow.missing(mlflow.delete("registered-models/alias", "{\"name\":\"none\",\"alias\":\"a\"}"));
        for (var alias : List.of("latest", "LATEST", "v1", "V22", "a b", "a/b", "", "a\\u0000", "x".repeat(256))) {
            mlflow.invalid(mlflow.post("registered-models/alias", aliased(alias, "1")));
        }
        mlflow.invalid(mlflow.get("registered-models/alias", "name", NAME, "alias", "a b"));
        mlflow.invalid(mlflow.post("registered-models/alias", aliased("a", "one")));
        var editor = new MlflowApi(admin.member(namespace, "EDITOR"), namespace);
        editor.refused(403, "PERMISSION_DENIED", editor.post("registered-models/alias", aliased("a", "1")));
    }

    @Test
    void stagesMoveArchiveAndAreInTheHistory() {
        for (var n = 0; n < 4; n++) {
            create("\"source\":\"models:/" + logged + "\"");
        }
        transition("1", "Production", false);
        transition("2", "production", false);
        transition("4", "Staging", false);
        assertThat(latest("")).containsExactly("3:None", "4:Staging", "2:Production");
        assertThat(latest("\"stages\":[\"Production\"]")).containsExactly("2:Production");
        assertThat(model().path("latest_versions")).hasSize(3);
        var moved = transition("3", "Production", true);
        assertThat(moved.path("current_stage").asString()).isEqualTo("Production");
        assertThat(version("1").path("current_stage").asString()).isEqualTo("Archived");
        assertThat(version("2").path("current_stage").asString()).isEqualTo("Archived");
        assertThat(mlflow.done(mlflow.get("registered-models/get-latest-versions", "name", NAME, "stages", "Archived"))
                        .at("/model_versions/0/version")
                        .asString())
                .isEqualTo("2");
        assertThat(admin.get(models() + "/versions/3")
                        .json()
                        .at("/status/stage")
                        .asString())
                .isEqualTo("PRODUCTION");
        var history = admin.get("/api/v1/namespaces/" + namespace + "/history?kind=model-version")
                .text();
        assertThat(history).contains("stage-changed", "Production", "Archived");

        mlflow.missing(mlflow.post("registered-models/get-latest-versions", "{\"name\":\"none\"}"));
        mlflow.missing(mlflow.get("registered-models/get-latest-versions", "name", "none"));
        mlflow.invalid(mlflow.post(
                "registered-models/get-latest-versions", "{\"name\":\"" + NAME + "\",\"stages\":[\"Elsewhere\"]}"));
        mlflow.invalid(
                mlflow.post("registered-models/get-latest-versions", "{\"name\":\"" + NAME + "\",\"stages\":[null]}"));
        mlflow.missing(mlflow.post("model-versions/transition-stage", staged("9", "Production", false)));
        mlflow.invalid(mlflow.post("model-versions/transition-stage", staged("1", "Elsewhere", false)));
        mlflow.invalid(mlflow.post("model-versions/transition-stage", staged("1", "Archived", true)));
        mlflow.invalid(mlflow.post("model-versions/transition-stage", named("1")));
        var editor = new MlflowApi(admin.member(namespace, "EDITOR"), namespace);
        editor.refused(
                403,
                "PERMISSION_DENIED",
                editor.post("model-versions/transition-stage", staged("1", "Production", false)));
    }

    @Test
    void modelsAndVersionsAreFoundSortedAndPaged() {
        mlflow.ok("registered-models/create", "{\"name\":\"b\",\"tags\":[{\"key\":\"team\",\"value\":\"a\"}]}");
        mlflow.ok("registered-models/create", "{\"name\":\"a\",\"tags\":[{\"key\":\"team\",\"value\":\"b\"}]}");
        var noPrompt = "tag.`mlflow.prompt.is_prompt` != 'true'";
        assertThat(search("registered-models", noPrompt)).containsExactlyInAnyOrder("a", "b", NAME);
        assertThat(search("registered-models", "tags.`mlflow.prompt.is_prompt` = 'true'"))
                .isEmpty();
        assertThat(search("registered-models", "name LIKE 'I%' AND " + noPrompt))
                .containsExactly(NAME);
        assertThat(search("registered-models", "name ILIKE 'iris%'")).containsExactly(NAME);
        assertThat(search("registered-models", "tags.team = 'a'")).containsExactly("b");
        assertThat(search("registered-models", "tag.team != 'a'")).containsExactly("a");
        assertThat(search("registered-models", "tags.team LIKE '_'")).containsExactly("a", "b");
        assertThat(search("registered-models", "name IN ('a', 'b')", "name DESC"))
                .containsExactly("b", "a");
        assertThat(search("registered-models", "", "timestamp DESC")).hasSize(3);
        assertThat(search("registered-models", "", "last_updated_timestamp ASC").getLast())
                .isEqualTo("a");

        for (var n = 0; n < 3; n++) {
            create("\"source\":\"models:/" + logged + "\",\"tags\":[{\"key\":\"n\",\"value\":\"" + n + "\"}]");
        }
        mlflow.put("0/" + run + "/artifacts/model/MLmodel", "flavors: {}");
        mlflow.ok("model-versions/create", "{\"name\":\"a\",\"source\":\"runs:/" + run + "/model\"}");
        assertThat(search("model-versions", "name = '" + NAME + "'")).containsExactly("3", "2", "1");
        mlflow.done(mlflow.patch(
                "model-versions/update",
                "{\"name\":\"" + NAME + "\",\"version\":\"2\",\"description\":\"changed last\"}"));
        assertThat(search("model-versions", "name = '" + NAME + "'")).containsExactly("2", "3", "1");
        assertThat(search("model-versions", "name = '" + NAME + "'", "name ASC"))
                .containsExactly("3", "2", "1");
        assertThat(search("model-versions", "run_id = '" + run + "'")).hasSize(4);
        assertThat(search("model-versions", "run_id IN ('" + run + "') AND name = 'a'"))
                .containsExactly("1");
        assertThat(search("model-versions", "source_path = 'models:/" + logged + "'"))
                .hasSize(3);
        assertThat(search("model-versions", "source_path LIKE 'runs:/%'")).hasSize(1);
        assertThat(search("model-versions", "version_number > 1")).containsExactly("2", "3");
        assertThat(search("model-versions", "tags.n = '1'")).containsExactly("2");
        assertThat(search("model-versions", "tags.n = '1' AND tags.n != '1'")).isEmpty();
        assertThat(search("model-versions", noPrompt)).hasSize(4);
        assertThat(search("model-versions", "", "version_number ASC", "name DESC"))
                .containsExactly("1", "1", "2", "3");
        assertThat(search("model-versions", "", "last_updated_timestamp DESC")).startsWith("2", "1");
        for (var order : List.of(
                "", "last_updated_timestamp DESC", "creation_timestamp DESC", "name DESC", "version_number ASC")) {
            var seen = new ArrayList<String>();
            var token = "";
            do {
                var page = mlflow.done(mlflow.get(
                        "model-versions/search",
                        "max_results",
                        "1",
                        "order_by",
                        order.isEmpty() ? "name" : order,
                        "page_token",
                        token));
                page.path("model_versions")
                        .forEach(version -> seen.add(version.path("name").asString()
                                + version.path("version").asString()));
                token = page.path("next_page_token").asString("");
            } while (!token.isEmpty());
            assertThat(seen).as(order).hasSize(4).doesNotHaveDuplicates();
        }

        for (var list : List.of("registered-models/search", "model-versions/search")) {
            mlflow.invalid(mlflow.get(list, "filter", "metrics.x > 1"));
            mlflow.invalid(mlflow.get(list, "filter", "colour = 'red'"));
            mlflow.invalid(mlflow.get(list, "filter", "name = 'a' OR name = 'b'"));
            mlflow.invalid(mlflow.get(list, "filter", "name > 'a'"));
            mlflow.invalid(mlflow.get(list, "order_by", "colour"));
            mlflow.invalid(mlflow.get(list, "max_results", "200001"));
            mlflow.invalid(mlflow.get(list, "max_results", "-1"));
            mlflow.invalid(mlflow.get(list, "max_results", "many"));
            mlflow.invalid(mlflow.get(list, "page_token", "nonsense"));
        }
    }

    @Test
    void thirtyTwoWritersGetThirtyTwoNumbersWithoutAGap() throws Exception {
        var answers = new ArrayList<Future<Answer>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var n = 0; n < 32; n++) {
                answers.add(threads.submit(() -> mlflow.post(
                        "model-versions/create", "{\"name\":\"" + NAME + "\",\"source\":\"models:/" + logged + "\"}")));
            }
        }
        var numbers = new ArrayList<Integer>();
        for (var answer : answers) {
            numbers.add(Integer.valueOf(
                    mlflow.done(answer.get()).at("/model_version/version").asString()));
        }
        assertThat(numbers)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, 32).boxed().toList());
    }

    @Test
    void whatIsMissingOrWrongIsRefused() {
        create("\"source\":\"models:/" + logged + "\"");
        for (var path : List.of("registered-models/set-tag", "registered-models/rename", "model-versions/set-tag")) {
            mlflow.missing(mlflow.post(
                    path, "{\"name\":\"none\",\"version\":\"1\",\"new_name\":\"x\",\"key\":\"k\",\"value\":\"v\"}"));
        }
        mlflow.missing(mlflow.patch("registered-models/update", "{\"name\":\"none\"}"));
        mlflow.missing(mlflow.patch("model-versions/update", "{\"name\":\"none\",\"version\":\"1\"}"));
        mlflow.missing(mlflow.delete("registered-models/delete", "{\"name\":\"none\"}"));
        mlflow.missing(mlflow.delete("registered-models/delete-tag", "{\"name\":\"none\",\"key\":\"k\"}"));
        mlflow.missing(
                mlflow.delete("model-versions/delete-tag", "{\"name\":\"none\",\"version\":\"1\",\"key\":\"k\"}"));
        mlflow.missing(mlflow.get("model-versions/get", "name", NAME, "version", "2"));
        mlflow.missing(mlflow.get("model-versions/get", "name", NAME, "version", "0"));
        mlflow.missing(mlflow.get("model-versions/get", "name", NAME, "version", "99999999999"));
        mlflow.missing(mlflow.get("model-versions/get-download-uri", "name", NAME, "version", "2"));
        mlflow.missing(mlflow.post(
                "model-versions/create",
                "{\"name\":\"" + NAME + "\",\"source\":\"models:/" + logged + "\",\"run_id\":\"" + NOBODYS + "\"}"));
        mlflow.missing(mlflow.post(
                "model-versions/create",
                "{\"name\":\"" + NAME + "\",\"source\":\"models:/" + logged + "\",\"model_id\":\"m-" + NOBODYS
                        + "\"}"));

        for (var name : List.of("", "a/b", "a:b", " a", "a%b", "a;b", "a\\u0000b", "\\ud800", "x".repeat(257))) {
            var body = "{\"name\":\"" + name + "\",\"new_name\":\"x\",\"source\":\"models:/" + logged
                    + "\",\"key\":\"k\",\"alias\":\"a\",\"version\":\"1\",\"stage\":\"None\"}";
            for (var path : List.of(
                    "registered-models/create",
                    "registered-models/rename",
                    "registered-models/set-tag",
                    "registered-models/get-latest-versions",
                    "registered-models/alias",
                    "model-versions/create",
                    "model-versions/set-tag",
                    "model-versions/transition-stage")) {
                mlflow.invalid(mlflow.post(path, body));
            }
            mlflow.invalid(mlflow.patch("registered-models/update", body));
            mlflow.invalid(mlflow.patch("model-versions/update", body));
            for (var path : List.of(
                    "registered-models/delete",
                    "registered-models/delete-tag",
                    "registered-models/alias",
                    "model-versions/delete",
                    "model-versions/delete-tag")) {
                mlflow.invalid(mlflow.delete(path, body));
            }
        }
        mlflow.invalid(mlflow.post("registered-models/rename", "{\"name\":\"" + NAME + "\",\"new_name\":\"a/b\"}"));
        mlflow.invalid(mlflow.post("registered-models/rename", "{\"name\":\"" + NAME + "\"}"));
        mlflow.invalid(mlflow.get("registered-models/get", "name", "a/b"));
        mlflow.invalid(mlflow.get("registered-models/get"));
        mlflow.invalid(mlflow.get("model-versions/get", "name", NAME, "version", "one"));
        mlflow.invalid(mlflow.get("model-versions/get", "name", NAME, "version", "-1"));
        mlflow.invalid(mlflow.get("model-versions/get", "name", NAME));
        mlflow.invalid(mlflow.get("model-versions/get-download-uri", "name", NAME, "version", "1.5"));
        var longKey = "x".repeat(251);
        mlflow.invalid(mlflow.post(
                "registered-models/set-tag", "{\"name\":\"" + NAME + "\",\"key\":\"" + longKey + "\",\"value\":\"\"}"));
        mlflow.invalid(mlflow.post(
                "model-versions/set-tag",
                "{\"name\":\"" + NAME + "\",\"version\":\"1\",\"key\":\"k\",\"value\":\"" + "x".repeat(100_001)
                        + "\"}"));
        mlflow.invalid(mlflow.post(
                "model-versions/set-tag",
                "{\"name\":\"" + NAME + "\",\"version\":\"1\",\"key\":\"k\",\"value\":\"\\u0000\"}"));
        mlflow.invalid(mlflow.post(
                "registered-models/create", "{\"name\":\"t\",\"tags\":[{\"key\":\"k\",\"value\":\"\\ud800\"}]}"));
        mlflow.invalid(mlflow.post("registered-models/create", "{\"name\":\"t\",\"tags\":[null]}"));
        mlflow.invalid(mlflow.post(
                "model-versions/create",
                "{\"name\":\"" + NAME + "\",\"source\":\"models:/" + logged + "\",\"run_link\":\"" + "x".repeat(501)
                        + "\"}"));
        for (var body : List.of("[]", "{", "")) {
            mlflow.refused(400, "MALFORMED_REQUEST", mlflow.post("registered-models/create", body));
        }
        for (var body : List.of("{\"name\":[]}", "{\"name\":{}}", "{\"name\":5}", "{\"name\":true}")) {
            mlflow.invalid(mlflow.post("registered-models/create", body));
        }
    }

    @Test
    void anotherNamespaceSeesNothingOfIt() {
        create("\"source\":\"models:/" + logged + "\"");
        alias("champion", "1");
        var place = mlflow.done(mlflow.get("model-versions/get-download-uri", "name", NAME, "version", "1"))
                .path("artifact_uri")
                .asString();
        var other = admin.namespace();
        var stranger = new MlflowApi(admin.member(other, "ADMIN"), other);
        stranger.missing(stranger.get("registered-models/get", "name", NAME));
        stranger.missing(stranger.get("registered-models/alias", "name", NAME, "alias", "champion"));
        stranger.missing(stranger.get("model-versions/get", "name", NAME, "version", "1"));
        stranger.missing(stranger.file(place.substring("mlflow-artifacts:/".length()) + "/model.pkl"));
        assertThat(stranger.done(stranger.get("registered-models/search")).isEmpty())
                .isTrue();
        assertThat(stranger.done(stranger.get("model-versions/search", "filter", "run_id = '" + run + "'"))
                        .isEmpty())
                .isTrue();
        stranger.ok("registered-models/create", "{\"name\":\"mine\"}");
        for (var source : List.of("models:/" + logged, "models:/" + NAME + "/1", "runs:/" + run + "/model", place)) {
            stranger.missing(
                    stranger.post("model-versions/create", "{\"name\":\"mine\",\"source\":\"" + source + "\"}"));
        }
        var viewer = new MlflowApi(admin.member(namespace, "VIEWER"), namespace);
        assertThat(viewer.get("registered-models/get", "name", NAME).status()).isEqualTo(200);
        viewer.refused(403, "PERMISSION_DENIED", viewer.post("registered-models/create", "{\"name\":\"v\"}"));
        viewer.refused(403, "PERMISSION_DENIED", viewer.delete("model-versions/delete", named("1")));
    }

    private String models() {
        return "/api/v1/namespaces/" + namespace + "/models/"
                + ModelName.of(NAME).inPath();
    }

    private JsonNode create(String fields) {
        return mlflow.ok("model-versions/create", "{\"name\":\"" + NAME + "\"," + fields + "}")
                .path("model_version");
    }

    private Answer refusedSource(String source) {
        return mlflow.post("model-versions/create", "{\"name\":\"" + NAME + "\",\"source\":\"" + source + "\"}");
    }

    private JsonNode version(String number) {
        return mlflow.done(mlflow.get("model-versions/get", "name", NAME, "version", number))
                .path("model_version");
    }

    private JsonNode model() {
        return mlflow.done(mlflow.get("registered-models/get", "name", NAME)).path("registered_model");
    }

    private void alias(String alias, String version) {
        mlflow.ok("registered-models/alias", aliased(alias, version));
    }

    private static String aliased(String alias, String version) {
        return "{\"name\":\"" + NAME + "\",\"alias\":\"" + alias + "\",\"version\":\"" + version + "\"}";
    }

    private static String named(String version) {
        return "{\"name\":\"" + NAME + "\",\"version\":\"" + version + "\"}";
    }

    private static String staged(String version, String stage, boolean archive) {
        return "{\"name\":\"" + NAME + "\",\"version\":\"" + version + "\",\"stage\":\"" + stage
                + "\",\"archive_existing_versions\":" + archive + "}";
    }

    private JsonNode transition(String version, String stage, boolean archive) {
        return mlflow.ok("model-versions/transition-stage", staged(version, stage, archive))
                .path("model_version");
    }

    private List<String> latest(String fields) {
        return mlflow.ok(
                        "registered-models/get-latest-versions",
                        "{\"name\":\"" + NAME + "\"" + (fields.isEmpty() ? "" : "," + fields) + "}")
                .path("model_versions")
                .valueStream()
                .map(version -> version.path("version").asString() + ":"
                        + version.path("current_stage").asString())
                .toList();
    }

    /** Names of models, or numbers of versions. */
    private List<String> search(String list, String filter, String... orders) {
        var query = new ArrayList<>(List.of("filter", filter));
        for (var order : orders) {
            query.addAll(List.of("order_by", order));
        }
        var page = mlflow.done(mlflow.get(list + "/search", query.toArray(String[]::new)));
        return list.equals("registered-models")
                ? page.path("registered_models")
                        .valueStream()
                        .map(model -> model.path("name").asString())
                        .toList()
                : page.path("model_versions")
                        .valueStream()
                        .map(version -> version.path("version").asString())
                        .toList();
    }
}
